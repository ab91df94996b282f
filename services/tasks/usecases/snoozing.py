"""Snoozing: a holder hides forms from the list until a day of their choice, one or many at once."""

import asyncio
from collections.abc import Sequence
from datetime import date

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import Forbidden, NotFound, Refused
from chassis.identity import Professional
from chassis.outbox import Outgoing
from contracts.api.re_assigning import LeftTask
from contracts.api.snoozes import SelectedView, SnoozedView
from contracts.api.tasks import TaskRow
from services.tasks.model.listing import row_of
from services.tasks.model.refusals import unknown_task
from services.tasks.model.snoozing import check_until, shown_again, snoozed
from services.tasks.model.task import Task
from services.tasks.store import Stores
from services.tasks.usecases.work import change, load, requested


class Snoozing:
    """Hiding forms, and showing them again. The council is not told: its dates and reminders stay as they are."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def selected(self, person: Professional, task_ids: Sequence[str]) -> SelectedView:
        """What the person has of these; others are not heard of. NotFound where they have none."""
        found = await asyncio.gather(*(self._own(person, task_id) for task_id in dict.fromkeys(task_ids)))
        rows = [row_of(task) for task in found if task is not None]
        if not rows:
            raise unknown_task()
        return SelectedView(tasks=rows)

    async def _own(self, person: Professional, task_id: str) -> Task | None:
        try:
            task = await load(self._stores, self._authorities, task_id, person)
        except (NotFound, Forbidden):
            return None
        return task if task.is_held_by(person.email) else None

    async def snooze(self, person: Professional, task_ids: Sequence[str], until: date) -> SnoozedView:
        """Each for itself; the same again changes nothing. Refused where the day is none that can be chosen."""
        today = clock.today()
        check_until(until, today)

        async def decide(found: Task) -> tuple[Task, list[Outgoing]]:
            return snoozed(requested(found), person.email, until, today), []

        hidden: list[TaskRow] = []
        left: list[LeftTask] = []
        for task_id in dict.fromkeys(task_ids):
            try:
                hidden.append(row_of(await change(self._stores, self._authorities, task_id, person, decide)))
            except Refused as refused:
                left.append(LeftTask(task_id=task_id, code=refused.code, detail=refused.detail))
        return SnoozedView(snoozed=hidden, left=left)

    async def show_again(self, person: Professional, task_ids: Sequence[str]) -> None:
        """Whatever of these is hidden from the person is in their list from now on."""

        async def decide(found: Task) -> tuple[Task, list[Outgoing]]:
            return (shown_again(found, person.email) if found.request else found), []

        open_to = self._authorities.without(person.withheld)
        for task_id in dict.fromkeys(task_ids):
            await self._stores.tasks.change_found(open_to.codes, task_id, decide)
