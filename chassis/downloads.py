"""Content on its way out: as a download of its fixed type, whole or in part. Who may have it is decided elsewhere."""

from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from chassis.blobs import Damaged
from chassis.errors import NotFound, Refused
from chassis.http import DOWNLOAD_HEADERS, problem
from chassis.names import content_disposition
from chassis.ranges import ByteRange, OutOfRange, asked_range
from chassis.telemetry import log


class RangeNotSatisfiable(Refused):
    """The part asked for begins behind the end."""

    status = 416
    title = "Range not satisfiable"


Send = Callable[[ByteRange | None], Awaitable[AsyncIterator[bytes]]]
"""Gives the whole or a part piece by piece; Damaged, before the first piece, where it is gone."""


async def download(request: Request, send: Send, *, name: str, media_type: str, size: int, mark: str) -> Response:
    """The content, or the part of it that the request asks for; equal marks, equal bytes."""
    tag = f'"{mark}"'
    asked = request.headers.get("range") if request.headers.get("if-range", tag) == tag else None
    try:
        part = asked_range(asked, size)
    except OutOfRange:
        refused = problem(RangeNotSatisfiable("range_not_satisfiable", f"The file has {size} bytes."))
        refused.headers["Content-Range"] = f"bytes */{size}"
        return refused
    headers = {**DOWNLOAD_HEADERS, "Accept-Ranges": "bytes", "ETag": tag}
    headers["Content-Disposition"] = content_disposition(name)
    headers["Content-Length"] = str(part.length if part else size)
    if part is not None:
        headers["Content-Range"] = part.content_range
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type)
    try:
        pieces = await send(part)
    except Damaged as gone:
        log.error("content is gone", path=request.url.path)
        raise NotFound("unknown_file", "That file is not there.") from gone
    return StreamingResponse(pieces, status, headers, media_type)


def sending(content: bytes) -> Send:
    """Of content that is at hand."""

    async def send(part: ByteRange | None) -> AsyncIterator[bytes]:
        async def pieces() -> AsyncIterator[bytes]:
            yield content[part.start : part.end + 1] if part else content

        return pieces()

    return send
