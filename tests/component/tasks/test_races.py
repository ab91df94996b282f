"""What somebody else does between a read and the write that follows from it: the end is right all the same."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from chassis import clock
from chassis.app import StoredServiceContext
from chassis.authorities import Authorities
from chassis.database import Database, OutboxCollection
from chassis.documents import Document
from chassis.errors import AlreadyHandled, Refused, TryLater
from chassis.health import Health
from chassis.outbox import Collection, Outgoing, Publisher, task_id_of
from chassis.relay import Relay
from chassis.schedule import Schedule
from contracts.council import DelegationAmended, DelegationRequested, DelegationRetracted
from services.tasks.model.form import OfferedForm
from services.tasks.model.task import Task
from services.tasks.store import FoundBy, Stores
from services.tasks.store.people import FormStore
from services.tasks.store.tasks import TaskStore
from services.tasks.usecases.delegations import Delegations
from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import new_email, new_id
from tests.support.council import request
from tests.support.sealing import BODIES, FINDER, NO_COUNCIL_KEYS, event_log, key_ring

AUTHORITIES = Authorities.load(Path(__file__).resolve().parents[3] / "deploy/authorities")
LONG_ENOUGH = 60
"""Seconds: more than a delegation waits for what may be on its way in another queue."""
Meanwhile = Callable[[], Awaitable[None]]


class Interrupted(OutboxCollection):
    """Somebody else comes in before the first insert, when all has been read and decided."""

    def __init__(self, collection: Collection, relay: Relay, meanwhile: Meanwhile) -> None:
        super().__init__(collection, relay)
        self._meanwhile: list[Meanwhile] = [meanwhile]

    async def insert(self, document: Document, events: Sequence[Outgoing] = ()) -> None:
        while self._meanwhile:
            await self._meanwhile.pop()()
        await super().insert(document, events)


@pytest.fixture
async def parts(tasks: Tasks) -> AsyncIterator[tuple[Database, Relay]]:
    database = Database.open(tasks.settings.mongo_url.get_secret_value(), tasks.settings.mongo_database)
    publisher = Publisher(
        tasks.settings.amqp_url.get_secret_value(), user="tasks", service="tasks", councils=NO_COUNCIL_KEYS
    )
    yield database, Relay(publisher, event_log(database).append, BODIES)
    await publisher.close()
    database.close()


async def no_plan(_: Task) -> None:
    """Nothing of these tests is over."""


def delegations(parts: tuple[Database, Relay], meanwhile: Meanwhile | None = None) -> Delegations:
    database, relay = parts
    stores = Stores(
        StoredServiceContext(
            AUTHORITIES,
            Health(),
            AsyncExitStack(),
            database,
            relay,
            Schedule(database.collection("schedule")),
            key_ring(database),
            event_log(database),
        ),
        FoundBy(FINDER),
    )
    if meanwhile:
        stores.tasks = TaskStore(
            Interrupted(database.collection("tasks"), relay, meanwhile), key_ring(database), FoundBy(FINDER)
        )
    return Delegations(stores, AUTHORITIES, no_plan)


def a_request(delegation_id: str) -> DelegationRequested:
    return DelegationRequested.model_validate({"authority": "bristol", **request(delegation_id, new_email())})


def an_amendment(delegation_id: str, key: str) -> DelegationAmended:
    return DelegationAmended(authority="bristol", delegation_id=delegation_id, prefill={key: "x"})


@pytest.mark.parametrize("key", ["no_such_key", "first_name"])
async def test_a_request_between_read_and_write_of_its_amendment_has_it_checked(
    tasks: Tasks, parts: tuple[Database, Relay], key: str
) -> None:
    delegation_id, other = new_id(), delegations(parts)

    async def requested() -> None:
        await other.request(a_request(delegation_id), 0)

    service = delegations(parts, requested)
    fits = key == "first_name"
    if fits:
        await service.amend(an_amendment(delegation_id, key), "m-1")
    else:
        with pytest.raises(Refused) as refused:
            await service.amend(an_amendment(delegation_id, key), "m-1")
        assert (refused.value.code, refused.value.field) == ("invalid_prefill", f"/prefill/{key}")
    kept = await tasks.kept(task_id_of("bristol", delegation_id))
    assert [list(one.prefill or {}) for one in kept.amendments] == ([[key]] if fits else [])


@pytest.mark.parametrize("key", ["no_such_key", "first_name"])
async def test_an_amendment_between_read_and_write_of_its_request_is_checked(
    tasks: Tasks, parts: tuple[Database, Relay], key: str
) -> None:
    delegation_id, other = new_id(), delegations(parts)

    async def amended() -> None:
        await other.amend(an_amendment(delegation_id, key), "m-1")

    await delegations(parts, amended).request(a_request(delegation_id), 0)
    task_id = task_id_of("bristol", delegation_id)
    kept = await tasks.kept(task_id)
    assert [list(one.prefill or {}) for one in kept.amendments] == ([[key]] if key == "first_name" else [])
    document = await tasks.database["tasks"].find_one({"_id": task_id})
    assert document is not None
    refused = [entry for entry in document["outbox"] if entry["type"] == "portal.message.rejected.v1"]
    assert len(refused) == (0 if key == "first_name" else 1)


async def test_a_retraction_between_read_and_write_of_its_request_wins(
    tasks: Tasks, parts: tuple[Database, Relay]
) -> None:
    delegation_id, other = new_id(), delegations(parts)

    async def retracted() -> None:
        await other.retract(DelegationRetracted(authority="bristol", delegation_id=delegation_id))

    await delegations(parts, retracted).request(a_request(delegation_id), 0)
    kept = await tasks.database["tasks"].find_one({"_id": task_id_of("bristol", delegation_id)})
    assert kept is not None
    assert kept["state"] == "retracted"


def a_form(code: str, version: str, minutes: int) -> OfferedForm:
    return OfferedForm(
        form=code,
        version=version,
        owner="portal",
        title="Form",
        due_days=42,
        prefill_schema={},
        published_at=clock.now() + timedelta(minutes=minutes),
    )


@pytest.mark.parametrize("interrupted_one", ["older", "newer"])
async def test_the_newer_of_two_versions_of_a_form_stays(parts: tuple[Database, Relay], interrupted_one: str) -> None:
    database, relay = parts
    code = new_id()
    older, newer = a_form(code, "1", 0), a_form(code, "2", 1)
    first, second = (older, newer) if interrupted_one == "older" else (newer, older)
    plain = FormStore(database.outbox_collection("forms", relay))
    interrupted = FormStore(Interrupted(database.collection("forms"), relay, lambda: plain.put(second)))
    try:
        await interrupted.put(first)
    except AlreadyHandled:
        assert interrupted_one == "older"
    kept = await plain.get("bristol", code)
    assert kept is not None
    assert kept.version == "2"


async def test_a_delegation_comes_again_while_no_form_at_all_was_told_and_is_refused_once_some_were(
    tasks: Tasks, parts: tuple[Database, Relay]
) -> None:
    database = Database.open(tasks.settings.mongo_url.get_secret_value(), f"tasks_{new_id()}")
    service, forms = delegations((database, parts[1])), FormStore(database.outbox_collection("forms", parts[1]))
    with pytest.raises(TryLater):
        await service.request(a_request(new_id()), LONG_ENOUGH)
    await forms.put(a_form("another", "1", 0))
    with pytest.raises(Refused, match="unknown_form"):
        await service.request(a_request(new_id()), LONG_ENOUGH)
    await tasks.database.client.drop_database(database.collection("forms").database.name)
    database.close()
