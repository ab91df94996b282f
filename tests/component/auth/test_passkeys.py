"""Passkeys: added with the password, signed in with, listed, taken away; and what a stranger gets who has none."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response

from chassis import clock
from contracts.tasks import AccountResetAsked
from services.auth.settings import Settings
from tests.component.auth.harness import OTHER_PASSWORD, PASSWORD, Database, Keys, Mailbox, Person, at_door, code_of
from tests.component.auth.harness import running as run
from tests.component.auth.test_accounts import as_, change_password, close, faults
from tests.support.authenticator import Authenticator
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually, stays
from tests.support.security import SecurityLog

CHANGED = "auth.factor.changed.v1"
SITE = {"host": "bristol.portal.example", "origin": "https://bristol.portal.example"}
OTHER_SITE = {"host": "oxfordshire.portal.example", "origin": "https://oxfordshire.portal.example"}


@pytest.fixture(scope="module")
async def door(
    chosen: Settings, keys: Keys, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[AsyncClient]:
    """Auth, where one council insists on an authenticator app and another one does not."""
    folder = tmp_path_factory.mktemp("authorities")
    at_door("bristol", folder)
    at_door("oxfordshire", folder, second_factor="app")
    async with run(chosen.model_copy(update={"authorities_dir": folder}), keys) as client:
        yield client


@pytest.fixture
async def user(door: AsyncClient, mailbox: Mailbox, somebody: Callable[[], Person]) -> Person:
    return await Person(door, mailbox, somebody().email).register()


async def ask(person: Person, token: str, *, name: str = "Phone", password: str = PASSWORD, **site: str) -> Response:
    body = {"name": name, "password": password, "site": site or SITE}
    return await person.client.post("/passkeys/challenges", json=body, headers=as_(person, token))


async def give(person: Person, token: str, challenge_id: str, answer: str) -> Response:
    body = {"challenge_id": challenge_id, "answer": answer}
    return await person.client.post("/passkeys", json=body, headers=as_(person, token))


async def add(person: Person, token: str, **lies: Any) -> Authenticator:
    """A passkey that is the account's from now on."""
    begun = (await ask(person, token)).json()
    authenticator = Authenticator(**lies)
    answer = await give(person, token, begun["challenge_id"], authenticator.make(begun["options"]))
    assert answer.status_code == 204, answer.text
    await person.mailbox.expect(CHANGED, person.email, what="passkey_added")
    return authenticator


async def listed(person: Person, token: str) -> list[dict[str, Any]]:
    answer = await person.client.get("/passkeys", headers=as_(person, token))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["passkeys"])


async def remove(person: Person, token: str, passkey_id: str, password: str = PASSWORD) -> Response:
    body = {"password": password}
    return await person.client.post(f"/passkeys/{passkey_id}/remove", json=body, headers=as_(person, token))


async def begin(person: Person, site: dict[str, str] | None = None) -> dict[str, str]:
    answer = await person.client.post("/passkey-sign-ins/challenges", json={"site": site or SITE})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def answer_with(person: Person, challenge_id: str, answer: str, authority: str = "bristol") -> Response:
    body = {"authority": authority, "challenge_id": challenge_id, "answer": answer}
    return await person.client.post("/passkey-sign-ins", json=body, headers=person.headers)


async def sign_in(person: Person, authenticator: Authenticator, authority: str = "bristol") -> Response:
    begun = await begin(person)
    return await answer_with(person, begun["challenge_id"], authenticator.sign(begun["options"]), authority)


async def test_a_passkey_is_added_and_signs_in_without_password_and_code(
    user: Person, database: Database, security_log: SecurityLog
) -> None:
    token, other = await user.sign_in(), await user.sign_in()
    authenticator = await add(user, token)
    assert code_of(await user.session(other)) == "signed_out"
    opened = await sign_in(user, authenticator)
    assert opened.status_code == 201, opened.text
    view = (await user.session(opened.json()["session_token"])).json()
    assert (view["email"], view["authority"], view["must_enrol"]) == (user.email, "bristol", False)
    assert security_log.outcomes("factor.changed", account_id=view["account_id"], what="passkey_added") == ["ok"]
    assert security_log.outcomes("sign_in.passkey", account_id=view["account_id"]) == ["ok"]
    assert user.mailbox.about(user.email) == [], "no code was emailed, and the browser was known"
    (entry,) = await listed(user, token)
    assert (entry["name"], entry["host"]) == ("Phone", "bristol.portal.example")
    assert entry["used_at"] > entry["added_at"]
    account = str(await database["accounts"].find_one({"email": user.email}))
    kept = json.loads(authenticator.sign((await begin(user))["options"]))["id"]
    assert [word for word in (kept, "'Phone'") if word in account] == [], "ids and names are sealed"


async def test_it_counts_as_both_factors_where_an_app_is_asked_for(user: Person) -> None:
    authenticator = await add(user, await user.sign_in())
    opened = await sign_in(user, authenticator, "oxfordshire")
    view = (await user.session(opened.json()["session_token"])).json()
    assert (view["authority"], view["must_enrol"]) == ("oxfordshire", False)
    body = {"authority": "oxfordshire", "email": user.email, "password": user.password}
    begun = (await user.client.post("/sign-ins", json=body, headers=user.headers)).json()
    opened = await user.give_code(begun["sign_in_id"], await user.mailbox.code(user.email))
    view = (await user.session(opened.json()["session_token"])).json()
    assert view["must_enrol"] is True, "a password and a mailbox are no more than they were"


async def test_adding_asks_for_a_name_and_the_password_and_is_over_when_it_is_answered(
    user: Person, set_clock: Callable[[str], None]
) -> None:
    token = await user.sign_in()
    assert faults(await ask(user, token, name=" ")) == {"name": "required"}
    assert faults(await ask(user, token, password="not it")) == {"password": "wrong_password"}
    begun, stranger = (await ask(user, token)).json(), await user.elsewhere().sign_in()
    authenticator = Authenticator(is_verified=False)
    bad = await give(user, token, begun["challenge_id"], authenticator.make(begun["options"]))
    assert code_of(bad) == "passkey_not_made"
    authenticator.is_verified = True
    late = await give(user, token, begun["challenge_id"], authenticator.make(begun["options"]))
    assert code_of(late) == "passkey_over", "a challenge is good once, whatever its answer was"
    begun = (await ask(user, stranger)).json()
    set_clock("PT5M1S")
    late = await give(user, stranger, begun["challenge_id"], authenticator.make(begun["options"]))
    assert code_of(late) == "passkey_over"
    assert await listed(user, stranger) == []


async def test_a_challenge_of_one_account_adds_nothing_to_another(user: Person, somebody: Callable[[], Person]) -> None:
    other = await Person(user.client, user.mailbox, somebody().email).register()
    begun = (await ask(user, await user.sign_in())).json()
    answer = Authenticator().make(begun["options"])
    assert code_of(await give(other, await other.sign_in(), begun["challenge_id"], answer)) == "passkey_over"
    sign_in_challenge = await begin(user)
    made = Authenticator().make(
        json.dumps({**json.loads(begun["options"]), **json.loads(sign_in_challenge["options"])})
    )
    assert code_of(await give(user, await user.sign_in(), sign_in_challenge["challenge_id"], made)) == "passkey_over"


async def test_ten_are_all(user: Person, database: Database) -> None:
    token = await user.sign_in()
    begun = (await ask(user, token)).json()
    for _ in range(9):
        authenticator = await add(user, token)
        await database["limits"].delete_many({})
    excluded = json.loads((await ask(user, token)).json()["options"])["excludeCredentials"]
    assert len(excluded) == 9
    assert json.loads((await ask(user, token, **OTHER_SITE)).json()["options"])["excludeCredentials"] == []
    both = [(await ask(user, token)).json() for _ in range(2)]
    answers = await asyncio.gather(
        *(give(user, token, each["challenge_id"], Authenticator().make(each["options"])) for each in both)
    )
    assert sorted(answer.status_code for answer in answers) == [204, 404]
    assert code_of(await ask(user, token)) == "too_many_passkeys"
    assert code_of(await give(user, token, begun["challenge_id"], Authenticator().make(begun["options"]))) == (
        "passkey_over"
    )
    assert len(await listed(user, token)) == 10
    assert (await sign_in(user, authenticator)).status_code == 201


async def test_it_is_taken_away_with_the_password_and_opens_nothing_then(
    user: Person, security_log: SecurityLog
) -> None:
    token = await user.sign_in()
    authenticator = await add(user, token)
    opened = (await sign_in(user, authenticator)).json()["session_token"]
    (entry,) = await listed(user, token)
    assert faults(await remove(user, token, entry["passkey_id"], "not it")) == {"password": "wrong_password"}
    assert (await remove(user, token, entry["passkey_id"])).status_code == 204
    await user.mailbox.expect(CHANGED, user.email, what="passkey_removed")
    assert security_log.outcomes("factor.changed", what="passkey_removed") == ["ok"]
    assert code_of(await user.session(opened)) == "signed_out"
    assert await listed(user, token) == []
    assert code_of(await remove(user, token, entry["passkey_id"])) == "no_passkey"
    assert code_of(await sign_in(user, authenticator)) == "passkey_refused"


async def test_one_answer_signs_in_once_however_often_it_is_given(user: Person) -> None:
    authenticator = await add(user, await user.sign_in(), counts=False)
    begun = await begin(user)
    answer = authenticator.sign(begun["options"])
    answers = await asyncio.gather(*(answer_with(user, begun["challenge_id"], answer) for _ in range(8)))
    assert Counter(each.status_code for each in answers) == {201: 1, 404: 7}
    other = await begin(user)
    assert code_of(await answer_with(user, other["challenge_id"], answer)) == "passkey_refused"


async def test_a_challenge_is_good_for_five_minutes(user: Person, set_clock: Callable[[str], None]) -> None:
    authenticator = await add(user, await user.sign_in())
    begun = await begin(user)
    set_clock("PT5M1S")
    late = await answer_with(user, begun["challenge_id"], authenticator.sign(begun["options"]))
    assert code_of(late) == "passkey_over"


async def test_a_copied_authenticator_is_refused_where_its_count_goes_back(
    user: Person, security_log: SecurityLog
) -> None:
    authenticator = await add(user, await user.sign_in())
    copied = authenticator.copy()
    for _ in range(2):
        assert (await sign_in(user, authenticator)).status_code == 201
    assert [code_of(await sign_in(user, copied)) for _ in range(2)] == ["passkey_refused"] * 2
    assert security_log.outcomes("sign_in.passkey", why="copied") == ["refused"] * 2
    assert (await sign_in(user, authenticator)).status_code == 201
    begun = [await begin(user) for _ in range(2)]
    twin = authenticator.copy()
    answers = await asyncio.gather(
        *(
            answer_with(user, each["challenge_id"], who.sign(each["options"]))
            for each, who in zip(begun, (authenticator, twin), strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 401], "the same count is taken once"


async def test_one_of_another_address_or_of_nobody_is_refused_as_a_wrong_one(
    user: Person, security_log: SecurityLog
) -> None:
    authenticator = await add(user, await user.sign_in())
    elsewhere = authenticator.copy()
    elsewhere.host, elsewhere.origin = OTHER_SITE["host"], OTHER_SITE["origin"]
    begun = await begin(user, OTHER_SITE)
    refused = [await answer_with(user, begun["challenge_id"], elsewhere.sign(begun["options"]))]
    begun = await begin(user)
    stranger = Authenticator(user=authenticator.user, credential_id=authenticator.credential_id)
    refused.append(await answer_with(user, begun["challenge_id"], stranger.sign(begun["options"])))
    begun = await begin(user)
    refused.append(await answer_with(user, begun["challenge_id"], Authenticator(user="bm8").sign(begun["options"])))
    begun = await begin(user)
    refused.append(await answer_with(user, begun["challenge_id"], "{}"))
    assert len({answer.text for answer in refused}) == 1
    assert code_of(refused[0]) == "passkey_refused"
    assert security_log.outcomes("sign_in.passkey") == ["failed"] * 4


async def test_t49_t50_a_network_has_twenty_wrong_tries_and_a_known_browser_its_own(user: Person) -> None:
    authenticator = await add(user, await user.sign_in())
    stranger = Person(user.client, user.mailbox, user.email, network=user.network)
    ids = [(await begin(stranger))["challenge_id"] for _ in range(25)]
    answers = await asyncio.gather(*(answer_with(stranger, each, "{}") for each in ids))
    assert Counter(code_of(answer) for answer in answers) == {"passkey_refused": 20, "too_many_passkey_tries": 5}
    assert code_of(await sign_in(stranger, authenticator)) == "too_many_passkey_tries"
    assert (await sign_in(user, authenticator)).status_code == 201, "its owner's browser is counted by itself"


async def test_right_ones_are_no_tries(user: Person) -> None:
    authenticator = await add(user, await user.sign_in())
    user.devices, user.network = "", uuid4().hex
    assert {(await sign_in(user, authenticator)).status_code for _ in range(22)} == {201}


async def test_t51_a_passkey_gives_nobody_more_tries_of_password_or_code(user: Person, database: Database) -> None:
    authenticator = await add(user, await user.sign_in())
    user.devices, user.network = "", uuid4().hex
    guesses = [await user.give_password(OTHER_PASSWORD) for _ in range(5)]
    assert {code_of(guess) for guess in guesses} == {"sign_in_refused"}
    await database["accounts"].update_one({"email": user.email}, {"$set": {"failures.sign_in": 99}})
    assert (await sign_in(user, authenticator)).status_code == 201
    assert code_of(await user.give_password()) == "too_many_guesses"
    account = await database["accounts"].find_one({"email": user.email})
    assert account is not None
    assert account["failures"] == {"sign_in": 99}


async def test_it_stays_with_another_password_and_goes_with_the_account(user: Person, database: Database) -> None:
    token = await user.sign_in()
    authenticator = await add(user, token)
    token = (await change_password(user, token)).json()["session_token"]
    user.password = OTHER_PASSWORD
    assert (await sign_in(user, authenticator)).status_code == 201
    account = await database["accounts"].find_one({"email": user.email})
    assert account is not None
    assert (await close(user, token)).status_code == 204
    closed = await database["accounts"].find_one({"_id": account["_id"]})
    assert closed is not None
    assert "passkeys" not in closed
    assert code_of(await sign_in(user, authenticator)) == "passkey_refused"


async def test_the_councils_reset_takes_away_what_was_there_and_nothing_since(
    user: Person, database: Database, shared_broker: Broker
) -> None:
    token = await user.sign_in()
    before = await add(user, token)
    account = await database["accounts"].find_one({"email": user.email})
    assert account is not None
    event = AccountResetAsked(
        authority="bristol", account_id=account["_id"], what="second-factor", asked_at=clock.now()
    )
    early = event.model_copy(update={"asked_at": event.asked_at - timedelta(days=1)})
    await publish(shared_broker, "tasks", early)
    assert await stays(lambda: user.mailbox.about(user.email) == []), "what was asked before it was added"
    await publish(shared_broker, "tasks", event)
    await user.mailbox.expect(CHANGED, user.email, what="passkey_removed")

    async def is_over() -> bool:
        return (await user.session(token)).status_code == 401

    await eventually(is_over)
    assert code_of(await sign_in(user, before)) == "passkey_refused"
    since = await add(user, await user.sign_in())
    await publish(shared_broker, "tasks", event)
    assert await stays(lambda: user.mailbox.about(user.email) == [])
    assert (await sign_in(user, since)).status_code == 201


async def test_signed_in_with_or_without_only_its_owner_sees_and_changes_them(user: Person) -> None:
    for answer in (
        await user.client.get("/passkeys", headers=as_(user, "x" * 43)),
        await ask(user, "x" * 43),
        await give(user, "x" * 43, "c", "{}"),
        await remove(user, "x" * 43, "k"),
    ):
        assert (answer.status_code, code_of(answer)) == (401, "signed_out")
    too_long = await answer_with(user, "c", "x" * 20_000)
    assert code_of(too_long) == "invalid_body"
