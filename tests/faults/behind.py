"""What stands behind a gateway that is alone: one person who is signed in, and their form."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pydantic import BaseModel

from contracts.api.files import FileListView
from contracts.api.forms import EditsView
from contracts.api.tasks import GrantView
from tests.unit.gateway.samples import VIEW, session, task

TASK = "x"
COOKIE = f"portal_session={'x' * 43}"
"""Of their browser, where the portal is asked in clear."""


class _Services(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = _said(self.path, is_save=self.command == "PATCH").model_dump_json().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Says nothing of what is asked."""


def _said(path: str, *, is_save: bool) -> BaseModel:
    if path.endswith("/grant"):
        return GrantView(grant="g", task=task().model_copy(update={"task_id": TASK}))
    if path.endswith("/files"):
        return FileListView(files=[])
    if is_save:
        return EditsView(revision=5, hidden=[], left_out=[], faults=[], conflicts=[], saved_at=datetime.now(UTC))
    return VIEW if path.startswith("/contributions") else session()


@contextmanager
def services() -> Iterator[str]:
    """Their one address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Services) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
