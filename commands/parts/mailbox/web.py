"""The HTTP side: the part of Mailpit's API that tests use, and a plain page to read the mail in a browser."""

import html
import json
import re
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from commands.parts.mailbox.smtp import Refusals
from commands.parts.mailbox.store import PAGE, Json, Mailbox, body, parse, rfc3339

LARGEST_BODY = 1024 * 1024
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"

Answer = tuple[HTTPStatus, str, bytes]


def as_json(value: object) -> Answer:
    """A JSON answer."""
    return HTTPStatus.OK, JSON, json.dumps(value).encode()


def as_text(value: str, kind: str = TEXT, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    """A text answer, plain unless said otherwise."""
    return status, kind, value.encode()


class MailboxServer(ThreadingHTTPServer):
    """One thread a connection; the mailbox has its own lock."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], mailbox: Mailbox, refusals: Refusals) -> None:
        super().__init__(address, MailboxRequestHandler)
        self.mailbox = mailbox
        self.refusals = refusals


class MailboxRequestHandler(BaseHTTPRequestHandler):
    """One HTTP connection."""

    timeout = 60
    server: MailboxServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name for it
        """Nothing: addresses do not belong in a log."""

    def do_GET(self) -> None:
        """Read."""
        self._answer("GET")

    def do_PUT(self) -> None:
        """Change what is refused."""
        self._answer("PUT")

    def do_DELETE(self) -> None:
        """Forget messages."""
        self._answer("DELETE")

    def _answer(self, method: str) -> None:
        path = urlsplit(self.path).path
        found = ((door, hit) for verb, pattern, door in routes if verb == method and (hit := pattern.fullmatch(path)))
        door, hit = next(found, (None, None))
        try:
            answer = door(self, *map(unquote, hit.groups())) if door and hit else self._missing()
        except (ValueError, KeyError, TypeError) as fault:
            answer = as_text(str(fault), status=HTTPStatus.BAD_REQUEST)
        status, kind, content = answer
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(content)

    def _missing(self) -> Answer:
        return as_text("not found", status=HTTPStatus.NOT_FOUND)

    def _body(self) -> Json:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            raise ValueError("the body is too large")
        given: Json = json.loads(self.rfile.read(length) or b"{}")
        return given

    def _asked(self, name: str, default: str = "") -> str:
        return parse_qs(urlsplit(self.path).query).get(name, [default])[0]

    def list_messages(self) -> Answer:
        """A page of the list, or of what `query` finds."""
        start, limit = int(self._asked("start", "0")), int(self._asked("limit", str(PAGE)))
        return as_json(self.server.mailbox.page(max(start, 0), max(limit, 0), self._asked("query")))

    def delete_messages(self) -> Answer:
        """Forget the named messages, or all."""
        self.server.mailbox.delete([str(one) for one in self._body().get("IDs") or []])
        return as_text("ok")

    def show_message(self, message_id: str) -> Answer:
        """One message with its text and HTML."""
        found = self.server.mailbox.message(message_id)
        if found is None:
            return self._missing()
        summary, raw = found
        message = parse(raw)
        sent = message["Date"]
        return as_json(
            {
                **{name: value for name, value in summary.items() if name not in {"Created", "Snippet", "Attachments"}},
                "ReturnPath": str(message["Return-Path"]).strip("<>"),
                "Date": rfc3339(sent.datetime) if sent else summary["Created"],
                "Text": body(message, "plain"),
                "HTML": body(message, "html"),
                "Inline": [],
                "Attachments": [],
            }
        )

    def show_headers(self, message_id: str) -> Answer:
        """Every header of a message."""
        found = self.server.mailbox.message(message_id)
        if found is None:
            return self._missing()
        message = parse(found[1])
        return as_json({name: [str(value) for value in message.get_all(name, [])] for name in message})

    def show_raw(self, message_id: str) -> Answer:
        """A message as it came."""
        found = self.server.mailbox.message(message_id)
        return (HTTPStatus.OK, TEXT, found[1]) if found else self._missing()

    def view(self, message_id: str, kind: str) -> Answer:
        """A message's body, for a browser."""
        found = self.server.mailbox.message(message_id)
        if found is None:
            return self._missing()
        wanted = {"txt": ("plain", TEXT), "html": ("html", HTML)}[kind]
        return as_text(body(parse(found[1]), wanted[0]), wanted[1])

    def show_chaos(self) -> Answer:
        """What is refused at present."""
        return as_json(self.server.refusals.chaos)

    def set_chaos(self) -> Answer:
        """Refuse from now on: parts that are not named are refused no longer."""
        self.server.refusals.set_chaos(self._body())
        return self.show_chaos()

    def front_page(self) -> Answer:
        """The newest messages as a page, so that a newcomer finds the code without reading JSON."""
        rows = [
            f"<tr><td>{row['Created'][11:19]}<td>{html.escape(', '.join(to['Address'] for to in row['To']))}"
            f'<td><a href="/view/{row["ID"]}.txt">{html.escape(row["Subject"])}</a>'
            for row in self.server.mailbox.page(0, PAGE)["messages"]
        ]
        return as_text(
            '<!doctype html><html lang="en"><title>Mail caught</title><h1>Mail caught</h1>'
            f"<table><tr><th>Time (UTC)<th>To<th>Subject{''.join(rows)}</table>",
            HTML,
        )

    def healthy(self) -> Answer:
        """Alive and ready are the same here: both doors open before the first answer."""
        return as_text("ok")


MESSAGE = r"/api/v1/message/([^/]+)"

ROUTES: list[tuple[str, str, Callable[..., Answer]]] = [
    ("GET", "/api/v1/(?:messages|search)", MailboxRequestHandler.list_messages),
    ("DELETE", "/api/v1/messages", MailboxRequestHandler.delete_messages),
    ("GET", MESSAGE, MailboxRequestHandler.show_message),
    ("GET", MESSAGE + "/headers", MailboxRequestHandler.show_headers),
    ("GET", MESSAGE + "/raw", MailboxRequestHandler.show_raw),
    ("GET", r"/view/([^/.]+)\.(txt|html)", MailboxRequestHandler.view),
    ("GET", "/api/v1/chaos", MailboxRequestHandler.show_chaos),
    ("PUT", "/api/v1/chaos", MailboxRequestHandler.set_chaos),
    ("GET", "/", MailboxRequestHandler.front_page),
    ("GET", "/livez|/readyz", MailboxRequestHandler.healthy),
]

routes = [(method, re.compile(path), door) for method, path, door in ROUTES]
