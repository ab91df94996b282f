"""The reminder clock: one entry a delegation, from which the next one follows."""

from chassis import clock
from chassis.authorities import Authorities
from chassis.outbox import Outgoing
from chassis.schedule import Entry, Schedule
from contracts.base import Contact
from services.tasks import events
from services.tasks.model.facts import Reminder
from services.tasks.model.record import OPEN_STATES
from services.tasks.model.reminding import (
    Ladder,
    inbox_beside,
    ladders,
    managers_to_tell,
    next_step,
    step_due,
    whom_to_remind,
)
from services.tasks.model.task import Task
from services.tasks.store import Stores

REMIND = "remind"
_REMINDED_STATES = (*OPEN_STATES, "in_group")


class Reminders:
    """Who is reminded, and when again."""

    def __init__(self, stores: Stores, authorities: Authorities, schedule: Schedule) -> None:
        self._stores = stores
        self._authorities = authorities
        self._schedule = schedule

    async def plan(self, task: Task) -> None:
        """The next reminder by what is known of a task; the same one once."""
        for ladder in self._ladders(task):
            if (following := next_step(ladder, clock.now())) is None:
                continue
            step, at = following
            due_on = ladder.due_on.isoformat()
            cause = (task.task_id, due_on, str(step), str(len(task.returns)))
            about = {"task_id": task.task_id, "due_on": due_on}
            await self._schedule.plan(Entry(REMIND, task.authority, cause, at, about))

    async def remind(self, entry: Entry) -> None:
        """Whoever has it, where it is still open and due on that day; the next reminder is planned either way."""

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            planned = (one for one in self._ladders(task) if one.due_on.isoformat() == entry.about["due_on"])
            if (ladder := next(planned, None)) is None:
                return task, []
            await self.plan(task)
            return await self._reminded(task, ladder)

        await self._stores.tasks.change_found([entry.authority], entry.about["task_id"], decide)

    def _ladders(self, task: Task) -> list[Ladder]:
        return ladders(task, self._authorities.get(task.authority))

    async def _reminded(self, task: Task, ladder: Ladder) -> tuple[Task, list[Outgoing]]:
        """What is declined waits for the council: nobody is reminded of it."""
        authority, now = self._authorities.get(task.authority), clock.now()
        step = step_due(ladder, now)
        if step is None or task.state not in _REMINDED_STATES:
            return task, []
        reminded = task.with_reminder(Reminder(step=step, due_on=ladder.due_on, sent_at=now))
        if reminded is task:
            return task, []
        origin = task.work_group
        group = await self._stores.work_groups.get(task.authority, origin.work_group_id or "") if origin else None
        tell = await self._whom(reminded) if ladder.reminds else []
        managers = managers_to_tell(reminded, group, authority, step) if ladder.escalates else []
        return reminded, events.of_reminder(reminded, ladder, tell, managers)

    async def _whom(self, task: Task) -> list[Contact]:
        """Whether they are registered is asked only where somebody else would be told: most reminders need not know."""
        email = task.holder.email if inbox_beside(task) else None
        is_registered = bool(email and await self._stores.people.names_of([email]))
        return whom_to_remind(task, self._authorities.get(task.authority), is_registered=is_registered)
