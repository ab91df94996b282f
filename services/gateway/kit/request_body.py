"""A request's body on its way in: how much of it is read, how long that may take, how many come at once."""

import asyncio
from collections import Counter
from typing import BinaryIO, ClassVar

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from chassis.errors import Refused, TooLarge, Unavailable

ANONYMOUS_BYTES = 300 * 1024
"""What is read before anybody is known: a long page of text, or the largest page that is kept (unsaved_form.py)."""
_ANONYMOUS_SECONDS = 30.0
_GRANTED_SECONDS = 120.0
_BYTES_A_SECOND = 32 * 1024
"""A granted body has this much longer for each of its seconds' bytes: a slow line is no fault."""
_AT_ONCE = 128
_AT_ONCE_OF_ONE_CLIENT = 16
LARGEST_BYTES = 128 * 1024 * 1024
"""A form's page with its uploads; each file's own limit is the authority's, and files says so."""
_GRANTED_AT_ONCE = 192 * 1024 * 1024
"""Documents lie in /tmp meanwhile: 256 MB in compose.yaml, which are a part of the container's memory."""


FIELDS_BYTES = 12 * 1024 * 1024
"""What is typed on a page, which is held in memory: a form has 4,000,000 characters, each of three bytes at most."""
_FIELDS_AT_ONCE = 48 * 1024 * 1024
"""Of all requests. Read and made into a page it takes a multiple, of the container's 384 MB (compose.yaml)."""


class TooMuchText(TooLarge):
    """More than a form holds; `fields` are what came of it before."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.fields: dict[str, list[str]] = {}


class TooSlow(Refused):
    """A body that does not come."""

    status: ClassVar[int] = 408
    title: ClassVar[str] = "Too slow"


class OpenBodies:
    """How many bodies of anonymous requests are half here, and how much of known senders'; in this process."""

    def __init__(self) -> None:
        self._of_client: Counter[str] = Counter()
        self._of_sender: Counter[str] = Counter()
        self._held = 0

    def hold(self, size: int) -> None:
        """So many bytes more are held in memory, or fewer; Unavailable where there is no room for more now."""
        if size > 0 and self._held + size > _FIELDS_AT_ONCE:
            raise Unavailable("busy", "Many large forms are being saved just now.", retry_after=5)
        self._held += size

    def enter(self, client: str) -> None:
        """One more; Unavailable where there are too many."""
        if self._of_client.total() >= _AT_ONCE or self._of_client[client] >= _AT_ONCE_OF_ONE_CLIENT:
            raise Unavailable("too_many_bodies", retry_after=5)
        self._of_client[client] += 1

    def leave(self, client: str) -> None:
        """One less."""
        self._of_client[client] -= 1
        if not self._of_client[client]:
            del self._of_client[client]

    def make_room(self, sender: str, size: int) -> None:
        """So many bytes more of a known sender; Unavailable where there is no room for them now."""
        if self._of_sender[sender] + size > LARGEST_BYTES:
            raise Unavailable("too_many_uploads", "Other uploads of yours are not finished yet.", retry_after=5)
        if self._of_sender.total() + size > _GRANTED_AT_ONCE:
            raise Unavailable("busy", "Many files are being uploaded just now.", retry_after=5)
        self._of_sender[sender] += size

    def clear(self, sender: str, size: int) -> None:
        """So many bytes less."""
        self._of_sender[sender] -= size
        if not self._of_sender[sender]:
            del self._of_sender[sender]


class RequestBody:
    """The body of one request. Whoever knows who sends it may allow more: `body_of(request).allow(...)`."""

    def __init__(self, scope: Scope, receive: Receive, client: str, bodies: OpenBodies) -> None:
        headers = Headers(scope=scope)
        said = headers.get("content-length", "0")
        self._said = int(said) if said.isascii() and said.isdigit() else 0
        self._comes = self._said > 0 or "transfer-encoding" in headers
        self._client = client
        self._receive = receive
        self._bodies = bodies
        self._most, self._seconds, self._is_granted, self._is_cut = ANONYMOUS_BYTES, _ANONYMOUS_SECONDS, False, False
        self._since: float | None = None
        self._counted = self._is_whole = False
        self._read = 0
        self._room: tuple[str, int] | None = None
        self._held = 0
        self._files: list[BinaryIO] = []

    def keep(self, file: BinaryIO) -> None:
        """A file that lies in /tmp until the request is over."""
        self._files.append(file)

    def hold(self, size: int) -> None:
        """So much of it is held in memory until the request is over. TooMuchText beyond what a form may have.

        Unavailable where others hold too much. What a page of text takes there is always room for.
        """
        if size > FIELDS_BYTES:
            raise TooMuchText("too_much_text", "A form holds 4,000,000 characters or fewer.")
        if size > max(ANONYMOUS_BYTES, self._held):
            self._bodies.hold(size - self._held)
            self._held = size

    def allow(self, most: int, sender: str) -> None:
        """The sender is known and may send: up to `most` bytes, as slowly as a slow line sends.

        Unavailable where too much is on its way already. What a page of text takes there is always room for.
        """
        size = self._said or most
        if self._comes and self._room is None and ANONYMOUS_BYTES < size <= most:
            self._bodies.make_room(sender, size)
            self._room = sender, size
        self._most, self._seconds, self._is_granted = most, _GRANTED_SECONDS, True

    def cut(self) -> None:
        """The beginning is wanted, whatever size the body says that it has: TooLarge comes after what may be read."""
        self._is_cut = True

    async def receive(self) -> Message:
        """The next piece; TooLarge, TooSlow or Unavailable where there is none to be had."""
        if self._is_whole or not self._comes:
            return await self._receive()
        self._begin()
        try:
            async with asyncio.timeout_at(self._until()):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow("too_slow") from None
        return self._counted_in(message) if message["type"] == "http.request" else message

    def _begin(self) -> None:
        if (self._said > self._most and not self._is_cut) or self._read > self._most:
            raise self._too_large()
        if self._since is None:
            self._since = asyncio.get_running_loop().time()

    def _until(self) -> float:
        more = self._read / _BYTES_A_SECOND if self._is_granted else 0
        return (self._since or 0) + self._seconds + more

    def _counted_in(self, message: Message) -> Message:
        piece = message.get("body", b"")
        left, self._read = self._most - self._read, self._read + len(piece)
        if self._read > self._most:
            if not self._is_cut:
                raise self._too_large()
            return {"type": "http.request", "body": piece[:left], "more_body": True}
        if not message.get("more_body", False):
            self._is_whole = True
            self._leave()
        elif not self._is_granted and not self._counted:
            # A small body is whole at its first piece and takes no place: all places held keep nobody from signing in.
            self._bodies.enter(self._client)
            self._counted = True
        return message

    def end(self) -> None:
        """The request is over, and what lay of it in /tmp is gone."""
        self._leave()
        self._bodies.hold(-self._held)
        self._held = 0
        while self._files:
            self._files.pop().close()
        if self._room is not None:
            self._bodies.clear(*self._room)
            self._room = None

    def _leave(self) -> None:
        if self._counted:
            self._counted = False
            self._bodies.leave(self._client)

    def _too_large(self) -> TooLarge:
        size = f"{self._most // (1024 * 1024)} MB" if self._is_granted else f"{self._most // 1024} KB"
        return TooLarge("too_large", f"The portal takes at most {size} at once.")


def body_of(request: Request) -> RequestBody:
    """The body of a request on its way in."""
    body: RequestBody = request.state.body
    return body
