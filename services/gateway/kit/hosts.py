"""Under which host names the portal is asked for. A request for another one is refused before it does anything."""

from collections.abc import Iterable
from typing import ClassVar
from urllib.parse import urlsplit

from starlette.requests import Request

from chassis.errors import Refused
from contracts.authority import Authority

Headers = list[tuple[bytes, bytes]]


class Misdirected(Refused):
    """A host name that is not this portal's."""

    status: ClassVar[int] = 421
    title: ClassVar[str] = "Misdirected request"


def own_hosts(public_url: str, authorities: Iterable[Authority]) -> frozenset[str]:
    """The names under which browsers and councils ask for this portal; over http also this machine's own."""
    url = urlsplit(public_url)
    own = {url.hostname or "", *(host for authority in authorities for host in authority.hosts)}
    return frozenset(own if url.scheme == "https" else own | {"localhost", "127.0.0.1", "::1"})


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def host_of(request: Request) -> str:
    """The host name that a request asks for; empty where it says none."""
    return _name(request.headers.get("host", "")) or ""


def origin_of(request: Request, *, is_https: bool) -> str:
    """Where a page of ours that this browser shows is from, as browsers write it."""
    return f"{'https' if is_https else request.url.scheme}://{request.headers.get('host', '')}"


def without_broken_host(headers: Headers) -> Headers:
    """The headers; one of `Host` that is no host name is left out, since the framework makes addresses of it."""
    return [(name, value) for name, value in headers if name != b"host" or _name(value.decode("latin-1"))]
