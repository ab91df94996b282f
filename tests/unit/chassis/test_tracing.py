"""What a span says outside, and how it goes along with what is told."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis import clock, context, tracing
from chassis.context import Actor, Context
from chassis.exporting import lean
from chassis.outbox import outgoing
from commands.parts.instance import ROOT
from contracts.forms import ContributionStarted

STARTED = ContributionStarted(task_id="t-1", authority="bristol", delegation_id="d-1", started_at=clock.now())


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(spans: InMemorySpanExporter) -> Iterator[trace.Tracer]:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    yield provider.get_tracer("test")
    provider.shutdown()


def _text(span: ReadableSpan) -> str:
    return str(span.to_json())


def _fail(tracer: trace.Tracer) -> None:
    with tracer.start_as_current_span("GET /tasks") as span:
        span.set_attribute("http.route", "/tasks")
        span.set_attribute("http.url", "/tasks?name=Gabriel")
        raise ValueError("Gabriel Example")


def test_a_span_leaves_without_what_somebody_wrote_or_an_error_said(
    tracer: trace.Tracer, spans: InMemorySpanExporter
) -> None:
    with pytest.raises(ValueError, match="Gabriel"):
        _fail(tracer)
    (full,) = spans.get_finished_spans()
    assert "Gabriel" in _text(full)
    left = lean(full)
    assert "Gabriel" not in _text(left)
    assert dict(left.attributes or {}) == {"http.route": "/tasks"}
    assert (left.name, left.context, left.status.status_code) == (full.name, full.context, full.status.status_code)


def test_a_span_says_what_it_belongs_to_and_what_it_answers_and_not_whose_doing_it_is(
    tracer: trace.Tracer, spans: InMemorySpanExporter
) -> None:
    sandras = Context("c-1", "m-0", Actor("account", "a-1"), "bristol")
    with context.entered(sandras), tracer.start_as_current_span("process"):
        tracing.note()
    (left,) = map(lean, spans.get_finished_spans())
    assert dict(left.attributes or {}) == {"portal.correlation_id": "c-1", "portal.causation_id": "m-0"}


def test_a_collector_that_is_away_holds_nobody_up_and_is_told_as_json() -> None:
    code = """
import asyncio
from chassis import telemetry, tracing
telemetry.configure_logging("tasks", "INFO")
tracing.start("tasks", "http://127.0.0.1:9")
with tracing.span("x", {}):
    pass
asyncio.run(tracing.stop())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert {line["service"] for line in lines} == {"tasks"}


def test_an_event_carries_the_span_in_which_it_was_told(tracer: trace.Tracer) -> None:
    assert "traceparent" not in outgoing(STARTED, "t-1").headers
    with tracer.start_as_current_span("x") as span:
        told = outgoing(STARTED, "t-1")
    assert f"{span.get_span_context().trace_id:032x}" in told.headers["traceparent"]


def test_what_is_sent_later_goes_on_below_the_span_that_told_it(
    tracer: trace.Tracer, spans: InMemorySpanExporter
) -> None:
    with tracer.start_as_current_span("told"):
        told = outgoing(STARTED, "t-1")
    with tracer.start_as_current_span("sweep"), tracing.continued(told.headers), tracer.start_as_current_span("sent"):
        pass
    with tracing.continued({}), tracer.start_as_current_span("alone"):
        pass
    found = {span.name: span for span in spans.get_finished_spans()}
    above, told_in = found["sent"].parent, found["told"].context
    assert above is not None
    assert told_in is not None
    assert (above.trace_id, above.span_id) == (told_in.trace_id, told_in.span_id)
    assert found["alone"].parent is None
