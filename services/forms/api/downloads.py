"""A PDF on its way out, whole or in part (RFC 9110, one range). Who may have it is decided elsewhere."""

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from services.forms.usecases.submissions import Document

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def download(request: Request, document: Document) -> Response:
    """200 with all of it, 206 with the part asked for, 416 where there is no such part."""
    size = len(document.content)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(document.name)}",
        "X-Content-Type-Options": "nosniff",
    }
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or asked.groups() == ("", ""):
        return Response(document.content, headers=headers, media_type="application/pdf")
    start, end = _part(asked[1], asked[2], size)
    if start >= end:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return Response(document.content[start:end], status_code=206, headers=headers, media_type="application/pdf")


def _part(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1 if last else size)
