"""Re-assigning: a holder or a manager gives tasks to a member or to a work group, one or many at once."""

import asyncio
from collections.abc import Sequence

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import Forbidden, Refused
from chassis.identity import Professional
from chassis.outbox import Outgoing
from contracts.addresses import address_key
from contracts.api.re_assigning import MOST_AT_ONCE, LeftTask, ReAssignedView, ReAssignView
from contracts.api.tasks import TaskRow
from contracts.base import Contact
from contracts.council import Assignee
from services.tasks import events
from services.tasks.model.facts import is_held_as
from services.tasks.model.listing import row_of
from services.tasks.model.re_assigning import Reach, choices, chosen, is_within_group, reach_of, shared
from services.tasks.model.refusals import unknown_task
from services.tasks.model.task import Task
from services.tasks.store import Stores
from services.tasks.usecases.changes import Plan
from services.tasks.usecases.work import change, group_of, load, requested


class ReAssigning:
    """Giving tasks away."""

    def __init__(self, stores: Stores, authorities: Authorities, plan: Plan) -> None:
        self._stores = stores
        self._authorities = authorities
        self._plan = plan

    async def choices(self, person: Professional, task_ids: Sequence[str], words: str) -> ReAssignView:
        """Whom the tasks may go to, all of them, narrowed by words; with how much those have to do already."""
        tasks = await asyncio.gather(
            *(load(self._stores, self._authorities, one, person) for one in dict.fromkeys(task_ids))
        )
        authority, *others = {task.authority for task in tasks}
        if others:
            raise Forbidden("several_councils", "Select forms of one council.")
        reach = shared(await asyncio.gather(*(self._reach(task, person) for task in tasks)))
        holders = {address_key(task.holder.email) for task in tasks if task.holder.email}
        people = await self._stores.people.registered(reach.people.keys() | holders)
        loads = await self._stores.lists.loads(authority, reach.people)
        return choices(tasks, person.email, reach, people, loads, words, clock.today())

    async def all_of_colleague(self, person: Professional, task_id: str) -> list[str]:
        """What whoever has this task has picked up from the groups that a person manages; the first of it, by date."""
        task = await load(self._stores, self._authorities, task_id, person)
        managed = await self._stores.work_groups.managed_by(task.authority, person.email)
        keys, email = [group.key for group in managed], task.holder.email or ""
        found = await self._stores.lists.picked_up_by(task.authority, keys, email, MOST_AT_ONCE)
        if not found:
            raise unknown_task()
        return found

    async def re_assign(self, person: Professional, task_id: str, to: Assignee) -> Task:
        """The task has a new holder from this write on; the same again changes nothing."""

        async def decide(found: Task) -> tuple[Task, list[Outgoing]]:
            before = requested(found)
            if before.moves and before.moves[-1].is_by(person.email, to):
                return before, []
            reach = await self._reach(before, person)
            if is_held_as(before.holder, to):
                return before, []
            before.check_moves()
            names = {} if to.kind == "work_group" else await self._stores.people.names_of(reach.people)
            holder, inbox = chosen(to, reach, names)
            by, within = Contact(email=person.email, name=person.name), is_within_group(before, holder, reach)
            after = before.re_assigned(holder, inbox, by, clock.now(), within_group=within)
            await self._plan(after)
            return after, events.of_move(before, after)

        return await change(self._stores, self._authorities, task_id, person, decide)

    async def re_assign_many(self, person: Professional, task_ids: Sequence[str], to: Assignee) -> ReAssignedView:
        """Each for itself: one that somebody was faster with stays where it is, and is named."""
        moved: list[TaskRow] = []
        left: list[LeftTask] = []
        for task_id in dict.fromkeys(task_ids):
            try:
                moved.append(row_of(await self.re_assign(person, task_id, to)))
            except Refused as refused:
                left.append(LeftTask(task_id=task_id, code=refused.code, detail=refused.detail))
        return ReAssignedView(moved=moved, left=left)

    async def _reach(self, task: Task, person: Professional) -> Reach:
        managed = await self._stores.work_groups.managed_by(task.authority, person.email)
        return reach_of(task, person.email, managed, await group_of(self._stores, task))
