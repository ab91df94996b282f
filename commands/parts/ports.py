"""Free ports for the parts: the same ones again where they are still free. Opens no service."""

import fcntl
import os
import random
import socket
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

# Below the range from which the system gives out ports for outgoing connections: a part that is restarted finds its
# own port free, not taken by somebody's connection.
_LOWEST, _HIGHEST = 20_000, 32_000
_HELD: dict[int, int] = {}
"""The ports that this process has picked, each with the lock that it holds on it until it ends."""


def pick(names: Iterable[str], before: Mapping[str, int]) -> dict[str, int]:
    """Return a free port for each name, the one that it had before where that is free."""
    ports: dict[str, int] = {}
    for name in names:
        wish = before.get(name)
        if wish is not None and wish not in ports.values() and is_free(wish) and _reserved(wish):
            ports[name] = wish
        else:
            ports[name] = _any()
    return ports


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any() -> int:
    while True:
        port = random.randrange(_LOWEST, _HIGHEST)  # noqa: S311 - a port is no secret
        if port not in _HELD and is_free(port) and _reserved(port):
            return port


def _reserved(port: int) -> bool:
    """Keeps it from other processes that pick ports now: between picking one and listening there lie seconds."""
    if port in _HELD:
        return True
    folder = Path(tempfile.gettempdir()) / f"portal-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    _HELD[port] = lock
    return True
