"""Re-assigning: a holder gives a task away, a manager moves what was picked up from a group of theirs."""

from chassis import clock
from chassis.authorities import Authorities
from chassis.identity import Professional
from chassis.outbox import Outgoing
from contracts.api.tasks import ReAssignView
from contracts.base import Contact
from contracts.council import Assignee
from services.tasks import events
from services.tasks.model.facts import is_held_as
from services.tasks.model.re_assigning import Reach, choices, chosen, reach_of
from services.tasks.model.task import Task
from services.tasks.store import Stores
from services.tasks.usecases.work import load, requested


class ReAssigning:
    """Giving a task to somebody else."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def choices(self, person: Professional, task_id: str, words: str) -> ReAssignView:
        """Whom the task may go to, narrowed by words."""
        task = await load(self._stores, self._authorities, task_id)
        reach = await self._reach(task, person)
        names = await self._stores.people.names_of(reach.people)
        return choices(task, person.email, reach, names, words)

    async def re_assign(self, person: Professional, task_id: str, to: Assignee) -> None:
        """The task has a new holder from this write on; the same again changes nothing."""

        async def decide(found: Task) -> tuple[Task, list[Outgoing]]:
            before = requested(found)
            if before.moves and before.moves[-1].is_by(person.email, to):
                return before, []
            reach = await self._reach(before, person)
            if is_held_as(before.holder, to):
                return before, []
            names = {} if to.kind == "work_group" else await self._stores.people.names_of(reach.people)
            holder, inbox = chosen(to, reach, names)
            after = before.re_assigned(holder, inbox, Contact(email=person.email, name=person.name), clock.now())
            return after, events.of_move(before, after)

        requested(await self._stores.tasks.change_found(self._authorities.codes, task_id, decide))

    async def _reach(self, task: Task, person: Professional) -> Reach:
        managed = await self._stores.work_groups.managed_by(task.authority, person.email)
        origin = task.work_group
        group = await self._stores.work_groups.get(task.authority, origin.work_group_id or "") if origin else None
        return reach_of(task, person.email, managed, group)
