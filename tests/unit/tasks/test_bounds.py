"""What is said of a task again and again has an end: it is one document."""

from datetime import timedelta

import pytest

from chassis.errors import Conflict, Refused
from contracts.base import Contact
from contracts.tasks import Holder
from services.tasks.model.facts import Amendment
from services.tasks.model.task import MOST_AMENDED_BYTES, MOST_AMENDMENTS, MOST_MOVES, Task
from tests.unit.tasks.test_task import BLANK, GROUP, NOW, a_request

BY = Contact(email="morag@school.example")
GROUP_1 = Holder(kind="work_group", work_group_id="wg-1", name="Group 1")


def amendment(number: int, text: str = "") -> Amendment:
    return Amendment(message_id=f"m-{number}", amended_at=NOW + timedelta(seconds=number), prefill={"a": text})


def amended(times: int) -> Task:
    task = BLANK.with_request(a_request())
    return task.model_copy(update={"amendments": [amendment(number) for number in range(times)]})


def moved(times: int) -> Task:
    task = BLANK.with_request(a_request(GROUP)).re_assigned(GROUP_1, [], BY, NOW)
    return task.model_copy(update={"moves": task.moves * times})


def test_the_500th_amendment_is_taken_and_no_other_but_one_that_is_known() -> None:
    full = amended(MOST_AMENDMENTS - 1).with_amendment(amendment(9999))
    assert len(full.amendments) == MOST_AMENDMENTS
    with pytest.raises(Refused, match="takes 500 amendments") as refused:
        full.with_amendment(amendment(10_000))
    assert (refused.value.code, refused.value.field) == ("too_many_amendments", "/delegation_id")
    assert full.with_amendment(amendment(9999)) is full


def test_amendments_are_bounded_by_their_size_too() -> None:
    text = "x" * (MOST_AMENDED_BYTES // 4)
    task = amended(0)
    for number in range(3):
        task = task.with_amendment(amendment(number, text))
    with pytest.raises(Refused, match="of 8 MB together"):
        task.with_amendment(amendment(3, text))


def test_a_form_that_has_changed_hands_500_times_is_moved_by_nobody_but_goes_where_it_has_to() -> None:
    moved(MOST_MOVES - 1).check_moves()
    full = moved(MOST_MOVES)
    with pytest.raises(Conflict, match="has changed hands 500 times"):
        full.check_moves()
    assert len(full.picked_up(Holder(kind="person", email="tom@school.example"), NOW).moves) == MOST_MOVES + 1
    assert len(full.taken_back(GROUP_1, [], NOW).moves) == MOST_MOVES + 1
