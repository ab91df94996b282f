"""What lists show: a professional's tasks, their group members', a council's delegations."""

import asyncio
from datetime import datetime, timedelta
from typing import get_args

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import NotFound
from chassis.identity import Professional
from chassis.outbox import task_id_of
from contracts.addresses import address_key
from contracts.api.calendars import DueTask, DueTasksView
from contracts.api.delegations import DelegationListView, DelegationView, WaitingAsk
from contracts.api.tasks import (
    GroupTasksView,
    ListOrder,
    MovedRow,
    Tab,
    TabCounts,
    TaskListView,
    TaskState,
)
from contracts.base import Value
from services.tasks.events import as_assignee, ask_told
from services.tasks.model.listing import (
    MOVED_DAYS,
    PAGE_SIZE,
    DeskFilter,
    choices,
    looked_for,
    moved_row,
    place,
    row_of,
    windows,
)
from services.tasks.model.task import Task
from services.tasks.model.work_group import Membership
from services.tasks.store import Stores
from services.tasks.store.lists import MOST_MOVED, Desk, Listed
from services.tasks.store.queries import (
    EVERYTHING,
    LATEST_FIRST,
    MOVED_LAST,
    Narrowing,
    Query,
    closed,
    in_order,
    moved,
    shown,
    snoozed,
    waiting,
)

_WAITING, _MOVED = "waiting", "moved"
MOST_DUE = 500
"""As many dates as a calendar is given."""
Queries = dict[str, Query]
"""What each list is read by: the tabs, and what waits."""


class Asked(Value):
    """What a person wants to see of their tasks."""

    tab: Tab
    page: int = 1
    group_page: int = 1
    order: ListOrder = "due"
    """Of what is to be done; what is over has its own."""
    wanted: DeskFilter = DeskFilter()
    re_assigned: str = ""
    """The task that the person has just given to somebody else."""


class Lists:
    """A page takes the person's groups, all that the lists say in one read, and the keys of its rows."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def of_person(self, person: Professional, asked: Asked) -> TaskListView:
        """The task page of a professional, over all authorities; a page that is too far is the last."""
        open_to = self._authorities.without(person.withheld)
        every_group = await self._stores.work_groups.of_member(self._authorities.codes, person.email)
        groups = [group for group in every_group if group.authority in open_to]
        who = self._stores.found_by.address(person.email)
        desk = await self._desk(who, open_to, groups, asked)
        (page, pages), (group_page, group_pages) = _places(desk, asked)
        if (page, group_page) != (asked.page, asked.group_page):
            there = asked.model_copy(update={"page": page, "group_page": group_page})
            desk = await self._desk(who, open_to, groups, there)
        somewhere = {kind.authority for kind in desk.kinds} | {group.authority for group in every_group}
        return TaskListView(
            tab=asked.tab,
            page=page,
            pages=pages,
            rows=desk.rows[asked.tab],
            counts=TabCounts(**{tab: desk.counts[tab] for tab in get_args(Tab)}),
            group_rows=desk.rows[_WAITING],
            group_page=group_page,
            group_pages=group_pages,
            waiting=desk.counts[_WAITING],
            moved=[moved_row(row) for row in desk.rows[_MOVED]],
            re_assigned=await self._re_assigned(person, asked.re_assigned),
            choices=choices(
                (kind for kind in desk.kinds if kind.authority in open_to),
                desk.counts["assigned"] if asked.tab == "assigned" else 0,
            ),
            manages=_managed(groups),
            withheld=sorted(somewhere & {*person.withheld}),
        )

    async def _desk(self, who: str, open_to: Authorities, groups: list[Membership], asked: Asked) -> Desk:
        """Everything that is counted, and the pages that are asked for."""
        now, since = clock.now(), clock.now() - timedelta(days=MOVED_DAYS)
        narrowing = self._narrowing(asked.wanted)
        everything, wanted = (self._queries(who, open_to, groups, each, now) for each in (EVERYTHING, narrowing))
        order = in_order(asked.order, narrowing)
        narrowed = {} if wanted == everything else {_of_wanted(name): wanted[name] for name in (asked.tab, _WAITING)}
        listed_now = {
            asked.tab: Listed(wanted[asked.tab], LATEST_FIRST.get(asked.tab, order), asked.page),
            _WAITING: Listed(wanted[_WAITING], order, asked.group_page),
            _MOVED: Listed(moved(open_to.codes, who, since), MOVED_LAST, size=MOST_MOVED),
        }
        return await self._stores.lists.desk(everything | narrowed, listed_now, who, [group.key for group in groups])

    async def _re_assigned(self, person: Professional, task_id: str) -> MovedRow | None:
        """A task that the person moved last; nothing for anybody else."""
        codes = self._authorities.without(person.withheld).codes
        task = await self._stores.tasks.find(codes, task_id) if task_id else None
        if task is None or not task.moves or address_key(task.moves[-1].by) != address_key(person.email):
            return None
        return moved_row(row_of(task))

    def _narrowing(self, wanted: DeskFilter) -> Narrowing:
        """A name is found by one token in each authority."""
        name, codes = self._stores.found_by.name, self._authorities.codes
        return Narrowing(wanted, [[name(code, beginning) for code in codes] for beginning in looked_for(wanted.words)])

    @staticmethod
    def _queries(
        who: str, open_to: Authorities, groups: list[Membership], narrowing: Narrowing, now: datetime
    ) -> Queries:
        authorities, codes, today = list(open_to), open_to.codes, clock.today()
        return {
            "assigned": shown(who, codes, narrowing, today),
            "snoozed": snoozed(who, codes, narrowing, today),
            "retracted": closed(who, "retracted", windows(authorities, "retracted", now), narrowing),
            "submitted": closed(who, "submitted", windows(authorities, "submitted", now), narrowing),
            _WAITING: waiting([group.key for group in groups], codes, narrowing),
        }

    async def of_group_members(
        self, person: Professional, page: int, re_assigned: str = "", waiting_page: int = 1
    ) -> GroupTasksView:
        """What was picked up from the groups that a person manages, and what waits in them, also where declined."""
        codes = self._authorities.without(person.withheld).codes
        groups = await self._stores.work_groups.of_member(codes, person.email)
        keys = [group.key for group in groups if group.is_manager]
        if not keys:
            return GroupTasksView(page=1, rows=[], has_more=False, manages=[])
        lists = self._stores.lists
        found, waiting, colleagues = await asyncio.gather(
            lists.picked_up_from(codes, keys, skip=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE + 1),
            lists.waiting_for(codes, keys, skip=(waiting_page - 1) * PAGE_SIZE, limit=PAGE_SIZE + 1),
            lists.colleagues(codes, keys, clock.today()),
        )
        return GroupTasksView(
            colleagues=colleagues,
            waiting_page=waiting_page,
            waiting=waiting[:PAGE_SIZE],
            has_more_waiting=len(waiting) > PAGE_SIZE,
            page=page,
            rows=found[:PAGE_SIZE],
            has_more=len(found) > PAGE_SIZE,
            manages=_managed(groups),
            re_assigned=await self._re_assigned(person, re_assigned),
        )

    async def due(self, person: Professional) -> DueTasksView:
        """The dates of what a person has, for their calendar; nothing of their groups."""
        who = self._stores.found_by.address(person.email)
        rows = await self._stores.lists.due(who, self._authorities.codes, MOST_DUE)
        return DueTasksView(due=[DueTask.model_validate(row.model_dump()) for row in rows if row.due_on])

    async def delegation(self, authority: str, delegation_id: str) -> DelegationView:
        """One delegation as its council reads it."""
        task = await self._stores.tasks.get(authority, task_id_of(authority, delegation_id))
        if task is None or task.request is None:
            raise NotFound("unknown_delegation", "The portal has no such delegation.")
        return _view(task)

    async def delegations(
        self, authority: str, state: TaskState | None, after: str, limit: int, *, to_decide: bool
    ) -> DelegationListView:
        """A page of a council's delegations, or of what it has to decide; the cursor is the last one's task."""
        found = await self._stores.tasks.of_authority(authority, state, after, limit + 1, to_decide=to_decide)
        page = found[:limit]
        return DelegationListView(
            delegations=[_view(task) for task in page], after=page[-1].task_id if len(found) > limit else None
        )


def _of_wanted(name: str) -> str:
    return f"wanted {name}"


def _places(desk: Desk, asked: Asked) -> tuple[tuple[int, int], tuple[int, int]]:
    """The pages that there are for those asked for, and how many, of the tab and of what waits."""

    def found(name: str) -> int:
        return desk.counts.get(_of_wanted(name), desk.counts[name])

    return place(asked.page, found(asked.tab)), place(asked.group_page, found(_WAITING))


def _managed(groups: list[Membership]) -> list[str]:
    return sorted({group.authority for group in groups if group.is_manager})


def _view(task: Task) -> DelegationView:
    return DelegationView(
        delegation_id=task.delegation_id,
        form=task.requested.form,
        state=task.state,
        assigned_to=as_assignee(task.holder),
        due_on=task.due_on,
        internal_due_on=task.internal_due_on,
        task_id=task.task_id,
        reference=task.reference,
        contribution_id=task.contribution_id,
        ask=_waiting_ask(task),
    )


def _waiting_ask(task: Task) -> WaitingAsk | None:
    if task.to_decide is None:
        return None
    told = ask_told(task)
    return WaitingAsk(type=told.wire_name, body=told.model_dump(mode="json", by_alias=True))
