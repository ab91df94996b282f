"""Trusted browsers: given by a code, asked for the password alone, and everything that ends them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, Literal
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response

from chassis import clock
from chassis.errors import NotFound
from contracts.tasks import AccountResetAsked
from services.auth.model.devices import Caller
from services.auth.settings import Settings
from services.auth.usecases.context import Auth
from services.auth.usecases.opening import open_without_code
from tests.component.auth.harness import OTHER_PASSWORD, Database, Keys, Mailbox, Person, at_door, code_of, running
from tests.component.auth.test_accounts import as_, change_details, change_password, close
from tests.component.auth.test_authenticators import enrolled
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually
from tests.support.security import SecurityLog

DEVICE = "auth.device.added.v1"


@pytest.fixture(scope="module")
async def door(
    chosen: Settings, keys: Keys, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[AsyncClient]:
    """Auth, where one council lets browsers be trusted and another one does not."""
    folder = tmp_path_factory.mktemp("authorities")
    at_door("bristol", folder, trusted_days=30)
    at_door("oxfordshire", folder, trusted_days=0)
    async with running(chosen.model_copy(update={"authorities_dir": folder}), keys) as client:
        yield client


@pytest.fixture
async def user(door: AsyncClient, mailbox: Mailbox, somebody: Callable[[], Person]) -> Person:
    return await Person(door, mailbox, somebody().email, browser="Firefox on Windows").register()


async def trust(person: Person, authority: str = "bristol") -> str:
    """Signs in and has this browser trusted; a session token."""
    body = {"authority": authority, "email": person.email, "password": person.password}
    begun = (await person.client.post("/sign-ins", json=body, headers=person.headers)).json()
    code = await person.mailbox.code(person.email)
    address = f"/sign-ins/{begun['sign_in_id']}/confirm"
    opened = await person.client.post(address, json={"code": code, "trust": True}, headers=person.headers)
    assert opened.status_code == 201, opened.text
    person.devices, person.trusts = opened.json()["devices"], opened.json()["trusts"] or person.trusts
    return str(opened.json()["session_token"])


async def is_asked(person: Person) -> bool:
    """Whether the right password leaves a code to be asked for."""
    answer = await person.give_password()
    assert answer.status_code == 201, answer.text
    if answer.json()["session"] is None:
        await person.mailbox.code(person.email)
        return True
    return False


async def shown(person: Person, token: str) -> list[dict[str, Any]]:
    answer = await person.client.get("/sessions", headers=as_(person, token))
    return list(answer.json()["trusts"])


async def end_everywhere(person: Person, token: str) -> Response:
    return await person.client.delete("/sessions/others", headers=as_(person, token))


async def test_a_trusted_browser_is_asked_for_the_password_alone(
    user: Person, set_clock: Callable[[str], None], security_log: SecurityLog
) -> None:
    assert (await user.give_password()).json()["trusted_days"] == 30
    await user.mailbox.code(user.email)
    await trust(user)
    user.network = uuid4().hex
    answer = await user.give_password()
    session = answer.json()["session"]
    view = (await user.session(session["session_token"])).json()
    assert (view["email"], view["authority"], view["must_enrol"]) == (user.email, "bristol", False)
    assert session["trusts"] == "", "what the browser holds stays as it was"
    assert security_log.outcomes("trust.given", account_id=view["account_id"], authority="bristol") == ["ok"]
    assert security_log.outcomes("sign_in.trusted", account_id=view["account_id"]) == ["ok"]
    assert code_of(await user.give_password(OTHER_PASSWORD)) == "sign_in_refused"
    assert user.mailbox.about(user.email) == [], "no code was emailed, and the browser was known"
    assert await is_asked(Person(user.client, user.mailbox, user.email)), "another browser"
    set_clock("P29DT23H")
    assert not await is_asked(user)
    set_clock("P30DT1M")
    assert await is_asked(user)


async def test_without_the_tick_nothing_is_trusted_and_where_no_days_are_granted_neither(user: Person) -> None:
    await user.sign_in()
    assert await is_asked(user)
    await trust(user, "oxfordshire")
    assert user.trusts == ""


async def test_what_one_council_lets_be_trusted_opens_nothing_at_another(user: Person) -> None:
    await trust(user)
    body = {"authority": "oxfordshire", "email": user.email, "password": user.password}
    answer = await user.client.post("/sign-ins", json=body, headers=user.headers)
    assert (answer.json()["session"], answer.json()["trusted_days"]) == (None, 0)


async def test_t50_guesses_at_a_trusted_browser_are_counted_as_ever(user: Person) -> None:
    await trust(user)
    guesses = [await user.give_password(OTHER_PASSWORD) for _ in range(10)]
    assert {code_of(guess) for guess in guesses} == {"sign_in_refused"}
    assert code_of(await user.give_password()) == "too_many_guesses"


async def test_t51_who_needs_no_code_gives_nobody_else_more_tries_of_one(user: Person, database: Database) -> None:
    await trust(user)
    await database["accounts"].update_one({"email": user.email}, {"$set": {"failures.sign_in": 99}})
    assert not await is_asked(user)
    account = await database["accounts"].find_one({"email": user.email})
    assert account is not None
    assert account["failures"] == {"sign_in": 99}


async def test_what_is_trusted_is_shown_and_ended_by_its_owner(
    user: Person, database: Database, security_log: SecurityLog
) -> None:
    token = await trust(user)
    (entry,) = await shown(user, token)
    assert (entry["authority"], entry["browser"]) == ("bristol", "Firefox on Windows")
    kept = str(await database["accounts"].find_one({"email": user.email}))
    assert user.trusts not in kept, "T65: nothing there opens anything"
    assert (await user.client.delete("/trusts", headers=as_(user, token))).status_code == 204
    assert await shown(user, token) == []
    view = (await user.session(token)).json()
    assert security_log.outcomes("trust.ended", account_id=view["account_id"]) == ["ok"]
    assert await is_asked(user)


async def test_an_account_keeps_its_last_ten(user: Person, database: Database) -> None:
    for _ in range(12):
        user.trusts = ""
        token = await trust(user)
    assert len(await shown(user, token)) == 10
    assert not await is_asked(user)


@pytest.mark.parametrize("how", ["password", "everywhere", "app"])
async def test_it_ends_with_the_password_with_signing_out_everywhere_and_with_an_app(user: Person, how: str) -> None:
    token = await trust(user)
    if how == "password":
        token = (await change_password(user, token)).json()["session_token"]
        user.password = OTHER_PASSWORD
        assert await is_asked(user)
    elif how == "everywhere":
        assert (await end_everywhere(user, token)).status_code == 204
        assert await is_asked(user)
    else:
        token = (await enrolled(user, token)).token
        assert (await user.give_password()).json()["factor"] == "app"
    assert await shown(user, token) == []


async def test_a_reset_ends_it(user: Person) -> None:
    await trust(user)
    reset_id = await user.start_reset()
    await user.give_reset_code(reset_id, await user.mailbox.code(user.email, "reset"))
    assert (await user.set_password(reset_id, OTHER_PASSWORD)).status_code == 200
    user.password = OTHER_PASSWORD
    assert await is_asked(user)


@pytest.mark.parametrize("what", ["second-factor", "dormancy"])
async def test_the_councils_reset_ends_what_was_trusted_before_it(
    user: Person, database: Database, shared_broker: Broker, what: Literal["second-factor", "dormancy"]
) -> None:
    token = await trust(user)
    account = await database["accounts"].find_one({"email": user.email})
    assert account is not None
    event = AccountResetAsked(
        authority="bristol", account_id=account["_id"], what=what, asked_at=clock.now() - timedelta(days=1)
    )
    await publish(shared_broker, "tasks", event)
    await publish(shared_broker, "tasks", event.model_copy(update={"asked_at": clock.now()}), times=2)

    async def is_over() -> bool:
        answer = await user.client.get("/sessions", headers=as_(user, token))
        return answer.status_code == 401 or answer.json()["trusts"] == []

    await eventually(is_over)
    assert await is_asked(user)


async def test_an_operator_ends_sessions_sign_ins_and_trusts_of_one_address_and_of_no_other(
    user: Person, somebody: Callable[[], Person], security_log: SecurityLog
) -> None:
    other = await Person(user.client, user.mailbox, somebody().email).register()
    theirs, token = await other.sign_in(), await trust(user)
    about, phone = (await user.session(token)).json()["account_id"], user.elsewhere()
    waiting, code = await phone.start_sign_in()
    for left in (2, 0):
        ended = await user.client.post("/ended-sessions", json={"email": user.email.upper()})
        assert (ended.status_code, ended.json()) == (200, {"ended": left})
    assert security_log.outcomes("session.ended", account_id=about, why="operator") == ["ok"]
    assert code_of(await user.session(token)) == "signed_out"
    assert code_of(await phone.give_code(waiting, code)) == "sign_in_over"
    assert await is_asked(user)
    assert (await other.session(theirs)).status_code == 200
    unknown = await user.client.post("/ended-sessions", json={"email": somebody().email})
    assert (unknown.status_code, code_of(unknown)) == (404, "no_account")


async def test_of_a_closed_account_nothing_is_left(user: Person, database: Database) -> None:
    token = await trust(user)
    account = await database["accounts"].find_one({"email": user.email})
    assert account is not None
    assert (await close(user, token)).status_code == 204
    closed = await database["accounts"].find_one({"_id": account["_id"]})
    assert closed is not None
    assert "trusts" not in closed
    assert (await user.give_password()).status_code == 401


async def test_a_new_browser_is_told_of_however_one_comes_in(user: Person) -> None:
    await trust(user)
    user.devices = ""
    assert not await is_asked(user)
    await user.mailbox.expect(DEVICE, user.email)


@pytest.mark.parametrize("change", [change_password, change_details])
async def test_what_changes_between_the_password_and_the_session_ends_that_session(
    user: Person, door: AsyncClient, database: Database, change: Callable[[Person, str], Awaitable[Response]]
) -> None:
    token = await trust(user)
    auth: Auth = door._transport.app.state.service  # type: ignore[attr-defined]
    as_read = await auth.stores.accounts.by_email(user.email)
    assert as_read is not None
    assert (await change(user, token)).status_code < 300
    with pytest.raises(NotFound):
        await open_without_code(
            auth, as_read, "bristol", by="trust", caller=Caller(), at=clock.now(), may_open=lambda _: True
        )
    assert await database["sessions"].count_documents({"email": user.email}) == 1
