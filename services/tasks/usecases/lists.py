"""What lists show: a professional's tasks, their group members', a council's delegations."""

import asyncio
from datetime import timedelta

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import NotFound
from chassis.identity import Professional
from contracts.addresses import address_key
from contracts.api.tasks import (
    DelegationListView,
    DelegationView,
    GroupTasksView,
    MovedRow,
    Tab,
    TabCounts,
    TaskListView,
    TaskRow,
    TaskState,
)
from contracts.base import Value
from services.tasks.events import as_assignee
from services.tasks.model.listing import (
    MOVED_DAYS,
    PAGE_SIZE,
    STATES_OF,
    DeskFilter,
    choices,
    moved_row,
    place,
    windows,
)
from services.tasks.model.task import Task
from services.tasks.model.work_group import Membership
from services.tasks.store import Stores
from services.tasks.store.lists import BY_DUE_DATE, LATEST_FIRST, Order, Query, closed, listed, waiting
from services.tasks.usecases.delegations import task_id_of

Queries = dict[str, Query]
"""What each list is read by: the three tabs, and `waiting`."""


class Asked(Value):
    """What a person wants to see of their tasks."""

    tab: Tab
    page: int = 1
    group_page: int = 1
    wanted: DeskFilter = DeskFilter()
    re_assigned: str = ""
    """The task that the person has just given to somebody else."""


class Lists:
    """A page takes the person's groups, the counts, what there is to choose from, and the rows: eight reads at most.

    Seven where nothing is narrowed, fewer where lists are empty.
    """

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def of_person(self, person: Professional, asked: Asked) -> TaskListView:
        """The task page of a professional, over all authorities."""
        groups = await self._stores.work_groups.of_member(self._authorities.codes, person.email)
        who = self._stores.found_by.address(person.email)
        everything = self._queries(who, groups, DeskFilter())
        wanted = self._queries(who, groups, asked.wanted) if asked.wanted != DeskFilter() else everything
        (counted, found), kinds = await asyncio.gather(
            self._counts(everything, wanted),
            self._stores.lists.kinds([everything[asked.tab], everything["waiting"]]),
        )
        page, pages = place(asked.page, found[asked.tab])
        group_page, group_pages = place(asked.group_page, found["waiting"])
        since = clock.now() - timedelta(days=MOVED_DAYS)
        rows, group_rows, moved = await asyncio.gather(
            self._rows(wanted[asked.tab], LATEST_FIRST.get(asked.tab, BY_DUE_DATE), page, found[asked.tab]),
            self._rows(wanted["waiting"], BY_DUE_DATE, group_page, found["waiting"]),
            self._stores.lists.moved_from(self._authorities.codes, who, since),
        )
        return TaskListView(
            tab=asked.tab,
            page=page,
            pages=pages,
            rows=rows,
            counts=TabCounts(**{name: counted[name] for name in STATES_OF}),
            group_rows=group_rows,
            group_page=group_page,
            group_pages=group_pages,
            waiting=counted["waiting"],
            moved=[moved_row(task) for task in moved],
            re_assigned=await self._re_assigned(person, asked.re_assigned),
            choices=choices(kinds),
            manages=_managed(groups),
        )

    async def _counts(self, everything: Queries, wanted: Queries) -> tuple[dict[str, int], dict[str, int]]:
        """How many there are, and how many of them are wanted; counted once where that is the same."""
        if wanted is everything:
            counted = await self._stores.lists.counts(everything)
            return counted, counted
        counted, found = await asyncio.gather(self._stores.lists.counts(everything), self._stores.lists.counts(wanted))
        return counted, found

    async def _rows(self, query: Query, order: Order, page: int, count: int) -> list[TaskRow]:
        """A page of rows; nothing is asked for where there is none."""
        return await self._stores.lists.page(query, order, page) if count else []

    async def _re_assigned(self, person: Professional, task_id: str) -> MovedRow | None:
        """A task that the person moved last; nothing for anybody else."""
        task = await self._stores.tasks.find(self._authorities.codes, task_id) if task_id else None
        if task is None or not task.moves or address_key(task.moves[-1].by) != address_key(person.email):
            return None
        return moved_row(task)

    def _queries(self, who: str, groups: list[Membership], wanted: DeskFilter) -> Queries:
        now, authorities = clock.now(), list(self._authorities)
        return {
            "assigned": listed(who, self._authorities.codes, wanted),
            "retracted": closed(who, "retracted", windows(authorities, "retracted", now), wanted),
            "submitted": closed(who, "submitted", windows(authorities, "submitted", now), wanted),
            "waiting": waiting([group.key for group in groups], self._authorities.codes, wanted),
        }

    async def of_group_members(self, person: Professional, page: int, re_assigned: str = "") -> GroupTasksView:
        """What was picked up from the groups that a person manages."""
        groups = await self._stores.work_groups.of_member(self._authorities.codes, person.email)
        keys = [group.key for group in groups if group.is_manager]
        if not keys:
            return GroupTasksView(page=1, rows=[], has_more=False, manages=[])
        found = await self._stores.lists.picked_up_from(
            self._authorities.codes, keys, skip=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE + 1
        )
        return GroupTasksView(
            page=page,
            rows=found[:PAGE_SIZE],
            has_more=len(found) > PAGE_SIZE,
            manages=_managed(groups),
            re_assigned=await self._re_assigned(person, re_assigned),
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
        contribution_id=task.contribution_id,
    )
