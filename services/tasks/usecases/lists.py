"""What lists show: a professional's tasks, a council's delegations."""

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import NotFound
from chassis.identity import Professional
from contracts.api.tasks import DelegationListView, DelegationView, Tab, TaskListView, TaskState
from services.tasks.model.listing import task_list
from services.tasks.model.task import Task
from services.tasks.store import Stores
from services.tasks.telling import as_assignee
from services.tasks.usecases.delegations import task_id_of

_LISTED: tuple[TaskState, ...] = ("assigned", "returned", "retracted", "submitted", "in_group")


class Lists:
    """Two reads a page: the person's groups, then the tasks."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def of_person(self, person: Professional, tab: Tab, page: int) -> TaskListView:
        """The task page of a professional, over all authorities."""
        codes = [authority.code for authority in self._authorities]
        groups = await self._stores.work_groups.keys_of_member(codes, person.email)
        rows = await self._stores.tasks.listed_for(codes, person.email, groups, _LISTED)
        return task_list(rows, tab, page, clock.now(), self._authorities.get)

    async def delegation(self, authority: str, delegation_id: str) -> DelegationView:
        """One delegation as its council reads it."""
        task = await self._stores.tasks.get(authority, task_id_of(authority, delegation_id))
        if task is None or task.request is None:
            raise NotFound("unknown_delegation", "The portal has no such delegation.")
        return _view(task)

    async def delegations(self, authority: str, state: TaskState | None, after: str, limit: int) -> DelegationListView:
        """A page of a council's delegations; the cursor is the last one's task."""
        found = await self._stores.tasks.of_authority(authority, state, after, limit + 1)
        page = found[:limit]
        return DelegationListView(
            delegations=[_view(task) for task in page], after=page[-1].task_id if len(found) > limit else None
        )


def _view(task: Task) -> DelegationView:
    return DelegationView(
        delegation_id=task.delegation_id,
        form=task.requested.form,
        state=task.state,
        assigned_to=as_assignee(task.holder),
        due_on=task.due_on,
        task_id=task.task_id,
        contribution_id=task.submission.contribution_id if task.submission else None,
    )
