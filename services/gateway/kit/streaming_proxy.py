"""A document streamed on from a service as it comes: its bytes are never held whole."""

from contextlib import AbstractAsyncContextManager, AsyncExitStack
from http import HTTPStatus

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from services.gateway.kit.clients import Download

_PIECE = 64 * 1024
_SHOWN_NOWHERE = "sandbox; default-src 'none'"
_PROXIED_HEADERS = (
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


class _ProxiedResponse(StreamingResponse):
    """Lets go of its source at the end, also where it never began: a client may be gone before the first byte."""

    source: AsyncExitStack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer."""
        async with self.source:
            await super().__call__(scope, receive, send)


async def proxy_response(source: AbstractAsyncContextManager[Download], filename: str = "") -> Response:
    """The answer; a refusal is raised before anything is sent. `filename` names a download that names itself not."""
    async with AsyncExitStack() as stack:
        download = await stack.enter_async_context(source)
        headers = {name: download.headers[name] for name in _PROXIED_HEADERS if name in download.headers}
        headers.setdefault("Content-Security-Policy", _SHOWN_NOWHERE)
        if filename and download.status < HTTPStatus.BAD_REQUEST:
            headers.setdefault("Content-Disposition", f'attachment; filename="{filename}"')
        response = _ProxiedResponse(download.content.iter_chunked(_PIECE), download.status, headers)
        response.source = stack.pop_all()
        return response
