"""An upload on its way in: what it says of itself, its bytes, and a refusal that its sender still gets to read."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request

from chassis.errors import BadRequest, Refused
from contracts.authority import FileRules
from services.files.model.refusal import Unacceptable, sentence
from services.files.usecases import Upload

NAME_HEADER = "Portal-File-Name"
KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 200
RECEIVE_SECONDS = 120

DRAIN_BYTES = 64 * 1024 * 1024
DRAIN_SECONDS = 10.0


def coming(request: Request) -> Upload:
    """What the request says of the file that it brings."""
    headers = request.headers
    size, key = headers.get("content-length", ""), headers.get(KEY_HEADER)
    if key is not None and len(key) > LONGEST_KEY:
        raise BadRequest("invalid_key", "The Idempotency-Key is too long.")
    return Upload(
        name=unquote(headers.get(NAME_HEADER, ""), errors="replace"),
        announced=int(size) if size.isascii() and size.isdigit() else 0,
        pieces=request.stream(),
        key=key,
    )


async def drain(pieces: AsyncIterator[bytes]) -> None:
    """Reads what has not been read, within bounds: a sender cut off while sending never sees why."""
    left = DRAIN_BYTES
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            async for piece in pieces:
                left -= len(piece)
                if left < 0:
                    return
    except (TimeoutError, ClientDisconnect):
        return


def refusal(found: Unacceptable, rules: FileRules) -> Refused:
    """The problem document's content: a stable code, and the sentence for the person."""
    return Refused(found.code, sentence(found.code, rules))
