"""Whose generic inbox hears of a form, wherever it goes (requirement F57)."""

import pytest

from contracts.base import Contact
from contracts.tasks import Holder
from services.tasks.model.reminding import whom_to_remind
from services.tasks.model.task import Task
from services.tasks.model.told import generic_inbox, whom_to_tell
from tests.unit.tasks.test_task import BLANK, BRISTOL, GROUP, GROUP_HOLDER, NOW, a_request

DUTY = "duty@school.example"
SANDRA = Holder(kind="person", email="sandra@school.example")
TOM = Holder(kind="person", email="tom@clinic.example")
ELSEWHERE = Holder(kind="work_group", work_group_id="wg-2")
NAMED = BLANK.with_request(a_request(notify_email=DUTY))
IN_GROUP = BLANK.with_request(a_request(GROUP, notify_email=DUTY))
BY = Contact(email="morag@school.example")


def re_delegated(task: Task, to: Holder) -> Task:
    return task.re_delegated(to, [], BRISTOL, NOW)


def given(task: Task, to: Holder, *, within_group: bool = False) -> Task:
    return task.re_assigned(to, [], BY, NOW, within_group=within_group)


@pytest.mark.parametrize(
    ("task", "is_theirs"),
    [
        (NAMED, True),
        (NAMED.readdressed(TOM, NOW), True),
        (re_delegated(NAMED, TOM), False),
        (NAMED.re_routed(TOM, [], NOW), False),
        (given(NAMED, TOM), False),
        (given(NAMED, ELSEWHERE), False),
        (given(NAMED, ELSEWHERE).picked_up(TOM, NOW), False),
        (given(given(NAMED, TOM), SANDRA), True),
        (IN_GROUP, True),
        (IN_GROUP.picked_up(TOM, NOW), True),
        (IN_GROUP.picked_up(TOM, NOW).taken_back(GROUP_HOLDER, [], NOW), True),
        (given(IN_GROUP, TOM, within_group=True), True),
        (given(IN_GROUP, TOM), False),
        (re_delegated(IN_GROUP, TOM), False),
        (re_delegated(re_delegated(IN_GROUP, ELSEWHERE), GROUP_HOLDER).picked_up(TOM, NOW), True),
        (given(re_delegated(IN_GROUP, ELSEWHERE).picked_up(TOM, NOW), SANDRA, within_group=True), False),
    ],
)
def test_the_inbox_is_theirs_whom_the_council_named(task: Task, is_theirs: bool) -> None:
    assert [one.email for one in generic_inbox(task)] == ([DUTY] if is_theirs else [])


@pytest.mark.parametrize("setting", ["person", "inbox", "both"])
def test_whoever_has_it_instead_is_told_whatever_the_authority_wants_of_inboxes(setting: str) -> None:
    authority = BRISTOL.model_copy(update={"notify": setting})
    moved = re_delegated(NAMED, TOM)
    assert [one.email for one in whom_to_tell(moved, authority)] == [TOM.email]
    assert [one.email for one in whom_to_remind(moved, authority, is_registered=False)] == [TOM.email]


def test_another_group_is_told_without_the_former_ones_inbox() -> None:
    moved = IN_GROUP.re_assigned(ELSEWHERE, [Contact(email="two@clinic.example")], BY, NOW)
    assert [one.email for one in whom_to_tell(moved, BRISTOL)] == ["two@clinic.example"]
