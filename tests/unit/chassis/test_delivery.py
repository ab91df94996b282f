import json
import subprocess
import sys
from pathlib import Path

import pytest

from chassis import clock, retry
from chassis.delivery import Delivery
from commands.parts.instance import ROOT


def test_a_copy_carries_nothing_that_only_we_may_say() -> None:
    delivery = Delivery(
        queue="tasks.open-task",
        exchange="council.inbox",
        routing_key="bristol.council.delegation.requested.v1",
        message_id="m-1",
        type="council.delegation.requested.v1",
        user_id=None,
        correlation_id=None,
        headers={"traceparent": "00-1", retry.HEADER_USER: "bristol", "x-portal-made-up": "x", "x-delivery-count": 7},
        body=b"{}",
        attempts=0,
        first_seen=clock.now(),
    )
    carried = delivery.carried_headers({retry.HEADER_ATTEMPTS: 1})
    assert carried.keys() == {
        "traceparent",
        retry.HEADER_FIRST_SEEN,
        retry.HEADER_ROUTING_KEY,
        retry.HEADER_EXCHANGE,
        retry.HEADER_ATTEMPTS,
    }


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
