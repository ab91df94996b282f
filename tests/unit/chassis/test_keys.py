"""Data keys: one for each thing, wrapped, rotated without touching content, destroyed for good."""

import asyncio
import time
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorCollection
from pydantic import SecretStr

from chassis import clock
from chassis.database import Database
from chassis.documents import Key
from chassis.keys import Finder, KeyDestroyed, KeyRing
from chassis.sealing import NotOpened
from chassis.telemetry import DATABASE_COMMANDS
from chassis.wrapping import EnvironmentWrapping, Wrapping
from tests.support.service import new_key

KEY, OTHER = Key("bristol", "task-1"), Key("bristol", "task-2")
OLD, NEW = new_key(), new_key()


def commands() -> int:
    (family,) = DATABASE_COMMANDS.collect()
    return int(sum(sample.value for sample in family.samples if sample.name.endswith("_total")))


def ring(database: Database, masters: str = OLD) -> KeyRing:
    return KeyRing(database, EnvironmentWrapping(SecretStr(masters), database))


async def test_a_thing_has_one_key_whoever_asks_first(inner: Database) -> None:
    first, second = ring(inner), ring(inner)
    both = await asyncio.gather(first.of(KEY), second.of(KEY, is_new=True), first.of(KEY, is_new=True))
    sealed = both[0].seal(b"words", "place")
    assert [each.open(sealed, "place") for each in (*both, await ring(inner).of(KEY))] == [b"words"] * 4
    with pytest.raises(NotOpened):
        (await first.of(OTHER)).open(sealed, "place")


async def test_no_key_stands_in_the_database_in_clear(inner: Database) -> None:
    seen: list[bytes] = []

    class Watched(EnvironmentWrapping):
        async def wrap(self, key: Key, raw: bytes) -> str:
            seen.append(raw)
            return await super().wrap(key, raw)

    await KeyRing(inner, Watched(SecretStr(OLD), inner)).of(KEY)
    kept = repr(await inner.collection("keys").find().to_list(None)).encode()
    assert seen
    assert all(repr(raw)[2:-1].encode() not in kept and raw.hex().encode() not in kept for raw in seen)


async def test_keys_are_asked_for_once_and_several_in_one_query(inner: Database) -> None:
    own = ring(inner)
    await own.of(KEY, is_new=True)
    await own.of(OTHER, is_new=True)
    before = commands()
    await own.of(KEY)
    assert set(await own.of_all([KEY, OTHER])) == {KEY, OTHER}
    assert commands() == before
    fresh = ring(inner)
    assert set(await fresh.of_all([KEY, OTHER, Key("bristol", "unknown")])) == {KEY, OTHER}
    assert commands() == before + 1


async def test_a_key_is_known_for_minutes_only(inner: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    own = ring(inner)
    await own.of(KEY)
    await ring(inner).destroy(KEY, clock.now())
    await own.of(KEY)
    at = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: at + 301)
    with pytest.raises(KeyDestroyed):
        await own.of(KEY)


async def test_nothing_new_is_kept_with_a_key_that_another_replica_has_destroyed(inner: Database) -> None:
    own = ring(inner)
    await own.of(KEY)
    await own.confirm(KEY)
    await ring(inner).destroy(KEY, clock.now())
    with pytest.raises(KeyDestroyed):
        await own.confirm(KEY)
    with pytest.raises(KeyDestroyed):
        await own.of(KEY, is_new=True)


async def test_a_key_asked_for_while_it_is_destroyed_is_not_remembered(
    inner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ring(inner)
    update = AsyncIOMotorCollection.update_one

    async def asked_for_before(*args: Any, **named: Any) -> Any:
        await own.of(KEY)
        return await update(*args, **named)

    await own.of(KEY)
    monkeypatch.setattr(AsyncIOMotorCollection, "update_one", asked_for_before)
    await own.destroy(KEY, clock.now())
    with pytest.raises(KeyDestroyed):
        await own.of(KEY)


async def test_a_destroyed_key_is_gone_and_no_other_takes_its_place(inner: Database) -> None:
    own, at = ring(inner), clock.now()
    await own.of(KEY)
    for key in (KEY, OTHER):  # the second was never made
        await own.destroy(key, at)
        await own.destroy(key, clock.now())
        for is_new in (False, True):
            with pytest.raises(KeyDestroyed):
                await own.of(key, is_new=is_new)
    assert await own.of_all([KEY, OTHER]) == {}
    kept = await inner.collection("keys").find().to_list(None)
    assert [(each["wrapped"], each["destroyed_at"]) for each in kept] == [(None, at)] * 2


async def sealed_words(own: KeyRing, authority: str = "bristol") -> dict[Key, bytes]:
    keys = [Key(authority, str(number)) for number in range(7)]
    return {key: (await own.of(key)).seal(b"words", "p") for key in keys}


async def check_words(own: KeyRing, words: dict[Key, bytes]) -> None:
    for key, each in words.items():
        assert (await own.of(key)).open(each, "p") == b"words"


async def wrapped_with(inner: Database, authority: str = "bristol") -> set[str]:
    return {str(each["wrapped_with"]) async for each in inner.collection("keys").find({"authority": authority})}


async def test_rotation_wraps_anew_and_goes_on_after_a_crash(inner: Database) -> None:
    words, others = await sealed_words(ring(inner)), await sealed_words(ring(inner), "oxfordshire")
    before, of_others = await wrapped_with(inner), await wrapped_with(inner, "oxfordshire")

    class Dies(EnvironmentWrapping):
        left = 3

        async def wrap(self, key: Key, raw: bytes) -> str:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            return await super().wrap(key, raw)

    with pytest.raises(KeyboardInterrupt):
        await KeyRing(inner, Dies(SecretStr(OLD), inner)).rotate("bristol", most=2)
    await check_words(ring(inner), words)
    assert [await ring(inner).rotate("bristol", most=2) for _ in range(2)] == [4, 7]
    assert len(await wrapped_with(inner)) == 1
    assert not await wrapped_with(inner) & before
    assert await wrapped_with(inner, "oxfordshire") == of_others
    await check_words(ring(inner), words | others)


async def test_a_process_that_was_there_before_a_rotation_reads_on_and_soon_wraps_with_the_new_key(
    inner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = ring(inner)
    words = await sealed_words(running)
    await ring(inner).rotate("bristol")
    at = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: at + 301)
    await check_words(running, words)
    await running.of(OTHER)
    assert len(await wrapped_with(inner)) == 1


async def test_a_master_key_is_replaced_by_rotating_with_both(inner: Database) -> None:
    words, others = await sealed_words(ring(inner)), await sealed_words(ring(inner), "oxfordshire")
    assert await ring(inner, f"{NEW},{OLD}").rotate("bristol") == 7
    await check_words(ring(inner, NEW), words)
    with pytest.raises(NotOpened, match="not in the environment any more"):
        await check_words(ring(inner, NEW), others)
    assert await ring(inner, f"{OLD},{NEW}").rotate("bristol") == 7
    await check_words(ring(inner, OLD), words | others)


async def test_a_wrapped_key_opens_for_its_own_thing_only(inner: Database) -> None:
    wrapping: Wrapping = EnvironmentWrapping(SecretStr(OLD), inner)
    wrapped = await wrapping.wrap(KEY, bytes(32))
    assert await wrapping.unwrap(KEY, wrapped) == bytes(32)
    for other in (OTHER, Key("oxfordshire", "task-1")):
        with pytest.raises(NotOpened):
            await wrapping.unwrap(other, wrapped)


async def test_keys_are_forgotten_by_range_of_one_authority(inner: Database) -> None:
    own = ring(inner)
    keys = [Key(code, f"emails of 2026-11-0{day}") for code in ("bristol", "oxfordshire") for day in range(1, 5)]
    for key in keys:
        await own.of(key)
    await own.forget(Key("bristol", "emails of "), Key("bristol", "emails of 2026-11-03"))
    assert set(await ring(inner).of_all(keys)) == set(keys[2:])
    assert set(await own.of_all(keys)) == set(keys[2:])


def test_what_is_found_by_a_hash_says_nothing_and_differs_by_kind_and_key() -> None:
    finder = Finder(SecretStr(OLD))
    assert finder("address", "a@b.example") == Finder(SecretStr(OLD))("address", "a@b.example")
    others = {finder("child", "a@b.example"), Finder(SecretStr(NEW))("address", "a@b.example"), finder("address", "a")}
    assert finder("address", "a@b.example") not in others
    assert len(finder("address", "a@b.example")) == 32
