"""Spans to a collector by OTLP over HTTP, by an allow-list: what somebody wrote, or an error says, stays here."""

from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link
from opentelemetry.trace.status import Status

from chassis.tracing import CAUSATION, CORRELATION

_SECONDS = 5
_ALLOWED = frozenset(
    {
        CORRELATION,
        CAUSATION,
        "http.method",
        "http.route",
        "http.status_code",
        "messaging.destination.name",
        "messaging.message.id",
        "messaging.operation",
        "portal.outcome",
    }
)


def provider_for(service: str, url: str) -> TracerProvider:
    """Of one process; sampling as the environment says (OTEL_TRACES_SAMPLER), else all of it."""
    exporter = OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces", timeout=_SECONDS)
    provider = TracerProvider(resource=Resource({SERVICE_NAME: f"portal-{service}"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(_AllowListed(exporter)))
    return provider


class _AllowListed(SpanExporter):
    """Passes on of each span what is allowed."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """A batch."""
        return self._exporter.export([lean(span) for span in spans])

    def shutdown(self) -> None:
        """Lets go of the connection."""
        self._exporter.shutdown()


def lean(span: ReadableSpan) -> ReadableSpan:
    """The span with allowed attributes, without its events and without what its error said."""
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: value for name, value in (span.attributes or {}).items() if name in _ALLOWED},
        links=[Link(link.context) for link in span.links],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
