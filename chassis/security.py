"""Security events: what an auditor or an alarm asks for, as log lines and a metric (OWASP ASVS 16.2, 16.3).

Ids only: no name, no address, no token, no text that a person or a council wrote.
"""

from typing import Literal

from chassis.telemetry import SECURITY_EVENTS, log

SecurityEvent = Literal[
    "sign_in.password",
    "sign_in.code",
    "sign_in.new_device",
    "sign_in.passkey",
    "sign_in.trusted",
    "trust.given",
    "trust.ended",
    "limit.reached",
    "reset.requested",
    "reset.code",
    "reset.password",
    "registration.code",
    "registration.finished",
    "address.requested",
    "address.codes",
    "address.changed",
    "account.opened",
    "account.taken_over",
    "account.details",
    "account.profile",
    "account.digest",
    "account.password",
    "account.closed",
    "calendar.changed",
    "factor.changed",
    "session.ended",
    "access.refused",
    "council.token",
    "delivery.refused",
]
Outcome = Literal["ok", "failed", "refused"]


def record(event: SecurityEvent, outcome: Outcome, **ids: str | int | None) -> None:
    """One security event: `ids` says whom and what it was about, by id, authority, limit or queue."""
    SECURITY_EVENTS.labels(event, outcome).inc()
    write = log.info if outcome == "ok" else log.warning
    write("security", security_event=event, outcome=outcome, **{name: each for name, each in ids.items() if each})
