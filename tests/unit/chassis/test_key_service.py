"""Wrapping keys that never come here: the key service wraps, and while it is away what needs it waits."""

import time
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr, ValidationError

from chassis.database import Database
from chassis.documents import Key
from chassis.errors import TryLater
from chassis.key_service import KeyServiceWrapping
from chassis.keys import KeyRing
from chassis.sealing import NotOpened
from chassis.settings import StoredServiceSettings
from chassis.wrapping import EnvironmentWrapping, wrapping_of
from tests.support.key_service import TOKEN, KeyService, key_service
from tests.support.service import new_key

KEY, OTHER = Key("bristol", "task-1"), Key("oxfordshire", "task-1")


@pytest.fixture
async def service() -> AsyncIterator[KeyService]:
    async with key_service() as service:
        yield service


@pytest.fixture
async def wrapping(service: KeyService) -> AsyncIterator[KeyServiceWrapping]:
    wrapping = KeyServiceWrapping(service.url, SecretStr(TOKEN), "forms")
    yield wrapping
    await wrapping.close()


async def test_each_authority_has_a_key_and_what_is_wrapped_opens_for_its_own_thing_only(
    service: KeyService, wrapping: KeyServiceWrapping
) -> None:
    wrapped = await wrapping.wrap(KEY, bytes(32))
    assert await wrapping.unwrap(KEY, wrapped) == bytes(32)
    await wrapping.wrap(OTHER, bytes(32))
    assert set(service.keys) == {"forms-bristol", "forms-oxfordshire"}
    for other in (OTHER, Key("bristol", "task-2")):
        with pytest.raises(NotOpened):
            await wrapping.unwrap(other, wrapped)


async def test_keys_are_rotated_by_the_key_service(
    inner: Database, wrapping: KeyServiceWrapping, service: KeyService
) -> None:
    own = KeyRing(inner, wrapping)
    keys = [Key("bristol", str(number)) for number in range(12)]
    sealed = {key: (await own.of(key)).seal(b"words", "p") for key in keys}
    assert await own.rotate("bristol", most=5) == 12
    assert len(service.keys["forms-bristol"]) == 2
    kept = await inner.collection("keys").find().to_list(None)
    assert {each["wrapped_with"] for each in kept} == {"v.000002"}
    service.keys["forms-bristol"][0] = bytes(32)  # the old version is of no use to anybody any more
    for key, each in sealed.items():
        assert (await KeyRing(inner, wrapping).of(key)).open(each, "p") == b"words"


async def test_there_is_nothing_to_rotate_where_nothing_was_wrapped_and_the_first_use_makes_the_key(
    inner: Database, wrapping: KeyServiceWrapping, service: KeyService
) -> None:
    own = KeyRing(inner, wrapping)
    assert await own.rotate("bristol") == 0
    assert service.keys == {}
    await own.of(KEY)
    assert await own.catch_up("bristol") == 0
    assert await own.rotate("bristol") == 1
    assert {name: len(versions) for name, versions in service.keys.items()} == {"forms-bristol": 2}


async def test_a_token_that_may_create_no_key_is_told_and_what_needs_one_waits(
    wrapping: KeyServiceWrapping, service: KeyService
) -> None:
    service.may_create = False
    with pytest.raises(TryLater, match="answers 403"):
        await wrapping.wrap(KEY, bytes(32))
    service.may_create = True
    await wrapping.wrap(KEY, bytes(32))


async def test_while_it_is_away_what_is_known_is_read_and_the_rest_comes_later(
    inner: Database, wrapping: KeyServiceWrapping, service: KeyService
) -> None:
    own = KeyRing(inner, wrapping)
    await own.of(KEY)
    service.is_away = True
    await own.of(KEY)
    with pytest.raises(TryLater):
        await own.of(OTHER)
    with pytest.raises(TryLater):
        await KeyRing(inner, wrapping).of(KEY)
    service.is_away = False
    await KeyRing(inner, wrapping).of(KEY)
    nowhere = KeyServiceWrapping("http://127.0.0.1:1/v1/transit", SecretStr(TOKEN), "forms")
    with pytest.raises(TryLater):
        await nowhere.newest("bristol")
    await nowhere.close()


async def test_a_wrong_token_opens_nothing(service: KeyService) -> None:
    stranger = KeyServiceWrapping(service.url, SecretStr("wrong"), "forms")
    with pytest.raises(TryLater):
        await stranger.wrap(KEY, bytes(32))
    await stranger.close()


async def test_the_newest_is_asked_for_once_in_some_seconds(
    service: KeyService, wrapping: KeyServiceWrapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wrapping.wrap(KEY, bytes(32))
    assert [await wrapping.newest("bristol") for _ in range(3)] == ["v.000001"] * 3
    assert service.asked == 2
    at = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: at + 11)
    await wrapping.newest("bristol")
    assert service.asked == 3


def settings(**given: object) -> StoredServiceSettings:
    around = {"mongo_url": "mongodb://h", "mongo_database": "d", "amqp_url": "amqp://h", "events_key": new_key()}
    return StoredServiceSettings.model_validate({**around, **given})


def test_the_settings_say_where_wrapping_keys_are(inner: Database) -> None:
    assert isinstance(wrapping_of(settings(master_keys=new_key()), "forms", inner), EnvironmentWrapping)
    there = settings(keys_url="http://127.0.0.1/v1/transit", keys_token=TOKEN)
    assert isinstance(wrapping_of(there, "forms", inner), KeyServiceWrapping)
    with pytest.raises(ValidationError, match=r"MASTER_KEYS is missing, or KEYS_URL"):
        settings()
