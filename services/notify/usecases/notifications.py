"""Which email each thing that happens to a form makes us owe, to whom, and with which values.

No more than the email shows.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date

from chassis import clock
from chassis.documents import Key
from contracts.addresses import address_key
from contracts.base import Contact
from contracts.tasks import (
    Asked,
    Holder,
    TaskAmended,
    TaskAssigned,
    TaskCompleted,
    TaskDecided,
    TaskOpened,
    TaskReminded,
    TaskRetracted,
    TaskReturned,
)
from services.notify.model import EmailDelivery, Purpose, delivery_id, lateness, shown_date, shown_time
from services.notify.usecases.digests import tell
from services.notify.usecases.owing import owe
from services.notify.usecases.sending import enqueue
from services.notify.usecases.service import NotifyService

_OPENED = "task opened"
_DECIDED: Mapping[Asked, tuple[Purpose, Purpose]] = {
    "decline": ("retracted", "decline_refused"),
    "part-decline": ("parts_released", "parts_refused"),
    "extension": ("time_given", "time_refused"),
}
"""What is told of an ask that was accepted, and that was refused; of a whole decline accepted, by its retraction."""
_TO_INBOX: Mapping[Purpose, Purpose] = {
    "delegation": "delegation_to_inbox",
    "amended": "amended_to_inbox",
    "retracted": "retracted_to_inbox",
    "returned": "returned_to_inbox",
    "decline_refused": "decided_to_inbox",
    "parts_released": "decided_to_inbox",
    "parts_refused": "decided_to_inbox",
    "time_given": "decided_to_inbox",
    "time_refused": "decided_to_inbox",
    "reminder": "reminder_to_inbox",
    "reminder_late": "reminder_late_to_inbox",
    "reminder_unbegun": "reminder_unbegun_to_inbox",
    "reminder_unbegun_late": "reminder_unbegun_to_inbox",
}
"""How the same is told to an inbox that is not the holder's."""
TaskOfSomebody = TaskAmended | TaskDecided | TaskOpened | TaskReminded | TaskRetracted | TaskReturned
TaskEvent = TaskOfSomebody | TaskAssigned | TaskCompleted


async def announce_task(service: NotifyService, event: TaskOpened) -> None:
    """The person, the work group's inbox or the generic inbox hears of a new form."""
    due = _due(event, _by(event), event.person)
    if event.person.kind == "work_group":
        to_group = {**due, "group": event.person.name}
        deliveries = _owed(event, event.tell, "delegation_to_group", to_group, fact=_OPENED, key=event.task_id)
    else:
        deliveries = _told(event, "delegation", due, fact=_OPENED, key=event.task_id)
    await tell(service, deliveries, _by(event))


async def announce_new_holder(service: NotifyService, event: TaskAssigned) -> None:
    """Whoever was given the task hears of it, and whoever it was taken from; nobody where they did so themselves."""
    key, due_on = f"{event.task_id} {event.task_version}", _by(event)
    due = {**_due(event, due_on, event.person), **lateness(due_on, event.assigned_at)}
    if event.person.kind == "work_group":
        given = _owed(
            event,
            event.tell,
            "re_assigned_to_group",
            {**due, "group": event.person.name},
            fact="task assigned",
            key=key,
        )
    else:
        given = _owed(event, event.tell, "re_assigned", due, fact="task assigned", key=key)
    former = [event.former] if event.former else []
    values = {**_about(event, "tasks"), "holder": _named(event.person), "by": event.by}
    moved = _owed(event, former, "moved", values, fact="task moved", key=key)
    await tell(service, [*given, *moved], _by(event))


async def announce_change(service: NotifyService, event: TaskAmended) -> None:
    """Whoever has the task hears that the council has changed it."""
    due, key = _due(event, _by(event), event.person), f"{event.task_id} {event.task_version}"
    await tell(service, _told(event, "amended", due, fact="task amended", key=key), _by(event))


async def announce_retraction(service: NotifyService, event: TaskRetracted) -> None:
    """Whoever has the task hears that it is withdrawn; what was not yet sent about it stays unsent."""
    at = clock.now()
    opened = {delivery_id(_OPENED, event.task_id, person.email) for person in event.tell}
    await asyncio.gather(*(service.stores.deliveries.withdraw(one, at=at) for one in opened))
    values = {**_about(event, "tasks?tab=retracted"), "due_on": shown_date(_by(event))}
    if not event.tell:
        await service.stores.waiting.note_retraction(Key(event.authority, event.delegation_id), event.task_version, at)
    deliveries = _told(event, "retracted", values, fact="task retracted", key=event.task_id)
    await enqueue(service, deliveries)


async def announce_return(service: NotifyService, event: TaskReturned) -> None:
    """Whoever has the task hears that the council has questions; what they are stands in the portal."""
    due = _due(event, _by(event), event.person)
    returned = _told(event, "returned", due, fact="task returned", key=event.contribution_id)
    await tell(service, returned, _by(event))


async def announce_decision(service: NotifyService, event: TaskDecided) -> None:
    """Whoever has the task hears what the council has answered; its words stand in the portal."""
    accepted, refused = _DECIDED[event.asked]
    purpose = accepted if event.decision == "accepted" else refused
    due = _due(event, _by(event), event.person)
    decided = _told(event, purpose, due, fact="task decided", key=event.ask_id)
    await tell(service, decided, _by(event))


async def remind(service: NotifyService, event: TaskReminded) -> None:
    """Whoever has the task is reminded of it; where it is late, the managers of its group are told."""
    if event.unbegun_since is not None:
        await _remind_of_unbegun(service, event, event.unbegun_since)
        return
    key = f"{event.task_id} {event.due_on} {event.step}"
    own: Purpose = "reminder_late" if _is_late(event) else "reminder"
    due = _due(event, event.due_on, event.person)
    late = {**due, "path": "group-tasks", "holder": _named(event.person)}
    reminders = _told(event, own, due, fact=own, key=key)
    told = _owed(event, event.managers, "reminder_to_manager", late, fact="reminder_to_manager", key=key)
    await tell(service, [*reminders, *told], event.due_on)


async def _remind_of_unbegun(service: NotifyService, event: TaskReminded, since: date) -> None:
    """Each of its days is another version of the task."""
    purpose: Purpose = "reminder_unbegun_late" if _is_late(event) else "reminder_unbegun"
    group = event.person.name if event.person.kind == "work_group" else ""
    values = {**_due(event, event.due_on, event.person), "since": shown_date(since), "group": group}
    key = f"{event.task_id} {event.task_version}"
    await tell(service, _told(event, purpose, values, fact="not begun", key=key), event.due_on)


async def send_receipt(service: NotifyService, event: TaskCompleted) -> None:
    """Whoever submitted has it in writing."""
    values = {
        **_about(event, f"forms/{event.task_id}/submitted"),
        "receipt": event.receipt,
        "documents": _documents(event.attached),
        "submitted_at": shown_time(event.completed_at),
    }
    deliveries = _owed(event, event.tell, "receipt", values, fact="task completed", key=event.contribution_id)
    await enqueue(service, deliveries)


def _told(
    event: TaskOfSomebody, purpose: Purpose, values: dict[str, str], *, fact: str, key: str
) -> list[EmailDelivery]:
    """An email to each: whoever has it; an inbox beside them reads who that is, and is led to no form."""
    beside = [one for one in event.tell if _is_beside(one, event.person)]
    own = [one for one in event.tell if one not in beside]
    owed = _owed(event, own, purpose, values, fact=fact, key=key)
    if event.person is None or not beside:
        return owed
    shown = {**values, "holder": _named(event.person), "path": ""}
    return [*owed, *_owed(event, beside, _TO_INBOX[purpose], shown, fact=fact, key=key)]


def _is_beside(person: Contact, holder: Holder | None) -> bool:
    """Whether it is another address than that of the person who has the form."""
    return holder is not None and bool(holder.email) and address_key(holder.email or "") != address_key(person.email)


def _owed(
    event: TaskEvent, people: Sequence[Contact], purpose: Purpose, values: dict[str, str], *, fact: str, key: str
) -> list[EmailDelivery]:
    """An email about a form to each of these people."""
    return [
        owe(
            person,
            fact=fact,
            key=key,
            purpose=purpose,
            authority=event.authority,
            values=values,
            delegation_id=event.delegation_id,
            task_version=event.task_version,
        )
        for person in _once_each(people)
    ]


def _about(event: TaskEvent, path: str) -> dict[str, str]:
    """Which form it is, and where in the portal; never about whom."""
    return {"form": event.form_title, "reference": event.reference, "path": path}


def _by(event: TaskAmended | TaskAssigned | TaskDecided | TaskOpened | TaskRetracted | TaskReturned) -> date | None:
    """The date that whoever has it works to."""
    return event.target_on or event.due_on


def _due(event: TaskEvent, due_on: date | None, holder: Holder | None) -> dict[str, str]:
    """The same with its date: straight to the form for whoever has it, to the list where it waits to be picked up."""
    has_it = holder is not None and holder.kind == "person"
    return {**_about(event, f"forms/{event.task_id}/1" if has_it else "tasks"), "due_on": shown_date(due_on)}


def _is_late(event: TaskReminded) -> bool:
    return event.step is not None and event.step > 0


def _named(holder: Holder) -> str:
    return holder.name or holder.email or ""


def _documents(count: int | None) -> str:
    """How many documents went along; nothing where it was not counted."""
    if count is None:
        return ""
    return f"{count} document{'' if count == 1 else 's'} attached." if count else "No documents attached."


def _once_each(people: Sequence[Contact]) -> list[Contact]:
    """One email an address, however often it is named."""
    return list({address_key(person.email): person for person in people}.values())
