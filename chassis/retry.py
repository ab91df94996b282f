"""When a delivery comes again, and how a dead one says why: delays, headers, queue names."""

from dataclasses import dataclass

DELAYS = (1, 5, 30, 120, 600, 1800, 7200)
"""Seconds; one quorum queue each, since a time-to-live in one queue blocks behind its head."""

DEAD_EXCHANGE = "portal.dead"
RETRY_PREFIX = "portal.retry."

HEADER_ATTEMPTS = "x-portal-attempts"
HEADER_FIRST_SEEN = "x-portal-first-seen"
HEADER_USER = "x-portal-user-id"
HEADER_CODE = "x-portal-code"
HEADER_REASON = "x-portal-reason"
HEADER_QUEUE = "x-portal-queue"
HEADER_ROUTING_KEY = "x-portal-routing-key"
HEADER_EXCHANGE = "x-portal-exchange"


def retry_queue(seconds: int) -> str:
    """The queue (and fanout exchange) that holds a delivery for so long and gives it back to its own queue."""
    return f"{RETRY_PREFIX}{seconds}s"


def dead_queue(queue: str) -> str:
    """Where a queue's dead letters are kept."""
    return f"{queue}.dead"


def at_least(seconds: int) -> int:
    """The shortest delay that is not shorter than asked for."""
    return next((delay for delay in DELAYS if delay >= seconds), DELAYS[-1])


@dataclass(frozen=True, slots=True)
class Retry:
    """The delay before each further attempt; after the last one the delivery is dead (about 2.7 hours by default)."""

    delays: tuple[int, ...] = DELAYS

    def delay_after(self, attempts: int) -> int | None:
        """The delay after so many failed attempts; None at the end."""
        return self.delays[attempts - 1] if attempts <= len(self.delays) else None


DEFAULT_RETRY = Retry()
