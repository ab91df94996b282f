"""A whole portal whose wrapping keys are in a key service: forms go their way, and `./portal keys rotate` asks it."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from commands.parts.instance import Instance
from commands.parts.ports import pick
from contracts.registry import named, stored
from tests.support.council import Council
from tests.support.key_service import TOKEN, KeyService, key_service
from tests.support.person import Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, SUBMITTED, fill, new_email, new_id, submit


@pytest.fixture
async def keys() -> AsyncIterator[KeyService]:
    async with key_service() as service:
        yield service


@pytest.fixture
async def with_key_service(tmp_path: Path, keys: KeyService) -> AsyncIterator[Portal]:
    """As an operator says it: two variables for each service, for `./portal up` and for what is done later."""
    given = {"keys_url": keys.url, "keys_token": TOKEN}
    variables = {named(name).variable(setting): value for name in stored() for setting, value in given.items()}
    portal = Portal(tmp_path / "data", pick(["gateway"], {})["gateway"], variables)
    await asyncio.to_thread(portal.up)
    yield portal
    await asyncio.to_thread(portal.down)


def wrapped_with(portal: Portal) -> dict[str, set[str]]:
    """With what the data keys that a service has for Bristol are wrapped; without services that have none."""
    with MongoClient[dict[str, Any]](Instance(portal.data).state()["mongo"]) as client:
        kept = {name: client[named(name).database]["keys"].distinct("wrapped_with") for name in stored()}
    return {name: set(found) for name, found in kept.items() if found}


def work(portal: Portal, email: str) -> None:
    with Person(portal.gateway) as person:
        person.register(portal.mail, email)
        submit(person, fill(person, person.sign_in(portal.mail, email)))


async def test_what_is_sealed_by_a_key_service_is_read_after_its_keys_were_rotated(
    with_key_service: Portal, keys: KeyService
) -> None:
    portal, delegation_id, email = with_key_service, new_id(), new_email()
    async with Council.of(portal.addresses) as bristol:
        await bristol.delegate(delegation_id, email)
        await bristol.expect(ACCEPTED, delegation_id=delegation_id)
    await asyncio.to_thread(portal.mail.wait_for, email)
    before = wrapped_with(portal)
    assert before.keys() >= {"tasks", "forms", "notify"}
    assert set().union(*before.values()) == {"v.000001"}

    rotated = await asyncio.to_thread(portal.command, "keys", "rotate", "--authority", "bristol")
    assert "auth: 0 wrapped anew" in rotated.stdout.splitlines()  # it keeps nothing about Bristol, and has no key
    assert wrapped_with(portal) == {name: {"v.000002"} for name in before}
    for name in before:
        keys.keys[f"{name}-bristol"][0] = os.urandom(32)  # the old version opens nothing any more

    await asyncio.to_thread(portal.down)
    await asyncio.to_thread(portal.up)
    async with Council.of(portal.addresses) as bristol:
        await asyncio.to_thread(work, portal, email)
        await bristol.expect(SUBMITTED, delegation_id=delegation_id)
