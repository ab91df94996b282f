"""Re-assigning: a holder gives a task away, a manager moves what was picked up from a group of theirs."""

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import Conflict
from chassis.identity import Professional
from contracts.api.tasks import ReAssignView
from contracts.council import Assignee
from services.tasks import telling
from services.tasks.model.re_assigning import check_may_re_assign, choices, chosen, people_in
from services.tasks.model.task import Task, is_held_as
from services.tasks.model.work_group import WorkGroup
from services.tasks.store import Stores
from services.tasks.usecases.work import load

_RACES = 4


class ReAssigning:
    """The managers' side of tasks."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def choices(self, person: Professional, task_id: str, words: str) -> ReAssignView:
        """Whom the task may go to, narrowed by words."""
        task, managed = await self._allowed(person, task_id)
        names = await self._stores.people.names_of(people_in(managed))
        return choices(task, person.email, managed, names, words)

    async def re_assign(self, person: Professional, task_id: str, to: Assignee) -> None:
        """The task has a new holder from this write on; the same again changes nothing."""
        for _ in range(_RACES):
            before = await load(self._stores, self._authorities, task_id)
            if before.moves and before.moves[-1].is_by(person.email, to):
                return
            managed = await self._check(before, person)
            if is_held_as(before.holder, to):
                return
            names = {} if to.kind == "work_group" else await self._stores.people.names_of(people_in(managed))
            holder, inbox = chosen(to, managed, names)
            after = before.re_assigned(holder, inbox, person.email, clock.now())
            if await self._stores.tasks.replace(before, after, telling.of_move(before, after)):
                return
        raise Conflict("busy", "The form kept changing. Try again.")

    async def _allowed(self, person: Professional, task_id: str) -> tuple[Task, list[WorkGroup]]:
        task = await load(self._stores, self._authorities, task_id)
        return task, await self._check(task, person)

    async def _check(self, task: Task, person: Professional) -> list[WorkGroup]:
        managed = await self._stores.work_groups.managed_by(task.authority, person.email)
        check_may_re_assign(task, person.email, managed)
        return managed
