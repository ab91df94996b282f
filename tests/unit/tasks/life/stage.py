"""Three people, two councils with work groups of the same names, four delegations: and how what is said arrives."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sized
from datetime import UTC, datetime, timedelta
from functools import partial
from inspect import signature
from typing import Any, Literal, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from chassis import clock
from chassis.errors import AlreadyHandled, Refused, TryLater
from chassis.identity import Professional
from chassis.outbox import task_id_of
from chassis.schedule import Entry
from contracts.council import PersonAssignee, WorkGroupAssignee
from services.tasks.model.record import OPEN_STATES
from services.tasks.model.task import Task
from services.tasks.usecases.changes import blank
from tests.unit.tasks.life.service import AUTHORITIES, Inner, TestClock
from tests.unit.tasks.life.truths import check_change, who

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
Delegation = tuple[str, str]
DELEGATIONS: list[Delegation] = [("bristol", "d-1"), ("oxfordshire", "d-1"), ("bristol", "d-2"), ("bristol", "d-3")]
NAMES = ["ann", "ben", "cay"]
WHO = st.sampled_from(NAMES)
WHICH = st.sampled_from(DELEGATIONS)
GROUP_IDS = st.sampled_from(["g-1", "g-2"])
ASSIGNEES = st.one_of(
    WHO.map(lambda name: PersonAssignee(kind="person", email=f"{name.title()}@school.example")),
    GROUP_IDS.map(lambda group: WorkGroupAssignee(kind="work_group", work_group_id=group)),
)
BY = st.sampled_from(["whoever has it"] * 4 + NAMES)
How = Literal["once", "twice", "thrice at once", "later"]
"""How often something arrives, and whether now."""
Outcome = Literal["done", "known", "refused", "not yet"]


class Act(NamedTuple):
    """Something that somebody says or does: `do` with the id of its message."""

    name: str
    do: Callable[[str], Awaitable[object]]
    message_id: str


async def _outcome(act: Act) -> Outcome:
    try:
        await act.do(act.message_id)
    except AlreadyHandled:
        return "known"
    except Refused:
        return "refused"
    except TryLater:
        return "not yet"
    return "done"


def _facts(task: Task) -> int:
    lists: list[Sized] = [task.moves, task.asks, task.returns, task.addenda, task.amendments]
    return sum(map(len, lists))


Fits = Callable[[Task], bool]


def is_open(task: Task) -> bool:
    return task.state in OPEN_STATES


def is_in_group(task: Task) -> bool:
    return task.state == "in_group"


def is_open_to_forms(task: Task) -> bool:
    rights = task.rights_of(task.holder.email or "", AUTHORITIES.get(task.authority), clock.now())
    return "submit" in rights


def is_submitted(task: Task) -> bool:
    return task.submission is not None


def is_added_to(task: Task) -> bool:
    return task.addendum is not None


def is_snoozed(task: Task) -> bool:
    return task.snoozed_until is not None


def waits_for_an_answer(task: Task) -> bool:
    return task.is_open and task.waiting_ask is not None


def is_any(task: Task) -> bool:
    return True


_Do = Callable[..., Any]


class Happening(NamedTuple):
    """One way in which things go on: once there is a task that `fits`. Late, and with others, it meets any."""

    do: _Do
    fits: Fits
    names: list[str]


HAPPENINGS: list[Happening] = []


def happening(fits: Fits, weight: int = 3) -> Callable[[_Do], _Do]:
    def add(do: _Do) -> _Do:
        _, *names = signature(do).parameters
        HAPPENINGS.extend([Happening(do, fits, names)] * weight)
        return do

    return add


often, seldom = partial(happening, weight=9), partial(happening, weight=1)
"""Often, where there is seldom a task that fits."""
GIVEN: dict[str, st.SearchStrategy[Any]] = {
    "which": WHICH,
    "several": st.lists(WHICH, min_size=1, max_size=3),
    "by": BY,
    "name": WHO,
    "to": ASSIGNEES,
    "instead": st.none() | ASSIGNEES,
    "days": st.sampled_from([1, 3, 5, 10, 30, 60]),
    "is_dated": st.booleans(),
    "hours_ago": st.integers(0, 48),
    "how": st.sampled_from(["once", "once", "twice", "thrice at once", "later"]),
    "decision": st.sampled_from(["accepted", "refused", "re-delegated"]),
    "key": st.sampled_from(["p-1", "p-2"]),
    "authority": st.sampled_from(["bristol", "bristol", "oxfordshire"]),
    "group": GROUP_IDS,
    "members": st.sets(WHO, min_size=1),
    "is_new": st.booleans(),
    "three": st.lists(st.integers(0, 999), min_size=3, max_size=3),
}
"""By their parameters' names. All are drawn for each step: which of three was first must not decide what is drawn."""


class Stage(RuleBasedStateMachine):
    """What there is, and how an act reaches the service."""

    def __init__(self, loop: asyncio.AbstractEventLoop, inner: Inner, test_clock: TestClock) -> None:
        super().__init__()
        self.run, self.inner, self.service, self.clock = loop.run_until_complete, inner, inner.service, test_clock
        self.clock.set_back()
        self.run(self.inner.empty())
        self.seen = self.run(self.inner.seen())
        self.people: dict[str, Professional] = {}
        self.sent: list[Act] = []
        self.outcomes: list[Outcome] = []
        self.numbers = self.steps = 0

    def next_id(self) -> str:
        self.numbers += 1
        return f"id-{self.numbers}"

    @property
    def tasks(self) -> dict[str, Task]:
        return self.seen.tasks

    def task(self, which: Delegation) -> Task:
        return self.tasks.get(task_id_of(*which)) or blank(*which)

    def fitting(self, which: Delegation, fits: Fits) -> Delegation:
        """This one, unless another one fits and it does not."""
        known = [one for one in DELEGATIONS if self.task(one).request is not None and fits(self.task(one))]
        return which if which in known or not known else known[0]

    def one(self, by: str, which: Delegation) -> str:
        """Who it is: by name, or whoever has it, or is in the group that does."""
        task = self.task(which)
        if by in NAMES or task.request is None:
            return by if by in NAMES else NAMES[0]
        group = self.seen.groups.get(f"{which[0]}:{task.holder.work_group_id}")
        return who(task.holder.email or (group.members[0].email if group and group.members else NAMES[0]))

    @property
    def requested(self) -> list[Task]:
        return [task for task in self.tasks.values() if task.request is not None]

    def open_with(self, name: str, tasks: Mapping[str, Task]) -> list[Task]:
        """What somebody has to fill in."""
        return [
            task
            for task in tasks.values()
            if task.request is not None and task.state in OPEN_STATES and who(task.holder.email) == name
        ]

    # How things arrive

    def comes(self, name: str, how: How, do: Callable[[str], Awaitable[object]]) -> Act:
        """It happens so often, and may come again at any later time."""
        act, before = Act(name, do, self.next_id()), self.tasks
        if how == "thrice at once":
            self.happens(act, act, act)
            for task_id in before:
                assert _facts(self.tasks[task_id]) <= _facts(before[task_id]) + 1, "it counts more than once"
        elif how != "later":
            (outcome,) = self.happens(act)
            if how == "twice":
                self.comes_again(act, outcome)
        return act

    def happens(self, *acts: Act) -> list[Outcome]:
        async def all_of_them() -> list[Outcome]:
            return await asyncio.gather(*map(_outcome, acts))

        before, self.outcomes = self.tasks, self.run(all_of_them())
        self.seen, names = self.run(self.inner.seen()), [act.name for act in acts]
        for task_id, after in self.tasks.items():
            check_change(before.get(task_id, blank(after.authority, after.delegation_id)), after, names)
        return self.outcomes

    def comes_again(self, act: Act, before: Outcome) -> None:
        """The same, and of a council's messages the same words under another id, changes nothing and tells nobody."""
        seen = self.seen
        ids = {act.message_id} if act.name == "amends" else {act.message_id, self.next_id()}
        for message_id in sorted(ids):
            (outcome,) = self.happens(act._replace(message_id=message_id))
            assert before == "refused" or outcome != "refused", "what was done is refused"
            assert self.seen == seen

    @happening(is_any)
    def three_arrive_at_once(self, three: list[int]) -> None:
        self.happens(*(self.sent[number % len(self.sent)] for number in three if self.sent))

    @happening(is_any)
    def one_arrives_late(self, three: list[int]) -> None:
        self.happens(*(self.sent[number % len(self.sent)] for number in three[:1] if self.sent))

    @seldom(is_any)
    def days_go_by(self, days: int) -> None:
        """Whoever is to be reminded by then is; the same entry twice is one reminder."""
        self.clock.go_on(timedelta(days=days))
        due = self.run(self.inner.due_reminders())
        reminds = [Act("reminds", partial(self.remind, entry), "") for entry in due]
        self.happens(*reminds, *reminds)

    async def remind(self, entry: Entry, _: str) -> None:
        await self.service.reminders.remind(entry)
