"""Which councils' forms a session does not show: each council decides for its own what is to be signed in by."""

from collections.abc import AsyncIterator, Callable

import pytest
from httpx2 import AsyncClient

from services.auth.settings import Settings
from tests.component.auth.harness import Database, Keys, Mailbox, Person, at_door, running
from tests.component.auth.test_authenticators import begin, enrolled
from tests.component.auth.test_passkeys import add, sign_in
from tests.component.auth.test_trusts import trust


@pytest.fixture(scope="module")
async def door(
    chosen: Settings, keys: Keys, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[AsyncClient]:
    """Auth, where one council insists on an authenticator app and another one trusts browsers."""
    folder = tmp_path_factory.mktemp("authorities")
    at_door("bristol", folder, trusted_days=30)
    at_door("oxfordshire", folder, second_factor="app")
    async with running(chosen.model_copy(update={"authorities_dir": folder}), keys) as client:
        yield client


@pytest.fixture
async def user(door: AsyncClient, mailbox: Mailbox, somebody: Callable[[], Person]) -> Person:
    return await Person(door, mailbox, somebody().email).register()


async def withheld(user: Person, token: str) -> list[str]:
    return list((await user.session(token)).json()["withheld"])


async def test_they_are_shown_to_whoever_has_signed_in_with_an_app(
    user: Person, set_clock: Callable[[str], None]
) -> None:
    token = await user.sign_in()
    assert await withheld(user, token) == ["oxfordshire"]
    app, _, token = await enrolled(user, token)
    assert await withheld(user, token) == ["oxfordshire"], "this session is no stronger than it was"
    set_clock("PT31S")
    opened = await user.give_code(await begin(user), app.code())
    assert await withheld(user, opened.json()["session_token"]) == []


async def test_a_passkey_is_as_good_and_a_trusted_browser_is_not(user: Person) -> None:
    authenticator = await add(user, await trust(user))
    opened = await sign_in(user, authenticator)
    assert await withheld(user, opened.json()["session_token"]) == []
    opened = await user.give_password()
    assert await withheld(user, opened.json()["session"]["session_token"]) == ["oxfordshire"]


async def test_at_its_own_door_a_council_asks_for_what_it_insists_on(user: Person) -> None:
    session = (await user.session(await trust(user, "oxfordshire"))).json()
    assert (session["withheld"], session["must_enrol"]) == ([], True)
