"""A document passed on from a service as it comes: its bytes are never held whole."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus

from starlette.responses import Response, StreamingResponse

from services.gateway.clients import Download

_PIECE = 64 * 1024
_SHOWN_NOWHERE = "sandbox; default-src 'none'"
_PASSED_ON = (
    "Accept-Ranges",
    "Content-Disposition",
    "Content-Length",
    "Content-Range",
    "Content-Security-Policy",
    "Content-Type",
    "Cross-Origin-Resource-Policy",
    "ETag",
    "X-Content-Type-Options",
)


async def passed_on(source: AbstractAsyncContextManager[Download], filename: str = "") -> Response:
    """The answer; a refusal is raised before anything is sent. `filename` names a download that names itself not."""
    download = await source.__aenter__()

    async def pieces() -> AsyncIterator[bytes]:
        try:
            async for piece in download.content.iter_chunked(_PIECE):
                yield piece
        finally:
            await source.__aexit__(None, None, None)

    headers = {name: download.headers[name] for name in _PASSED_ON if name in download.headers}
    headers.setdefault("Content-Security-Policy", _SHOWN_NOWHERE)
    if filename and download.status < HTTPStatus.BAD_REQUEST:
        headers.setdefault("Content-Disposition", f'attachment; filename="{filename}"')
    return StreamingResponse(pieces(), download.status, headers)
