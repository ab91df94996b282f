"""One way to change an aggregate: every interleaving of its writers, killed wherever they stand, ends right."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import ASCENDING, IndexModel

from chassis.database import Database, OutboxCollection
from chassis.documents import Document, Key
from chassis.errors import AlreadyHandled, Refused, TryLater
from chassis.outbox import Outgoing, outgoing
from chassis.relay import Relay
from chassis.repository import Mapper, Repository
from contracts.base import Event, Value
from tests.support.sealing import BODIES

KEY = Key("bristol", "ledger-1")
WRITERS = 3


class Ledger(Value):
    """What has been booked, in order."""

    ledger_id: str
    authority: str
    booked: tuple[str, ...] = ()
    number: str = ""


class Booked(Event):
    """Something was booked."""

    wire_name = "tests.ledger.booked.v1"
    what: str


class NobodyListens:
    """In the relay's place: what is told stays in the outbox, where the tests look."""

    def watch(self, _: object) -> None:
        pass

    def entries(self, events: Sequence[Outgoing]) -> list[Document]:
        return [event.as_document(BODIES) for event in events]

    def offer(self, *_: object) -> None:
        pass

    async def ensure_indexes(self, _: object) -> None:
        pass


class Gated(OutboxCollection):
    """A writer's sight of the collection: it stands before and behind each step until it is let on."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.collection("ledgers"), cast("Relay", NobodyListens()))
        self.turn: asyncio.Semaphore | None = None
        self.stands = asyncio.Event()
        self.steps: list[str] = []

    async def _gate(self) -> None:
        if self.turn is not None:
            self.stands.set()
            await self.turn.acquire()

    async def get(self, query: Mapping[str, Any], projection: Mapping[str, Any] | None = None) -> Document | None:
        self.steps.append("get")
        await self._gate()
        found = await super().get(query, projection)
        await self._gate()
        return found

    async def insert(self, document: Document, events: Sequence[Outgoing] = ()) -> None:
        self.steps.append("insert")
        await self._gate()
        await super().insert(document, events)
        await self._gate()

    async def update(self, guard: Mapping[str, Any], change: Any, events: Sequence[Outgoing] = ()) -> Document | None:
        self.steps.append("update")
        await self._gate()
        updated = await super().update(guard, change, events)
        await self._gate()
        return updated


def ledgers(documents: OutboxCollection) -> Repository[Ledger]:
    return Repository(documents, Mapper(Ledger, id_field="ledger_id", sparse=["number"]))


async def book(repository: Repository[Ledger], what: str, *, is_new: bool = False) -> Ledger:
    """Books something once, however often it is asked for."""

    async def decide(kept: Ledger | None) -> tuple[Ledger, list[Outgoing]]:
        before = kept or Ledger(ledger_id=KEY.id, authority=KEY.authority)
        if what in before.booked:
            raise AlreadyHandled(what)
        return before.model_copy(update={"booked": (*before.booked, what)}), [outgoing(Booked(what=what), what)]

    return await repository.change(KEY, decide, is_new=is_new)


@pytest.fixture
def gated(inner: Database) -> Gated:
    return Gated(inner)


class Writer:
    """Books one thing step by step; killed, it begins again as a delivery does that comes once more."""

    def __init__(self, database: Database, what: str, *, is_new: bool) -> None:
        self.documents = Gated(database)
        self.documents.turn = asyncio.Semaphore(0)
        self.repository = ledgers(self.documents)
        self.what, self.is_new = what, is_new
        self.task = self._begin()

    def _begin(self) -> asyncio.Task[Ledger]:
        return asyncio.create_task(book(self.repository, self.what, is_new=self.is_new))

    async def step(self) -> None:
        """One gate further, or to the end."""
        if self.task.done():
            return
        assert self.documents.turn
        self.documents.stands.clear()
        self.documents.turn.release()
        stands = asyncio.create_task(self.documents.stands.wait())
        await asyncio.wait({self.task, stands}, return_when=asyncio.FIRST_COMPLETED)
        stands.cancel()

    async def kill(self) -> None:
        """As by the system: nothing of it goes on; its message comes again."""
        self.documents.turn = asyncio.Semaphore(0)
        await self._begin_again()

    async def end(self) -> None:
        """Undisturbed from here on, until it is done."""
        self.documents.turn = None
        if not self.task.done():
            await self._begin_again()
        with suppress(AlreadyHandled):
            await self.task

    async def _begin_again(self) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})
        self.task = self._begin()


Action = tuple[int, Literal["step", "kill"]]
ACTIONS = st.lists(
    st.tuples(st.integers(0, WRITERS - 1), st.sampled_from(["step"] * 9 + ["kill"])), min_size=15, max_size=40
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS, is_new=st.lists(st.booleans(), min_size=WRITERS, max_size=WRITERS), is_known=st.booleans())
def test_any_interleaving_of_three_writers_has_each_effect_once(
    inner_url: str, actions: list[Action], is_new: list[bool], *, is_known: bool
) -> None:
    async def run() -> None:
        database = Database.open(inner_url, "machine")
        try:
            await database.collection("ledgers").delete_many({})
            if is_known:
                await Gated(database).insert({"_id": KEY.id, "authority": KEY.authority, "booked": [], "revision": 0})
            writers = [Writer(database, f"fact-{n}", is_new=new) for n, new in enumerate(is_new)]
            await asyncio.sleep(0)
            for number, action in actions:
                await (writers[number].step() if action == "step" else writers[number].kill())
            for writer in writers:
                await writer.end()
            kept = await database.collection("ledgers").find_one({"_id": KEY.id})
        finally:
            database.close()
        assert kept is not None
        facts = [f"fact-{n}" for n in range(WRITERS)]
        assert sorted(kept["booked"]) == facts
        assert kept["revision"] == WRITERS
        # The events stand in the order of their effects, each once.
        assert [entry["event_id"] for entry in kept["outbox"]] == [
            outgoing(Booked(what=what), what).event_id for what in kept["booked"]
        ]

    asyncio.run(run())


async def test_what_is_new_takes_one_write_and_no_read(gated: Gated) -> None:
    await book(ledgers(gated), "first", is_new=True)
    assert gated.steps == ["insert"]


async def test_what_is_known_takes_one_read_and_one_write(gated: Gated) -> None:
    await book(ledgers(gated), "first", is_new=True)
    gated.steps.clear()
    await book(ledgers(gated), "second")
    assert gated.steps == ["get", "update"]


async def test_nothing_is_written_where_nothing_changes(gated: Gated) -> None:
    repository = ledgers(gated)
    known = await book(repository, "first")
    gated.steps.clear()

    async def decide(kept: Ledger | None) -> tuple[Ledger, list[Outgoing]]:
        assert kept == known
        return kept, []

    assert await repository.change(KEY, decide) == known
    assert gated.steps == ["get"]


async def booked(kept: Ledger) -> tuple[Ledger, list[Outgoing]]:
    return kept.model_copy(update={"booked": (*kept.booked, "second")}), []


async def test_what_is_found_takes_one_read_and_one_write(gated: Gated) -> None:
    await book(ledgers(gated), "first", is_new=True)
    gated.steps.clear()
    changed = await ledgers(gated).change_found(["bristol", "oxfordshire"], {"booked": "first"}, booked)
    assert gated.steps == ["get", "update"]
    assert changed == await ledgers(gated).get(KEY)


async def test_what_is_not_found_or_another_authoritys_is_not_made(gated: Gated) -> None:
    await book(ledgers(gated), "first", is_new=True)
    gated.steps.clear()
    assert await ledgers(gated).change_found(["bristol"], {"booked": "nothing"}, booked) is None
    assert await ledgers(gated).change_found(["oxfordshire"], {"booked": "first"}, booked) is None
    assert gated.steps == ["get", "get"]


async def test_what_is_found_and_changes_meanwhile_is_decided_anew(gated: Gated) -> None:
    repository = ledgers(gated)
    await book(repository, "first")
    others = iter(["meanwhile"])

    async def decide(kept: Ledger) -> tuple[Ledger, list[Outgoing]]:
        for other in others:
            await book(repository, other)
        return await booked(kept)

    changed = await repository.change_found(["bristol"], {"booked": "first"}, decide)
    assert changed is not None
    assert changed.booked == ("first", "meanwhile", "second")


async def test_another_authoritys_id_is_refused_and_stays_as_it_is(gated: Gated) -> None:
    repository = ledgers(gated)
    await book(repository, "first")

    async def decide(kept: Ledger | None) -> tuple[Ledger, list[Outgoing]]:
        assert kept is None
        return Ledger(ledger_id=KEY.id, authority="oxfordshire", booked=("theirs",)), []

    for is_new in (True, False):
        with pytest.raises(Refused, match="wrong_authority"):
            await repository.change(Key("oxfordshire", KEY.id), decide, is_new=is_new)
    assert await repository.get(Key("oxfordshire", KEY.id)) is None
    kept = await repository.get(KEY)
    assert kept is not None
    assert kept.booked == ("first",)


async def test_a_value_that_another_one_has_gives_way_to_the_next(gated: Gated) -> None:
    repository = ledgers(gated)
    has_number = {"number": {"$exists": True}}
    unique = IndexModel([("number", ASCENDING)], unique=True, partialFilterExpression=has_number)
    await gated.raw.create_indexes([unique])
    await gated.insert({"_id": "other", "authority": "bristol", "number": "n-0"})
    tries = iter(("n-0", "n-1"))

    async def decide(_: Ledger | None) -> tuple[Ledger, list[Outgoing]]:
        return Ledger(ledger_id=KEY.id, authority="bristol", number=next(tries)), []

    assert (await repository.change(KEY, decide, is_new=True)).number == "n-1"


async def test_what_keeps_changing_is_for_later(gated: Gated) -> None:
    repository = ledgers(gated)
    await book(repository, "first")
    others = iter(f"other-{n}" for n in range(100))

    async def decide(kept: Ledger | None) -> tuple[Ledger, list[Outgoing]]:
        assert kept is not None
        await book(repository, next(others))
        return kept.model_copy(update={"booked": ("lost",)}), []

    with pytest.raises(TryLater):
        await repository.change(KEY, decide)
    kept = await repository.get(KEY)
    assert kept is not None
    assert "lost" not in kept.booked


async def test_a_patch_between_read_and_write_is_not_written_over(gated: Gated) -> None:
    repository = ledgers(gated)
    await book(repository, "first")
    patches = iter([True])

    async def decide(kept: Ledger | None) -> tuple[Ledger, list[Outgoing]]:
        assert kept is not None
        if next(patches, False):
            assert await repository.patch(KEY, {"booked": "first"}, {"number": {"$literal": "n-7"}})
        return kept.model_copy(update={"booked": (*kept.booked, "second")}), []

    changed = await repository.change(KEY, decide)
    assert (changed.booked, changed.number) == (("first", "second"), "n-7")


async def test_a_patch_whose_guard_does_not_hold_changes_nothing(gated: Gated) -> None:
    repository = ledgers(gated)
    await book(repository, "first")
    assert await repository.patch(KEY, {"booked": "nothing"}, {"number": {"$literal": "n-7"}}) is None
    assert await repository.patch(Key("oxfordshire", KEY.id), {}, {"number": {"$literal": "n-7"}}) is None
    kept = await repository.get(KEY)
    assert kept is not None
    assert kept.number == ""


async def test_every_query_is_within_its_authorities(gated: Gated) -> None:
    repository = ledgers(gated)
    await book(repository, "first")
    assert [one.ledger_id for one in await repository.find(["bristol"], {"booked": "first"}, limit=5)] == [KEY.id]
    assert await repository.find(["oxfordshire"], {"booked": "first"}, limit=5) == []
    assert await repository.find_one(["oxfordshire"], {"_id": KEY.id, "authority": "bristol"}) is None


async def test_a_document_from_before_there_were_revisions_is_changed_all_the_same(gated: Gated) -> None:
    await gated.insert({"_id": KEY.id, "authority": "bristol", "booked": ["old"]})
    assert (await book(ledgers(gated), "new")).booked == ("old", "new")


def test_a_document_of_an_older_schema_is_read_through_every_step_since() -> None:
    mapper = Mapper(
        Ledger,
        id_field="ledger_id",
        upcasters=[
            lambda document: {**document, "booked": [document["entry"]]},
            lambda document: {**document, "booked": [each.lower() for each in document["booked"]]},
        ],
    )
    of_schema = {"_id": "l", "authority": "bristol"}
    assert mapper.aggregate({**of_schema, "entry": "A"}).booked == ("a",)
    assert mapper.aggregate({**of_schema, "booked": ["A"], "schema": 2}).booked == ("a",)
    assert mapper.aggregate({**of_schema, "booked": ["A"], "schema": 3}).booked == ("A",)
    assert mapper.document(Ledger(ledger_id="l", authority="bristol"))["schema"] == 3


def test_a_sparse_field_stands_in_the_document_only_where_it_is_not_empty() -> None:
    mapper = Mapper(Ledger, id_field="ledger_id", sparse=["number"])
    assert "number" not in mapper.document(Ledger(ledger_id="l", authority="bristol"))
    assert mapper.document(Ledger(ledger_id="l", authority="bristol", number="n"))["number"] == "n"
