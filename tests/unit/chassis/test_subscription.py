import re
from typing import Any

import pytest

from chassis.subscription import Subscription
from chassis.topology import definitions
from contracts.council import DelegationRequested
from contracts.tasks import TaskOpened


async def _handle(*_: Any) -> None:
    """Never called."""


COUNCILS = ("bristol", "dead")
FROM_COUNCILS = Subscription("tasks.open-task", DelegationRequested, _handle)
EVENTS = Subscription("forms.prepare", TaskOpened, _handle)
UNKNOWN = Subscription("tasks.refuse-unknown", None, _handle)
TOPOLOGY = definitions({"tasks": [FROM_COUNCILS, UNKNOWN], "forms": [EVENTS]}, COUNCILS)


def test_each_council_has_a_queue_of_its_own_and_services_share_one() -> None:
    assert FROM_COUNCILS.queues(COUNCILS) == {
        "tasks.open-task.from.bristol": "bristol.council.delegation.requested.v1",
        "tasks.open-task.from.dead": "dead.council.delegation.requested.v1",
    }
    assert EVENTS.queues(COUNCILS) == {"forms.prepare": "tasks.task.opened.v1"}
    assert UNKNOWN.queues(COUNCILS) == {"tasks.refuse-unknown": "#"}


def test_only_events_have_a_teller() -> None:
    assert [one.teller for one in (FROM_COUNCILS, EVENTS, UNKNOWN)] == [None, "tasks", None]


@pytest.mark.parametrize("queue", [each["name"] for each in TOPOLOGY["queues"]])
def test_every_queue_has_exactly_one_policy(queue: str) -> None:
    found = [
        policy["name"]
        for policy in TOPOLOGY["policies"]
        if policy["apply-to"] == "queues" and re.search(policy["pattern"], queue)
    ]
    assert len(found) == 1, f"{queue}: {found}"
