"""The reminder clock: one entry a delegation, from which the next one follows."""

from chassis import clock
from chassis.authorities import Authorities
from chassis.outbox import Outgoing
from chassis.schedule import Entry, Schedule
from services.tasks import events
from services.tasks.model.facts import Reminder
from services.tasks.model.record import OPEN_STATES
from services.tasks.model.reminding import inbox_beside, managers_to_tell, next_step, step_due, whom_to_remind
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
        following = next_step(task, self._authorities.get(task.authority), clock.now())
        if following is None:
            return
        step, at = following
        due_on = task.due_on.isoformat()
        cause = (task.task_id, due_on, str(step), str(len(task.returns)))
        await self._schedule.plan(Entry(REMIND, task.authority, cause, at, {"task_id": task.task_id, "due_on": due_on}))

    async def remind(self, entry: Entry) -> None:
        """Whoever has it, where it is still open and due on that day; the next reminder is planned either way."""

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            if task.request is None or not task.is_open or task.due_on.isoformat() != entry.about["due_on"]:
                return task, []
            await self.plan(task)
            return await self._reminded(task)

        await self._stores.tasks.change_found([entry.authority], entry.about["task_id"], decide)

    async def _reminded(self, task: Task) -> tuple[Task, list[Outgoing]]:
        """What is declined waits for the council: nobody is reminded of it."""
        authority, now = self._authorities.get(task.authority), clock.now()
        step = step_due(task, authority, now)
        if step is None or task.state not in _REMINDED_STATES:
            return task, []
        reminded = task.with_reminder(Reminder(step=step, due_on=task.due_on, sent_at=now))
        if reminded is task:
            return task, []
        origin = task.work_group
        group = await self._stores.work_groups.get(task.authority, origin.work_group_id or "") if origin else None
        tell = whom_to_remind(reminded, authority, is_registered=await self._is_registered(task))
        return reminded, events.of_reminder(reminded, tell, managers_to_tell(reminded, group, authority, step))

    async def _is_registered(self, task: Task) -> bool:
        """Asked only where somebody else would be told: each of so many reminders would ask for nothing."""
        email = task.holder.email if inbox_beside(task) else None
        return bool(email and await self._stores.people.names_of([email]))
