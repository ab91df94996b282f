"""T73, headers: further routing keys (`CC`, `BCC`) on a council's message reach nobody, whatever becomes of it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from aiormq.exceptions import ChannelAccessRefused
from prometheus_client import REGISTRY

from chassis import clock
from chassis.retry import DELAYS, retry_queue
from contracts.forms import DefinitionPublished
from tests.support.broker import Broker
from tests.support.council import Council, request
from tests.support.events import publish
from tests.support.eventually import eventually
from tests.support.measures import Measures
from tests.support.recorder import Recorder

KINDS = ("delegation.requested", "delegation.amended", "delegation.retracted", "work-group.defined", "tea.ordered")
# Queues that nobody consumes here: what reaches them stays.
STANDING = ("council.oxfordshire", "notify.send-code", "forms.close-contribution", "files.close-folder")
# Queues of the service itself: what reaches them is counted by it.
OWN = ("tasks.welcome-person", "tasks.offer-form", "tasks.complete-task")
SOME_FORM = DefinitionPublished(
    form="some-form",
    version="1",
    owner="portal",
    title="Some form",
    due_days=42,
    prefill_schema={},
    published_at=clock.now(),
)
FURTHER_KEYS = (("CC",), ("BCC",), ("CC", "BCC"))


def _bodies(kind: str) -> Iterator[dict[str, Any] | bytes]:
    """One that is refused and buried at once and, where there is a way, one that is tried again first."""
    yield b"{"
    if kind == "delegation.requested":
        yield {**request(f"t73-{uuid4().hex}", "t73@school.example"), "form": "no-such-form"}
        group = {"kind": "work_group", "work_group_id": "no-such-group"}
        yield {**request(f"t73-{uuid4().hex}", "t73@school.example"), "form": "no-such-form", "assignee": group}


async def _publish(council: Council) -> tuple[list[str], int]:
    """Every kind with every header; the ids of what the broker took, and how many it refused itself."""
    taken: list[str] = []
    refused = 0
    for kind in KINDS:
        for body in _bodies(kind):
            for names in FURTHER_KEYS:
                headers = {name: [*STANDING, *OWN] for name in names}
                try:
                    taken.append(await council.publish(f"council.{kind}.v1", body, headers=headers))
                except ChannelAccessRefused:
                    refused += 1
    return taken, refused


def _handled() -> float:
    """How many deliveries the service has had in the queues that no council may write to."""
    samples = [sample for metric in REGISTRY.collect() for sample in metric.samples]
    return sum(
        sample.value for sample in samples if sample.name == "portal_deliveries_total" and sample.labels["queue"] in OWN
    )


async def _waiting(broker: Broker, *names: str) -> int:
    async with await aio_pika.connect(broker.url) as connection:
        channel = await connection.channel()
        queues = [await channel.declare_queue(name, passive=True) for name in names]
        return sum(queue.declaration_result.message_count or 0 for queue in queues)


@pytest.mark.usefixtures("tasks_alone")
async def test_t73_further_routing_keys_of_a_council_reach_nobody(broker: Broker, measures: Measures) -> None:
    council = Council("bristol", broker.url_of("bristol"), "", "", "")
    # A portal that knows no form at all waits for one, and refuses nothing.
    await publish(broker, "forms", SOME_FORM)
    await eventually(lambda: _handled() > 0)
    before = _handled()
    async with Recorder.listening(broker.url) as recorder, council:
        taken, refused = await _publish(council)

        def all_answered() -> bool:
            return {one.body["message_id"] for one in recorder.of("portal.message.rejected.v1")} >= set(taken)

        await eventually(all_answered, within=60)

        async def nothing_waits() -> bool:
            return not await _waiting(
                broker, *map(retry_queue, DELAYS), "tasks.open-task.from.bristol", "tasks.refuse-unknown"
            )

        await eventually(nothing_waits, within=30)
    wrongly = await _waiting(broker, *STANDING) + int(_handled() - before)
    measures.report("T73", further_keys=len(taken) + refused, answered=len(taken), wrongly_delivered=wrongly)
    assert wrongly == 0
