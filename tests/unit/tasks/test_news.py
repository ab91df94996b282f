"""What is new about a form to whoever has it: what came, what was changed, and not what they have opened since."""

from datetime import datetime, timedelta

import pytest

from contracts.base import Contact
from contracts.tasks import Holder
from services.tasks.model.facts import Amendment, Retraction
from services.tasks.model.news import has_news, received_at
from services.tasks.model.task import Task
from tests.unit.tasks.test_task import BLANK, GROUP, NOW, a_request

MORAG, TOM = Contact(email="morag@school.example"), Holder(kind="person", email="tom@school.example")
GIVEN = BLANK.with_request(a_request())
PICKED_UP_AT = NOW + timedelta(hours=5)
PICKED_UP = BLANK.with_request(a_request(GROUP)).picked_up(TOM, PICKED_UP_AT)
HEARD_LATE = Amendment(
    message_id="late", amended_at=NOW + timedelta(hours=1), heard_at=NOW + timedelta(hours=3), comments="Sooner"
)


def at(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


def amended(task: Task, hours: int) -> Task:
    return task.with_amendment(Amendment(message_id=f"m-{hours}", amended_at=at(hours), comments="Sooner"))


@pytest.mark.parametrize(
    ("task", "is_new"),
    [
        (GIVEN, True),
        (GIVEN.seen(at(1)), False),
        (GIVEN.seen(at(1)).re_assigned(TOM, [], MORAG, at(2)), True),
        (GIVEN.seen(at(1)).readdressed(TOM, at(2)), False),
        (amended(GIVEN.seen(at(1)), 2), True),
        (amended(GIVEN.seen(at(1)), 2).seen(at(3)), False),
        (GIVEN.seen(at(2)).with_amendment(HEARD_LATE), True),
        (GIVEN.seen(at(2)).re_assigned(TOM, [], MORAG, at(1)), True),
        (PICKED_UP, False),
        (amended(PICKED_UP, 6), True),
        (BLANK.with_request(a_request(GROUP)), False),
        (GIVEN.with_retraction(Retraction(retracted_at=at(1), reason="")), False),
    ],
    ids=[
        *("given", "opened", "re-assigned", "readdressed", "changed", "changed and opened"),
        *("heard late", "re-assigned as of before"),
        *("picked up", "picked up and changed", "waiting", "over"),
    ],
)
def test_what_is_new_is_so_until_it_is_opened(task: Task, *, is_new: bool) -> None:
    assert has_news(task) is is_new


def test_a_form_is_received_when_whoever_has_it_got_it() -> None:
    assert received_at(GIVEN) == GIVEN.requested.requested_at
    assert received_at(PICKED_UP) == PICKED_UP_AT
    moved = GIVEN.re_assigned(TOM, [], MORAG, at(2))
    assert received_at(moved) == received_at(moved.readdressed(TOM, at(3))) == at(2)
