"""Logs and metrics: the one list of metric names, and how log lines look. Ids only, never personal data."""

import logging
import sys

import structlog
from prometheus_client import Counter, Gauge, Histogram

from chassis import context

DELIVERIES = Counter(
    "portal_deliveries",
    "Deliveries by how they ended: done, repeated, later, refused, retried, dead, released",
    ["queue", "outcome"],
)
PUBLISHED = Counter("portal_published", "Messages confirmed by the broker", ["type"])
OUTBOX_WAITING = Gauge("portal_outbox_waiting", "Entries handed to the relay and not yet confirmed")
OUTBOX_AGE = Gauge("portal_outbox_age_seconds", "Age of the oldest entry that the sweeper found")
SECURITY_EVENTS = Counter("portal_security_events", "Security events by name and outcome", ["event", "outcome"])
DATABASE_COMMANDS = Counter("portal_database_commands", "Commands sent to the database", ["command"])
REFUSED_HEADS = Counter("portal_refused_heads", "Requests whose head was broken, too large or did not come", ["status"])
EMAILS_LOST = Counter("portal_emails_lost", "Emails that GOV.UK Notify took and could not hand on")
ERASED_COPIES = Counter("portal_erased_copies", "Copies of what was told that were not kept, or not read: erased")
LOOP_LAG = Histogram(
    "portal_loop_lag_seconds",
    "How late the event loop came to what was due",
    buckets=(0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5),
)
REQUESTS = Histogram("portal_request_seconds", "Time to answer an HTTP request", ["route", "method", "status"])


def configure_logging(service: str, level: str) -> None:
    """JSON lines on standard error, with the service's name and whatever the request or delivery has bound."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            context.in_log,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    _make_libraries_speak_json(service)


def _make_libraries_speak_json(service: str) -> None:
    """What uvicorn and OpenTelemetry say are lines like any other; by themselves they write text, line by line."""
    server, traces = logging.getLogger("uvicorn"), logging.getLogger("opentelemetry")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                lambda _, __, event: {**event, "service": service},
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    traces.handlers[:], traces.propagate = [handler], False
    if server.handlers:
        server.handlers[:] = [handler]


log: structlog.stdlib.BoundLogger = structlog.get_logger()
