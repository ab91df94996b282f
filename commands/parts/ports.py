"""Free ports for the parts: the same ones again where they are still free. Opens no service."""

import random
import socket
from collections.abc import Iterable, Mapping

# Below the range from which the system gives out ports for outgoing connections: a part that is restarted finds its
# own port free, not taken by somebody's connection.
_LOWEST, _HIGHEST = 20_000, 32_000


def pick(names: Iterable[str], before: Mapping[str, int]) -> dict[str, int]:
    """Return a free port for each name, the one that it had before where that is free."""
    ports: dict[str, int] = {}
    for name in names:
        wish = before.get(name)
        ports[name] = wish if wish and wish not in ports.values() and is_free(wish) else _any(set(ports.values()))
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


def _any(taken: set[int]) -> int:
    while True:
        port = random.randrange(_LOWEST, _HIGHEST)  # noqa: S311 - a port is no secret
        if port not in taken and is_free(port):
            return port
