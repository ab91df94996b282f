import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aio_pika.abc import AbstractIncomingMessage

from chassis import clock, retry
from chassis.delivery import Delivery
from commands.parts.instance import ROOT
from tests.support.sealing import BODIES

ENVELOPE: dict[str, Any] = {
    "user_id": "bristol",
    "exchange": "council.inbox",
    "routing_key": "bristol.council.delegation.requested.v1",
    "message_id": "m-1",
    "type": "council.delegation.requested.v1",
    "correlation_id": None,
    "body": b"{}",
}


def test_a_copy_carries_nothing_that_only_we_may_say() -> None:
    delivery = Delivery(
        queue="tasks.open-task",
        exchange="council.inbox",
        routing_key="bristol.council.delegation.requested.v1",
        message_id="m-1",
        type="council.delegation.requested.v1",
        user_id=None,
        correlation_id=None,
        headers={
            "traceparent": "00-1",
            "CC": ["council.oxfordshire"],
            "BCC": ["notify.send-code"],
            "priority": 9,
            retry.HEADER_USER: "bristol",
            "x-portal-made-up": "x",
            "x-delivery-count": 7,
        },
        body=b"{}",
        attempts=0,
        first_seen=clock.now(),
    )
    carried = delivery.carried_headers({retry.HEADER_ATTEMPTS: 1})
    assert carried.keys() == {
        retry.HEADER_FIRST_SEEN,
        retry.HEADER_ROUTING_KEY,
        retry.HEADER_EXCHANGE,
        retry.HEADER_ATTEMPTS,
    }


@pytest.mark.parametrize(
    ("user", "exchange", "trace", "is_believed"),
    [
        ("bristol", "council.inbox", "00-1", False),
        ("tasks", "", "00-1", True),
        ("forms", "portal.events", "00-1", True),
        ("tasks", "", 7, False),
    ],
)
def test_a_span_is_taken_from_services_alone_and_goes_along_with_copies(
    user: str, exchange: str, trace: object, is_believed: bool
) -> None:
    envelope = {**ENVELOPE, "user_id": user, "exchange": exchange}
    raw = SimpleNamespace(**envelope, redelivered=False, headers={"traceparent": trace})
    delivery = Delivery.of(cast("AbstractIncomingMessage", raw), "tasks.open-task", frozenset({"tasks"}), BODIES)
    assert delivery.trace == ({"traceparent": trace} if is_believed else {})
    assert ("traceparent" in delivery.carried_headers({})) == is_believed


@pytest.mark.parametrize(("user", "is_ours"), [("tasks", True), ("portal-operator", True), ("bristol", False)])
def test_what_our_headers_say_counts_where_one_of_our_users_wrote_them(user: str, is_ours: bool) -> None:
    headers = {
        retry.HEADER_USER: "oxfordshire",
        retry.HEADER_ROUTING_KEY: "oxfordshire.council.delegation.requested.v1",
        retry.HEADER_ATTEMPTS: 3,
    }
    raw = SimpleNamespace(**{**ENVELOPE, "user_id": user}, redelivered=False, headers=headers)
    trusted = frozenset({"tasks", "portal-operator"})
    delivery = Delivery.of(cast("AbstractIncomingMessage", raw), "tasks.open-task", trusted, BODIES)
    expected = ("oxfordshire", "oxfordshire", 3) if is_ours else ("bristol", user, 0)
    assert (delivery.authority, delivery.user_id, delivery.attempts) == expected


@pytest.mark.parametrize(
    ("redelivered", "count", "returns"), [(False, 7, 0), (False, "x", 0), (True, 7, 7), (True, "x", 0)]
)
def test_only_the_broker_says_how_often_a_delivery_came_back(redelivered: bool, count: object, returns: int) -> None:
    raw = cast(
        "AbstractIncomingMessage",
        SimpleNamespace(**ENVELOPE, redelivered=redelivered, headers={"x-delivery-count": count}),
    )
    assert Delivery.of(raw, "tasks.open-task", frozenset({"tasks"}), BODIES).returns == returns


@pytest.mark.parametrize(
    ("environment", "kills", "ended"), [("test", 1, 9), ("test", 0, 0), ("production", 1, 0), ("local", 1, 0)]
)
def test_a_failpoint_kills_in_a_test_only(tmp_path: Path, environment: str, kills: int, ended: int) -> None:
    points = tmp_path / "points"
    points.write_text(json.dumps({"tasks.before-ack": {"chance": 1, "kills": kills}}))
    done = subprocess.run(
        [sys.executable, "-c", "from chassis import failpoint; failpoint.reached('tasks', 'before-ack')"],
        cwd=ROOT,
        env={"PORTAL_ENV": environment, "PORTAL_FAILPOINTS": str(points)},
        check=False,
    )
    assert done.returncode == ended
    assert json.loads(points.read_text())["tasks.before-ack"]["kills"] == (0 if ended else kills)
