"""The reminder clock: one entry for each ladder of a delegation, from which the next one follows."""

from chassis import clock
from chassis.authorities import Authorities
from chassis.outbox import Outgoing
from chassis.schedule import Entry, Schedule
from contracts.base import Contact
from services.tasks import events
from services.tasks.model.reminding import (
    Ladder,
    cause_of,
    inbox_beside,
    is_reminded,
    ladders,
    managers_to_tell,
    next_step,
    step_due,
    whom_to_remind,
)
from services.tasks.model.task import Task
from services.tasks.store import Stores

REMIND = "remind"


class Reminders:
    """Who is reminded, and when again."""

    def __init__(self, stores: Stores, authorities: Authorities, schedule: Schedule) -> None:
        self._stores = stores
        self._authorities = authorities
        self._schedule = schedule

    async def plan(self, task: Task) -> None:
        """The next reminder by what is known of a task; the same one once."""
        steps = [(ladder, next_step(ladder, clock.now())) for ladder in self._ladders(task)]
        entries = [
            Entry(REMIND, task.authority, cause_of(task, ladder, following[0]), following[1], _about(task, ladder))
            for ladder, following in steps
            if following is not None
        ]
        await self._schedule.plan(*entries)

    async def remind(self, entry: Entry) -> None:
        """Whoever has it, where it is still open and counts from that day; the next reminder is planned either way."""

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            planned = (one for one in self._ladders(task) if _about(task, one) == entry.about)
            if (ladder := next(planned, None)) is None:
                return task, []
            await self.plan(task)
            return await self._reminded(task, ladder)

        await self._stores.tasks.change_found([entry.authority], entry.about["task_id"], decide)

    def _ladders(self, task: Task) -> list[Ladder]:
        return ladders(task, self._authorities.get(task.authority))

    async def _reminded(self, task: Task, ladder: Ladder) -> tuple[Task, list[Outgoing]]:
        authority, now = self._authorities.get(task.authority), clock.now()
        step = step_due(ladder, now)
        if step is None or not is_reminded(task, ladder, clock.today()):
            return task, []
        reminded = task.with_reminder(ladder.reminder(step, now))
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


def _about(task: Task, ladder: Ladder) -> dict[str, str]:
    counts_from = "given_on" if ladder.is_unbegun else "due_on"
    return {"task_id": task.task_id, counts_from: ladder.counts_from.isoformat()}
