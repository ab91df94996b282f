"""T16: a delegation's history in any order, with repetitions, ends in one state: the use cases on a real store."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chassis import clock
from chassis.authorities import Authorities
from chassis.database import Database
from chassis.errors import AlreadyHandled, Conflict, Refused
from chassis.outbox import task_id_of
from chassis.relay import Relay
from commands.parts.instance import ROOT
from contracts.base import Contact, Message
from contracts.council import DelegationAmended, DelegationRequested, DelegationRetracted
from contracts.forms import ContributionSubmitted, DefinitionPublished
from services.tasks.model.task import Task
from services.tasks.store import FoundBy, Stores
from services.tasks.usecases.delegations import Delegations
from services.tasks.usecases.people import People
from tests.support.council import request
from tests.support.measures import Measures
from tests.support.sealing import BODIES, FINDER, key_ring

FORM = "ehc-needs-assessment-contributions"
BRISTOL = {"authority": "bristol"}
Told = tuple[str, Message]


def history(delegation_id: str) -> list[Told]:
    """What is said of one delegation, in its right order; times are part of it, as the contract has them."""
    about = {**BRISTOL, "delegation_id": delegation_id}
    amended: list[dict[str, Any]] = [
        {"due_on": "2031-01-02", "amended_at": "2031-01-01T10:00:00Z"},
        {"comments": "Later", "due_on": "2031-02-02", "amended_at": "2031-01-01T11:00:00Z"},
        {"prefill": {"here_and_now": "changed"}, "amended_at": "2031-01-01T12:00:00Z"},
        {"prefill": {"no_such_key": "x"}, "amended_at": "2031-01-01T13:00:00Z"},
    ]
    requested = {**request(delegation_id, "p@school.example"), **BRISTOL, "received_on": "2030-12-24"}
    return [
        ("r", DelegationRequested.model_validate(requested)),
        *((f"a{number}", DelegationAmended.model_validate({**about, **one})) for number, one in enumerate(amended)),
        ("x", DelegationRetracted.model_validate({**about, "reason": "Moved", "retracted_at": "2031-01-01T14:00:00Z"})),
    ]


def submission(delegation_id: str) -> Told:
    """It comes from a person who has opened the form: never before the request."""
    event = ContributionSubmitted(
        contribution_id="c-1",
        task_id=task_id_of("bristol", delegation_id),
        authority="bristol",
        delegation_id=delegation_id,
        form=FORM,
        file_ids=[],
        receipt="0" * 64,
        person=Contact(email="p@school.example"),
        submitted_at=datetime(2031, 1, 1, 13, 30, tzinfo=UTC),
    )
    return ("s", event)


async def _plan_nothing(_: Task) -> None:
    """Nobody looks at what is over."""


class Desk:
    """The use cases of tasks on a database; what they tell stays in the outbox."""

    def __init__(self, database: Database, stores: Stores, authorities: Authorities) -> None:
        self.database = database
        self.stores = stores
        self.delegations = Delegations(stores, authorities, _plan_nothing)

    async def hear(self, message_id: str, message: Message) -> None:
        """As a handler would; a refusal is an answer, not an end."""
        try:
            match message:
                case DelegationRequested():
                    await self.delegations.request(message, 0)
                case DelegationAmended():
                    await self.delegations.amend(message, f"{message.delegation_id}-{message_id}")
                case DelegationRetracted():
                    await self.delegations.retract(message)
                case ContributionSubmitted():
                    await self.delegations.complete(message)
        except (AlreadyHandled, Refused, Conflict):
            return

    async def end(self, delegation_id: str) -> tuple[Any, ...]:
        """What people and councils see of it in the end."""
        task_id = task_id_of("bristol", delegation_id)
        task = await self.stores.tasks.get("bristol", task_id)
        document = await self.database.collection("tasks").find_one({"_id": task_id})
        assert task
        assert document
        told = [entry["type"] for entry in document["outbox"]]
        assert len({entry["event_id"] for entry in document["outbox"]}) == len(told), "told twice"
        return (*_seen(task), told.count("portal.delegation.accepted.v1"), told.count("tasks.task.completed.v1"))


def _seen(task: Task) -> tuple[Any, ...]:
    submitted = task.submission.receipt if task.submission else None
    return task.state, task.due_on, task.comments, task.sender, task.prefill, task.holder, submitted


@pytest.fixture(scope="module")
async def desk(mongo_url: str) -> AsyncIterator[Desk]:
    """A desk with the form on offer, and a relay that never runs."""
    database = Database.open(mongo_url, f"t16_{uuid4().hex[:8]}")
    stores = Stores(_Context(database, _StillRelay()), FoundBy(FINDER))  # type: ignore[arg-type]
    for store in (stores.tasks, stores.work_groups, stores.forms, stores.people):
        await store.prepare()
    authorities = Authorities.load(ROOT / "deploy/authorities")
    await _offer_form(People(stores, authorities))
    yield Desk(database, stores, authorities)
    database.close()


async def _offer_form(people: People) -> None:
    texts = {"type": "object", "additionalProperties": False}
    keys = {key: {"type": "string"} for key in ("first_name", "here_and_now")}
    await people.offer_form(
        DefinitionPublished(
            form=FORM,
            owner="bristol",
            version="1",
            title="EHC",
            due_days=42,
            prefill_schema={**texts, "properties": keys},
            published_at=clock.now(),
        )
    )


class _StillRelay(Relay):
    """Keeps what is told in its document, to be looked at."""

    def __init__(self) -> None:
        self._collections = []
        self._bodies = BODIES

    def offer(self, *_: Any) -> None:
        """Tells nobody."""


class _Context:
    def __init__(self, database: Database, relay: Relay) -> None:
        self.database = database
        self.relay = relay
        self.keys = key_ring(database)


ORDERS = st.permutations(range(6)).flatmap(
    lambda order: st.tuples(
        st.just(order),
        st.lists(st.tuples(st.integers(0, 5), st.integers(0, 11)), max_size=4),
        st.booleans(),
    )
)


async def _run(desk: Desk, order: list[int], repeated: list[tuple[int, int]], *, is_submitted: bool) -> tuple[Any, ...]:
    delegation_id = f"LCS-{uuid4().hex[:10]}"
    said = history(delegation_id)
    sequence = [said[step] for step in order]
    for which, where in repeated:
        sequence.insert(min(where, len(sequence)), said[which])
    if is_submitted:
        requested = next(at for at, (name, _) in enumerate(sequence) if name == "r")
        retracted = next(at for at, (name, _) in enumerate(sequence) if name == "x")
        sequence.insert(max(requested, retracted) + 1, submission(delegation_id))
    for message_id, message in sequence:
        await desk.hear(message_id, message)
    return await desk.end(delegation_id)


async def test_t16_any_order_of_a_history_ends_in_one_state(
    desk: Desk, deliveries: int, measures: Measures, pytestconfig: pytest.Config
) -> None:
    loop = asyncio.get_running_loop()
    in_order = {submitted: await _run(desk, list(range(6)), [], is_submitted=submitted) for submitted in (False, True)}
    examples, mismatches = 0, 0

    @settings(
        max_examples=max(100, deliveries // 4),
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(ORDERS)
    def any_order(drawn: tuple[list[int], list[tuple[int, int]], bool]) -> None:
        nonlocal examples, mismatches
        examples += 1
        order, repeated, is_submitted = drawn
        run = asyncio.run_coroutine_threadsafe(_run(desk, order, repeated, is_submitted=is_submitted), loop)
        ended = run.result(60)
        mismatches += ended != in_order[is_submitted]
        assert ended == in_order[is_submitted]

    await asyncio.to_thread(any_order)
    measures.report("T16", histories=examples, messages_each="6 to 11", mismatches=mismatches)
