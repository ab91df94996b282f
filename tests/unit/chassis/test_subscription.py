import re
from collections.abc import Sequence
from contextlib import nullcontext
from types import NoneType
from typing import Any

import pytest

from chassis import clock
from chassis.delivery import Delivery
from chassis.errors import Refused
from chassis.subscription import Subscription
from chassis.topology import definitions
from contracts.council import DelegationAmended, DelegationRequested
from contracts.tasks import TaskOpened


async def _handle(*_: Any) -> None:
    """Never called."""


COUNCILS = ("bristol", "dead")
FROM_COUNCILS = Subscription("tasks.open-task", DelegationRequested, _handle)
EVENTS = Subscription("forms.prepare", TaskOpened, _handle)
UNKNOWN = Subscription("tasks.refuse-unknown", NoneType, _handle)
TOPOLOGY = definitions({"tasks": [FROM_COUNCILS, UNKNOWN], "forms": [EVENTS]}, COUNCILS)


def test_each_council_has_a_queue_of_its_own_and_services_share_one() -> None:
    assert FROM_COUNCILS.queues(COUNCILS) == {
        "tasks.open-task.from.bristol": "bristol.council.delegation.requested.v1",
        "tasks.open-task.from.dead": "dead.council.delegation.requested.v1",
    }
    assert EVENTS.queues(COUNCILS) == {"forms.prepare": "tasks.task.opened.v1"}
    assert UNKNOWN.queues(COUNCILS) == {"tasks.refuse-unknown": "#"}


async def _amend(_: DelegationAmended, __: Delivery, ___: str) -> None:
    """Never called."""


async def _request(_: DelegationRequested, __: Delivery, ___: int) -> None:
    """Never called."""


def test_mypy_refuses_a_handler_of_another_message_or_service() -> None:
    """It would call an `ignore` unused that hides nothing."""
    Subscription("tasks.amend-task", DelegationAmended, _request)  # type: ignore[arg-type]
    Subscription("tasks.refuse-unknown", NoneType, _amend)  # type: ignore[misc]
    table = (Subscription("tasks.amend-task", DelegationAmended, _amend),)
    of_a_service: Sequence[Subscription[Any, int]] = table  # type: ignore[assignment]
    assert of_a_service


def test_only_events_have_a_teller() -> None:
    assert [one.teller for one in (FROM_COUNCILS, EVENTS, UNKNOWN)] == [None, "tasks", None]


def by(user: str | None, unreadable: str = "") -> Delivery:
    return Delivery(
        queue="q",
        exchange="x",
        routing_key="bristol.x",
        message_id="m-1",
        type=None,
        user_id=user,
        correlation_id=None,
        headers={},
        body=b"{}",
        attempts=0,
        first_seen=clock.now(),
        unreadable=unreadable,
    )


@pytest.mark.parametrize(
    ("heard", "user", "is_taken"),
    [
        (EVENTS, "tasks", True),
        (EVENTS, "portal-operator", True),
        (EVENTS, "forms", False),
        (EVENTS, "bristol", False),
        (EVENTS, None, False),
        (FROM_COUNCILS, "bristol", True),
        (UNKNOWN, "bristol", True),
    ],
)
def test_an_event_is_taken_from_its_teller_or_the_operator_alone(
    heard: Subscription[Any, Any], user: str | None, is_taken: bool
) -> None:
    with nullcontext() if is_taken else pytest.raises(Refused, match="wrong_sender"):
        heard.check_envelope(by(user), {"portal-operator"})


@pytest.mark.parametrize("heard", [EVENTS, FROM_COUNCILS, UNKNOWN])
def test_properties_that_cannot_be_read_are_refused_whoever_sent_them(heard: Subscription[Any, Any]) -> None:
    with pytest.raises(Refused, match="invalid_properties"):
        heard.check_envelope(by("tasks", "message_id"), {"portal-operator"})


@pytest.mark.parametrize("queue", [each["name"] for each in TOPOLOGY["queues"]])
def test_every_queue_has_exactly_one_policy(queue: str) -> None:
    found = [
        policy["name"]
        for policy in TOPOLOGY["policies"]
        if policy["apply-to"] == "queues" and re.search(policy["pattern"], queue)
    ]
    assert len(found) == 1, f"{queue}: {found}"
