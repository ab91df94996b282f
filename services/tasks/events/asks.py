"""What whoever has a task asks of its council, and what that has answered."""

from datetime import date, datetime
from typing import TypedDict, cast

from chassis.outbox import Outgoing, outgoing
from contracts.base import Contact
from contracts.portal import DeclineReason, DelegationDeclined, ExtensionReason, ExtensionRequested, SectionsDeclined
from contracts.tasks import TaskDecided, TaskDeclined
from services.tasks.events.about import about
from services.tasks.model.asking import closure_counts
from services.tasks.model.facts import Ask
from services.tasks.model.task import Task


class _AboutAsk(TypedDict):
    authority: str
    delegation_id: str
    ask_id: str
    explanation: str
    appointment_on: date | None
    by: str
    at: datetime


def of_ask(task: Task) -> list[Outgoing]:
    """What a holder has asked: for the council, and for forms where nothing may be changed until it has answered."""
    ask, told = task.asks[-1], ask_told(task)
    if not isinstance(told, DelegationDeclined):
        return [outgoing(told, ask.ask_id)]
    heard = TaskDeclined(**about(task), access_version=task.access_version, declined_at=ask.asked_at)
    return [outgoing(told, ask.ask_id), outgoing(heard, ask.ask_id)]


def ask_told(task: Task) -> ExtensionRequested | SectionsDeclined | DelegationDeclined:
    """What the council hears of what was asked last."""
    ask = task.asks[-1]
    asked = _asked(task, ask)
    if ask.until is not None:
        reason = cast("ExtensionReason", ask.reason_code)
        return ExtensionRequested(
            **asked,
            reason_code=reason,
            until=ask.until,
            closed_on=ask.closed_on,
            reopens_on=ask.reopens_on,
            closure_counts=closure_counts(ask, task.requested.received_on),
        )
    why, instead = cast("DeclineReason", ask.reason_code), ask.proposed_recipient
    if ask.sections:
        return SectionsDeclined(**asked, sections=ask.sections, reason_code=why, proposed_recipient=instead)
    return DelegationDeclined(**asked, reason_code=why, proposed_recipient=instead)


def _asked(task: Task, ask: Ask) -> _AboutAsk:
    """As the fields of what the council hears."""
    return {
        "authority": task.authority,
        "delegation_id": task.delegation_id,
        "ask_id": ask.ask_id,
        "explanation": ask.explanation,
        "appointment_on": ask.appointment_on,
        "by": ask.by.email,
        "at": ask.asked_at,
    }


def of_answer(task: Task, tell: list[Contact]) -> list[Outgoing]:
    """What the council has answered, to whoever keeps the form, and by email."""
    ask = task.asks[-1]
    if ask.answer is None:
        return []
    decided = TaskDecided(
        **about(task),
        access_version=task.access_version,
        ask_id=ask.ask_id,
        asked=ask.asked,
        sections=[section.key for section in ask.sections],
        reason_code=cast("DeclineReason", ask.reason_code) if ask.sections else None,
        decision=ask.answer.decision,
        form_title=task.requested.form_title,
        sender=task.sender,
        due_on=task.due_on,
        comments=task.comments,
        prefill=task.prefill,
        person=task.holder,
        tell=tell,
        decided_at=ask.answer.decided_at,
    )
    return [outgoing(decided, ask.ask_id)]
