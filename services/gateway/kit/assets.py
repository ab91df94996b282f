"""The files that pages load: kept in memory with a compressed copy, served under a hash of all their content."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from chassis.authorities import Authorities
from chassis.errors import NotFound

GATEWAY = Path(__file__).parents[1]
STATIC = Path(__file__).parent / "static"
GUIDE = Path(__file__).parents[3] / "docs/guide"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_COMPRESSED = (".css", ".mjs", ".svg", ".txt")


@dataclass(frozen=True)
class Asset:
    """One file; `zipped` where compression saves something."""

    body: bytes
    media_type: str
    zipped: bytes | None


def _file(name: str, body: bytes) -> Asset:
    suffix = Path(name).suffix
    zipped = gzip.compress(body, mtime=0) if suffix in _COMPRESSED else None
    return Asset(body, MEDIA_TYPES[suffix], zipped)


def _paths() -> dict[str, Path]:
    """The files by the names in their addresses: `static`, all journeys' scripts under `js/`, the guide's pictures."""
    files = {str(path.relative_to(STATIC)): path for path in STATIC.rglob("*") if path.suffix in MEDIA_TYPES}
    files |= {f"js/{path.name}": path for path in GATEWAY.rglob("*.mjs")}
    return files | {f"guide/{path.name}": path for path in GUIDE.glob("pictures/*.png")}


class Assets:
    """Every static file by name, and one stylesheet for each authority's colour."""

    def __init__(self, authorities: Authorities) -> None:
        bodies = {name: path.read_bytes() for name, path in sorted(_paths().items())}
        for authority in authorities:
            bodies[f"brand/{authority.code}.css"] = f":root{{--authority-colour:{authority.brand.colour}}}".encode()
        self._files = {name: _file(name, body) for name, body in bodies.items()}
        mark = hashlib.blake2b(digest_size=8)
        for name, body in bodies.items():
            mark.update(name.encode() + b"\0" + body)
        self.base = f"/static/{mark.hexdigest()}"
        """Changes with any file's content, so that browsers may keep every file for a year."""

    async def serve(self, request: Request) -> Response:
        """One file; an address of an older build gets today's file, and is not kept."""
        if (file := self._files.get(request.path_params["name"])) is None:
            raise NotFound("no_such_file", "There is no such file.")
        current = request.url.path.startswith(f"{self.base}/")
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache",
            "Vary": "Accept-Encoding",
        }
        if file.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(file.zipped, media_type=file.media_type, headers=headers | {"Content-Encoding": "gzip"})
        return Response(file.body, media_type=file.media_type, headers=headers)
