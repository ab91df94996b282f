"""The HTTP server's patience: uvicorn's protocol with an end to every wait, for `uvicorn --http` (ADR 0024).

uvicorn waits for ever for the rest of a request's head, for whoever takes no answer, and for a body that nobody reads.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from chassis.telemetry import REFUSED_HEADS

HEAD_SECONDS = 5.0
"""From the connection, or from the first byte of a further request, to the end of its head."""
LINGER_SECONDS = 5.0
"""How long an answered request may still send its body, unread: closed at once, its client would not see the answer."""
STALL_SECONDS = 30.0
"""How long a client may take nothing of its answer."""
HEAD_BYTES = 64 * 1024
_REFUSED = (
    b"content-type: text/plain; charset=utf-8\r\nx-content-type-options: nosniff\r\ncache-control: no-store\r\n"
    b"content-security-policy: default-src 'none'; frame-ancestors 'none'\r\nreferrer-policy: same-origin\r\n"
    b"cross-origin-opener-policy: same-origin\r\ncross-origin-resource-policy: same-origin\r\n"
    b"connection: close\r\ncontent-length: "
)
_LINES = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}


class PatientHttp(HttpToolsProtocol):
    """One connection. It has one deadline at a time; a request that is being answered has none here."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._head = 0
        self._in_head = self._is_whole = True
        self._has_begun = False

    # Deadlines

    def _give(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._too_late)

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _too_late(self) -> None:
        if self._is_answering() or self.transport.is_closing():
            return
        if self._has_begun and self._in_head:
            self._refuse(408)
        else:
            self._close()

    def _close(self) -> None:
        """Closed; and cut off, where what was answered is not taken either."""
        self.transport.close()
        if self._stall is not None:
            self._stall.cancel()
        self._stall = self.loop.call_later(STALL_SECONDS, self.transport.abort)

    def _refuse(self, status: int) -> None:
        REFUSED_HEADS.labels(status).inc()
        line = _LINES[status].encode()
        head = b"HTTP/1.1 " + str(status).encode() + b" " + line + b"\r\n"
        self.transport.write(head + _REFUSED + str(len(line)).encode() + b"\r\n\r\n" + line)
        self._close()

    # Of the connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come: it says soon what it wants."""
        super().connection_made(transport)
        self._give(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Over; nothing waits any more."""
        self._give(None)
        if self._stall is not None:
            self._stall.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some bytes; a head that does not end is refused."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if not self._in_head or self._is_answering() or self.transport.is_closing():
            return
        self._head += len(data)
        if self._head > HEAD_BYTES:
            self._refuse(431)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn has said it in the log
        """What is no HTTP."""
        if self._is_answering():
            self._close()
        else:
            self._refuse(400)

    def pause_writing(self) -> None:
        """The client takes nothing at the moment."""
        super().pause_writing()
        if self._stall is None:
            self._stall = self.loop.call_later(STALL_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        if self._stall is not None and not self.transport.is_closing():
            self._stall.cancel()
            self._stall = None

    # Of one request

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._in_head, self._has_begun, self._is_whole, self._head = True, True, False, 0
        self._give(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """Its head is here: from now on it is being answered."""
        self._in_head, self._head = False, 0
        self._give(None)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Its body is here too."""
        super().on_message_complete()
        self._is_whole = self._in_head = True
        self._has_begun = False
        if not self._is_answering():
            self._give(self.timeout_keep_alive)

    def on_response_complete(self) -> None:
        """Answered: the next request, or the rest of this one, comes soon."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._close()
        elif not self._is_answering():
            self._give(self.timeout_keep_alive if self._is_whole else LINGER_SECONDS)
