"""Content on its way out: as a download of its fixed type, whole or in part. Who may have it is decided elsewhere."""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from chassis.errors import Refused
from chassis.http import DOWNLOAD_HEADERS
from chassis.telemetry import log
from services.files.model import Attachment, OutOfRange, asked_part, content_disposition
from services.files.store import Damaged
from services.files.usecases import Files
from services.files.usecases.attachments import unknown_file


class RangeNotSatisfiable(Refused):
    """The part asked for begins behind the end."""

    status = 416
    title = "Range not satisfiable"


async def download(request: Request, file: Attachment) -> Response:
    """The file, or the part of it that the request asks for."""
    service: Files = request.app.state.service
    tag = f'"{file.content.sha256}"'
    asked = request.headers.get("range") if request.headers.get("if-range", tag) == tag else None
    try:
        part = asked_part(asked, file.content.size)
    except OutOfRange as beyond:
        raise RangeNotSatisfiable("range_not_satisfiable", f"The file has {file.content.size} bytes.") from beyond
    headers = {**DOWNLOAD_HEADERS, "Accept-Ranges": "bytes", "ETag": tag}
    headers["Content-Disposition"] = content_disposition(file.name)
    headers["Content-Length"] = str(part.length if part else file.content.size)
    if part is not None:
        headers["Content-Range"] = part.content_range
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=file.media_type)
    try:
        pieces = await service.contents.send(file.content, part)
    except Damaged as gone:
        log.error("content is gone", file_id=file.file_id)
        raise unknown_file() from gone
    return StreamingResponse(pieces, status, headers, file.media_type)
