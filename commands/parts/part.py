"""A part of the portal: how it is started and asked whether it is ready. Watching it is the supervisor's work."""

import asyncio
import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

_AMQP_GREETING = b"AMQP\x00\x00\x09\x01"
_PROBE_SECONDS = 3


@dataclass(frozen=True)
class Part:
    """One process."""

    name: str
    command: tuple[str, ...]
    url: str
    probe: str
    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    """Which parts must be ready before it starts for the first time. They stop after it."""
    settle: tuple[str, ...] = ()
    """What must have run, after each start, before it can be ready."""
    user: str | int | None = None
    drain_seconds: float = 10
    is_forked: bool = False
    """Whether its command, `python -m ...`, runs in a fork of a process that has loaded the services' code."""


async def is_ready(probe: str) -> bool:
    """Ask a part, by the protocol that its address names, whether it takes work."""
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            return await _ask(probe)
    except (OSError, TimeoutError, ValueError):
        return False


async def _ask(probe: str) -> bool:
    parts = urlsplit(probe)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        if parts.scheme == "http":
            writer.write(f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
            return (await reader.readline()).split(b" ")[1:2] == [b"200"]
        if parts.scheme == "amqp":
            # Connection.Start comes only when the broker has loaded its definitions.
            writer.write(_AMQP_GREETING)
            return await reader.read(1) == b"\x01"
        if parts.scheme == "clamd":
            writer.write(b"zPING\0")
            return await reader.read(4) == b"PONG"
        return True
    finally:
        writer.close()


def usable_by_others(directory: Path) -> bool:
    """Whether a process of another user can reach a directory."""
    return all(path.stat().st_mode & 0o001 for path in (directory, *directory.parents))


def own(directory: Path, user: str | int) -> str | int | None:
    """Give a directory to a part's own user where we are root and it can get there; None: run as who we are."""
    if os.geteuid() != 0 or not usable_by_others(directory.parent):
        return None
    try:
        ids = (user, user) if isinstance(user, int) else pwd.getpwnam(user)[2:4]
    except KeyError:
        return None
    for folder, _, files in os.walk(directory):
        for path in (folder, *(os.path.join(folder, file) for file in files)):  # noqa: PTH118 - os.walk gives strings
            os.chown(path, *ids, follow_symlinks=False)
    return user
