"""Traces: one for a council's message and all that comes of it by itself, one for each request of a person (ADR 0033).

The SDK stands in chassis.exporting, loaded only where an address is set: an unwatched service does without its memory.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from faststream.opentelemetry import TelemetryMiddleware
from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import context

HEADER = "traceparent"
CORRELATION = "portal.correlation_id"
"""On every span: where a trace ends and the next begins, it says what belongs together."""
CAUSATION = "portal.causation_id"
"""On every span too: the id of the message or request that this work answers. Whose doing it is, logs alone say."""

_PROPAGATOR = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("portal")
_OF_THE_TRACE = {b"traceparent", b"tracestate", b"baggage"}
_FLUSH_MILLIS = 2_000
_UNWATCHED = "livez,readyz,metrics"

_provider: Any = None


def start(service: str, url: str) -> None:
    """Sends this process's spans to a collector from now on; nothing where there is no address."""
    global _provider  # noqa: PLW0603 - one for the process, as the API has it
    if url and _provider is None:
        from chassis.exporting import provider_for  # noqa: PLC0415 - not loaded for nothing

        _provider = provider_for(service, url)
        trace.set_tracer_provider(_provider)


async def stop() -> None:
    """Sends what is left; a collector that is away is not waited for."""
    if _provider is not None:
        await asyncio.to_thread(_provider.force_flush, _FLUSH_MILLIS)


class _QueueSpans:
    """Names of spans and what they say of messages: nothing that a council could have chosen but its message's id."""

    messaging_system = "rabbitmq"

    def get_consume_destination_name(self, msg: Any) -> str:
        """The queue's name without its council."""
        return str(msg.subscription.queue)

    def get_consume_attrs_from_message(self, msg: Any) -> dict[str, Any]:
        """Of a delivery."""
        return {"messaging.destination.name": msg.delivery.queue, "messaging.message.id": msg.message_id}

    def get_publish_destination_name(self, cmd: Any) -> str:
        """The exchange and what stands in its routing key: a wire name of ours, or a queue."""
        return f"{cmd.exchange.name}.{cmd.destination}"

    def get_publish_attrs_from_cmd(self, cmd: Any) -> dict[str, Any]:
        """Of what is published."""
        return {"messaging.destination.name": cmd.exchange.name}


def around_messages() -> list[TelemetryMiddleware[Any]]:
    """FastStream's middleware, for brokers; none where nobody watches."""
    return [TelemetryMiddleware(settings_provider_factory=lambda _: _QueueSpans())] if _provider else []


def around_requests(app: ASGIApp, *, is_edge: bool) -> ASGIApp:
    """A span for each request. At the edge strangers ask, whose traces are not continued."""
    if _provider is None:
        return app
    from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware  # noqa: PLC0415 - not loaded for nothing

    traced: ASGIApp = OpenTelemetryMiddleware(
        app,
        excluded_urls=_UNWATCHED,
        default_span_details=lambda scope: (scope.get("method", "HTTP"), {}),
        exclude_spans=["receive", "send"],
    )

    async def at_the_edge(scope: Scope, receive: Receive, send: Send) -> None:
        if "headers" in scope:
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name not in _OF_THE_TRACE]
        await traced(scope, receive, send)

    return at_the_edge if is_edge else traced


def headers() -> dict[str, str]:
    """The current span, as it goes along with a request or message; nothing where there is none."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return {HEADER: carrier[HEADER]} if HEADER in carrier else {}


def said_in(headers: Mapping[str, Any]) -> dict[str, str]:
    """What headers that we believe say of a span."""
    return {HEADER: headers[HEADER]} if isinstance(headers.get(HEADER), str) else {}


@contextmanager
def continued(said: Mapping[str, Any]) -> Iterator[None]:
    """What is done inside goes on below the span that these headers name, if they name one."""
    mark = otel.attach(_PROPAGATOR.extract({HEADER: said[HEADER]})) if HEADER in said else None
    try:
        yield
    finally:
        if mark is not None:
            otel.detach(mark)


@contextmanager
def span(name: str, said: Mapping[str, Any]) -> Iterator[None]:
    """A piece of work as a span of its own, below the one that these headers name."""
    with continued(said), _TRACER.start_as_current_span(name, record_exception=False):
        note()
        yield


def note(name: str = "", **said: str | int) -> None:
    """What the current span belongs to, and what else there is to say of it; its name, where that is known only now."""
    current, known = trace.get_current_span(), context.current()
    if not current.is_recording():
        return
    if name:
        current.update_name(name)
    current.set_attributes(said)
    if known is not None:
        current.set_attributes({CORRELATION: known.correlation_id, CAUSATION: known.causation_id})
