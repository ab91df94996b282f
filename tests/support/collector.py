"""A collector of traces: takes OTLP over HTTP as a real one does, and keeps every span."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from chassis.tracing import CORRELATION
from tests.support.portal import Portal


@dataclass(frozen=True)
class Seen:
    """One span as it came: whose it is, what it is called, which trace it belongs to, what it says."""

    service: str
    name: str
    trace: str
    attributes: dict[str, str]


@dataclass
class Collector:
    """Everything that was exported to it."""

    url: str
    raw: list[bytes] = field(default_factory=list)
    spans: list[Seen] = field(default_factory=list)

    def take(self, body: bytes) -> None:
        """One export."""
        self.raw.append(body)
        for of_process in ExportTraceServiceRequest.FromString(body).resource_spans:
            (service,) = (one.value.string_value for one in of_process.resource.attributes if one.key == "service.name")
            for scope in of_process.scope_spans:
                for span in scope.spans:
                    said = {one.key: one.value.string_value for one in span.attributes}
                    self.spans.append(Seen(service, span.name, span.trace_id.hex(), said))

    def named(self, name: str, correlation_id: str) -> list[Seen]:
        """Those of a name that belong to a delegation."""
        return [one for one in self.spans if one.name == name and one.attributes.get(CORRELATION) == correlation_id]


@contextmanager
def traced_portal(folder: Path) -> Iterator[tuple[Portal, Collector]]:
    """A portal of its own that exports its spans, and where they come."""
    with collector() as traces:
        portal = Portal.at(folder, PORTAL_OTLP_URL=traces.url, OTEL_BSP_SCHEDULE_DELAY="200")
        try:
            portal.up()
            yield portal, traces
        finally:
            portal.down()


@contextmanager
def collector() -> Iterator[Collector]:
    """A collector on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
