"""What lists show: a professional's tasks, their group members', a council's delegations."""

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import NotFound
from chassis.identity import Professional
from contracts.api.tasks import (
    DelegationListView,
    DelegationView,
    GroupTasksView,
    Tab,
    TaskListView,
    TaskState,
)
from services.tasks.model.listing import PAGE_SIZE, task_list
from services.tasks.model.task import Task
from services.tasks.model.work_group import Membership
from services.tasks.store import Stores
from services.tasks.telling import as_assignee
from services.tasks.usecases.delegations import task_id_of

_LISTED: tuple[TaskState, ...] = ("assigned", "returned", "retracted", "submitted", "in_group")


class Lists:
    """Two reads a page: the person's groups, then the tasks."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def of_person(self, person: Professional, tab: Tab, page: int, group_page: int) -> TaskListView:
        """The task page of a professional, over all authorities."""
        codes = [authority.code for authority in self._authorities]
        groups = await self._stores.work_groups.of_member(codes, person.email)
        rows = await self._stores.tasks.listed_for(codes, person.email, [group.key for group in groups], _LISTED)
        listed = task_list(rows, tab, page, clock.now(), self._authorities.get, group_page=group_page)
        return listed.model_copy(update={"manages": _managed(groups)})

    async def of_group_members(self, person: Professional, page: int) -> GroupTasksView:
        """What was picked up from the groups that a person manages."""
        codes = [authority.code for authority in self._authorities]
        groups = await self._stores.work_groups.of_member(codes, person.email)
        keys = [group.key for group in groups if group.is_manager]
        if not keys:
            return GroupTasksView(page=1, rows=[], has_more=False, manages=[])
        found = await self._stores.tasks.picked_up_from(codes, keys, skip=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE + 1)
        return GroupTasksView(
            page=page, rows=found[:PAGE_SIZE], has_more=len(found) > PAGE_SIZE, manages=_managed(groups)
        )

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


def _managed(groups: list[Membership]) -> list[str]:
    return sorted({group.authority for group in groups if group.is_manager})


def _view(task: Task) -> DelegationView:
    return DelegationView(
        delegation_id=task.delegation_id,
        form=task.requested.form,
        state=task.state,
        assigned_to=as_assignee(task.holder),
        due_on=task.due_on,
        task_id=task.task_id,
        reference=task.reference,
        contribution_id=task.submission.contribution_id if task.submission else None,
    )
