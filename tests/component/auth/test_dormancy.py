"""An account that nobody has used for long: its password is reset once the council says so, and not before."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from chassis import clock
from contracts.tasks import AccountResetAsked
from services.auth.settings import Settings
from tests.component.auth.harness import OTHER_PASSWORD, Database, Keys, Mailbox, Person, at_door, code_of, running
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually

REFUSED = "auth.reset.refused.v1"


@pytest.fixture(scope="module")
async def door(
    chosen: Settings, keys: Keys, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Any]:
    """Auth, where an account is dormant after 55 days."""
    folder = tmp_path_factory.mktemp("authorities")
    for authority in ("bristol", "oxfordshire"):
        at_door(authority, folder, dormant_days=55)
    async with running(chosen.model_copy(update={"authorities_dir": folder}), keys) as client:
        yield client


@pytest.fixture
async def user(door: Any, mailbox: Mailbox, somebody: Callable[[], Person]) -> Person:
    return await Person(door, mailbox, somebody().email).register()


async def test_after_fifty_five_days_no_code_is_sent_until_the_council_says_so(
    user: Person, database: Database, shared_broker: Broker, set_clock: Callable[[str], None]
) -> None:
    await user.sign_in()
    set_clock("P54D")
    reset_id = await user.start_reset()
    assert (await user.give_reset_code(reset_id, await user.mailbox.code(user.email, "reset"))).status_code == 204
    set_clock("P56D")
    refused_id = await user.start_reset()
    await user.mailbox.expect(REFUSED, user.email)
    assert user.mailbox.about(user.email) == []
    assert code_of(await user.give_reset_code(refused_id, "12345678")) == "code_wrong", "the page says nothing of it"
    account = await database["accounts"].find_one({"email": user.email})
    assert account is not None
    event = AccountResetAsked(authority="bristol", account_id=account["_id"], what="dormancy", asked_at=clock.now())
    await publish(shared_broker, "tasks", event, times=2)
    await eventually(lambda: database["accounts"].find_one({"_id": account["_id"], "woken_at": {"$ne": None}}))
    reset_id = await user.start_reset()
    assert (await user.give_reset_code(reset_id, await user.mailbox.code(user.email, "reset"))).status_code == 204
    assert (await user.set_password(reset_id, OTHER_PASSWORD)).status_code == 200
    user.password = OTHER_PASSWORD
    await user.sign_in()
    set_clock("P100D")
    assert (await user.ask_for_reset()).status_code == 201
    assert await user.mailbox.code(user.email, "reset"), "signing in counts"


async def test_whoever_knows_the_password_signs_in_however_late(user: Person, set_clock: Callable[[str], None]) -> None:
    set_clock("P400D")
    await user.sign_in()
