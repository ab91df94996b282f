"""Where the tests' engines come from: a variable, else testcontainers where Docker answers, else the local ones."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docker.errors import APIError

from commands.parts.supervisor import dying_with_us
from commands.parts.trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 120


class Unavailable(Exception):  # noqa: N818 - a sentence for the person who runs the tests
    """An engine cannot be had; the text says what to do."""


@cache
def docker_answers() -> bool:
    """Whether a container engine can be used from here: asked directly, as its client leaks a socket where none is."""
    where = urlsplit(os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock")
    family, address = (
        (socket.AF_UNIX, where.path)
        if where.scheme == "unix"
        else (socket.AF_INET, (where.hostname, where.port or 2375))
    )
    with socket.socket(family) as probe:
        probe.settimeout(5)
        try:
            probe.connect(address)
            probe.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 " in probe.recv(100)
        except OSError:
            return False


@cache
def container_with(service: str, image: str) -> bool:
    """Whether a container engine answers and has an image, pulls it, or can build its stand-in; else the local part."""
    if not docker_answers():
        return False
    from commands.containers import engine, obtain  # noqa: PLC0415 - needed with Docker only

    client = engine()
    try:
        if not client.images.list(image):
            obtain(client, service, image)
    except (APIError, Trouble) as trouble:
        sys.stderr.write(f"{image} cannot be had here ({trouble}): the tests take the local {service}.\n")
        return False
    finally:
        client.close()
    # We stop what we start; the reaper would be one more image to have.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    return True


@contextmanager
def local(part: str, data: Path) -> Iterator[dict[str, Any]]:
    """Run one local part under a supervisor of its own; give its state."""
    log = data / f"{part}.log"
    data.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            # However these tests end, their engines end with them.
            dying_with_us((sys.executable, "-m", "commands.parts.alone", "--data", str(data), part)),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield _wait(part, process, data, log)
    finally:
        process.terminate()
        process.wait(60)


def _wait(part: str, process: "subprocess.Popen[bytes]", data: Path, log: Path) -> dict[str, Any]:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        state = _state(data / "state.json")
        if state.get("complete"):
            return state
        if process.poll() is not None:
            break
        time.sleep(0.05)
    told = log.read_text(errors="replace").strip()
    raise Unavailable(
        f"The {part} for the tests did not start.\n{told}\n"
        "Install the Debian packages (./portal test does it as root or with sudo), start a Docker engine, "
        "or name a running one with PORTAL_AMQP_URL, PORTAL_MONGO_URL, PORTAL_SMTP_URL or PORTAL_CLAMD_URL."
    )


def _state(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text())) if path.exists() else {}
