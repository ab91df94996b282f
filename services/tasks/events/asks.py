"""What whoever has a task asks of its council, and what that has answered."""

from typing import cast

from chassis.outbox import Outgoing, outgoing
from contracts.base import Contact
from contracts.portal import DeclineReason, DelegationDeclined, ExtensionReason, ExtensionRequested, SectionsDeclined
from contracts.tasks import TaskDecided, TaskDeclined
from services.tasks.events.about import about
from services.tasks.model.facts import Ask
from services.tasks.model.task import Task


def of_ask(task: Task) -> list[Outgoing]:
    """What a holder has asked: for the council, and for forms where nothing may be changed until it has answered."""
    ask = task.asks[-1]
    if ask.until is not None:
        requested = ExtensionRequested(
            authority=task.authority,
            delegation_id=task.delegation_id,
            ask_id=ask.ask_id,
            reason_code=cast("ExtensionReason", ask.reason_code),
            explanation=ask.explanation,
            until=ask.until,
            appointment_on=ask.appointment_on,
            by=ask.by.email,
            at=ask.asked_at,
        )
        return [outgoing(requested, ask.ask_id)]
    if ask.sections:
        return [outgoing(_sections_declined(task, ask), ask.ask_id)]
    declined = DelegationDeclined(
        authority=task.authority,
        delegation_id=task.delegation_id,
        ask_id=ask.ask_id,
        reason_code=cast("DeclineReason", ask.reason_code),
        explanation=ask.explanation,
        proposed_recipient=ask.proposed_recipient,
        appointment_on=ask.appointment_on,
        by=ask.by.email,
        at=ask.asked_at,
    )
    heard = TaskDeclined(
        **about(task),
        access_version=task.access_version,
        declined_at=ask.asked_at,
    )
    return [outgoing(declined, ask.ask_id), outgoing(heard, ask.ask_id)]


def _sections_declined(task: Task, ask: Ask) -> SectionsDeclined:
    return SectionsDeclined(
        authority=task.authority,
        delegation_id=task.delegation_id,
        ask_id=ask.ask_id,
        sections=ask.sections,
        reason_code=cast("DeclineReason", ask.reason_code),
        explanation=ask.explanation,
        proposed_recipient=ask.proposed_recipient,
        appointment_on=ask.appointment_on,
        by=ask.by.email,
        at=ask.asked_at,
    )


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
