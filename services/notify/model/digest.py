"""One email a day about somebody's forms: what waits for it, until when, and what it says. No I/O, no clock."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from string import Template

from chassis.clock import day_of
from chassis.outbox import derived_id
from chassis.working_days import in_england, on_working_day
from contracts.authority import Authority
from services.notify.model.delivery import DigestLine, EmailDelivery, Purpose, ToldThing

MOST_LINES = 200
"""What one digest tells; another of the same day tells the rest."""

_AT = time(9, 30)
"""Half an hour after the reminders of the day are made (ADR 0043), so that they are in it."""
_SOON = timedelta(days=2)
_LATE: frozenset[Purpose] = frozenset(
    {"reminder_late", "reminder_late_to_inbox", "reminder_to_manager", "reminder_unbegun_late"}
)
_WORDS: Mapping[Purpose, str] = {
    "delegation": "New form for you",
    "delegation_to_group": "New form for your work group, $group",
    "delegation_to_inbox": "New form for $holder",
    "re_assigned": "Re-assigned to you",
    "re_assigned_to_group": "Re-assigned to your work group, $group",
    "moved": "Moved to $holder by $by",
    "amended": "Changed by the council",
    "returned": "Sent back by the council with questions",
    "decline_refused": "The council asks you to complete it all the same",
    "parts_released": "The council does not ask for the parts any more that were declined",
    "parts_refused": "The council asks you to complete all parts of it",
    "time_given": "The council has agreed to more time",
    "time_refused": "The council cannot give you more time",
    "reminder": "Not submitted yet",
    "reminder_late": "Late",
    "reminder_to_manager": "Late in your work group: $holder has it",
    "reminder_unbegun": "Nobody has begun it since $since",
    "reminder_unbegun_late": "Late, and nobody has begun it since $since",
    "amended_to_inbox": "Changed by the council: $holder has it",
    "returned_to_inbox": "Sent back by the council to $holder with questions",
    "decided_to_inbox": "The council has answered $holder",
    "reminder_to_inbox": "Not submitted yet: $holder has it",
    "reminder_late_to_inbox": "Late: $holder has it",
    "reminder_unbegun_to_inbox": "Nobody has begun it since $since: $holder has it",
}
"""What has happened, as a line says it; only what stands here ever waits for a digest."""
TELLS_OF_A_FORM: frozenset[Purpose] = frozenset({*_WORDS, "retracted", "retracted_to_inbox"})
"""What nobody has asked for just now."""


def next_digest(at: datetime, authority: Authority) -> datetime:
    """When the next digest after this moment goes out: at half past nine in England, on a working day."""
    today = day_of(at)
    first = in_england(on_working_day(today, authority.closed_on), _AT)
    return first if first > at else in_england(on_working_day(today + timedelta(days=1), authority.closed_on), _AT)


def can_wait(purpose: Purpose, due_on: date | None, until: datetime) -> bool:
    """Whether the digest of then is soon enough: not for what is due within two days of it.

    What is late already is, and what has no date: nobody misses one by it.
    """
    if purpose not in _WORDS:
        return False
    return purpose in _LATE or due_on is None or due_on > day_of(until) + _SOON


def digest_id(authority: str, account_id: str, day: date, number: int) -> str:
    """The id of an account's digest of one authority and day; its number is 1 unless there is more than it may tell."""
    return derived_id("notify.digest", authority, account_id, day.isoformat(), str(number))


def is_over(delivery: EmailDelivery, ended: Mapping[str, int]) -> bool:
    """Whether its form was submitted or retracted after it, by the task's versions at which delegations ended."""
    return ended.get(delivery.delegation_id or "", -1) > delivery.task_version


def lines_of(waiting: Sequence[EmailDelivery]) -> list[DigestLine]:
    """A line for each thing, in the order in which it happened."""
    return [
        DigestLine(
            what=Template(_WORDS[one.purpose]).substitute(one.values),
            form=one.values.get("form", ""),
            reference=one.values.get("reference", ""),
            due=_due(one),
            path=one.values.get("path", ""),
        )
        for one in waiting
    ]


def told_of(waiting: Sequence[EmailDelivery]) -> list[ToldThing]:
    """What a digest tells, by ids."""
    return [
        ToldThing(delivery_id=one.delivery_id, delegation_id=one.delegation_id, owed_at=one.created_at)
        for one in waiting
    ]


def _due(delivery: EmailDelivery) -> str:
    day = delivery.values.get("due_on")
    if not day:
        return ""
    return f"was due {day}" if delivery.purpose in _LATE else f"due {day}"
