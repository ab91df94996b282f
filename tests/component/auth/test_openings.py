"""Accounts that councils open: by message and over HTTP, twice, out of order, for two councils, and what opens them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response

from chassis import clock
from services.auth.settings import Settings
from tests.component.auth.harness import (
    OTHER_PASSWORD,
    PASSWORD,
    Database,
    Keys,
    Mailbox,
    Person,
    at_door,
    code_of,
    other_than,
    running,
)
from tests.support.broker import Broker
from tests.support.council import Council
from tests.support.eventually import eventually
from tests.support.security import SecurityLog
from tests.support.service import council as council_identity

OPENED = "council.account.opened.v1"
REJECTED = "portal.message.rejected.v1"
PASSWORD_SET = "auth.temporary-password.set.v1"
REFUSED = "auth.registration.refused.v1"
REGISTERED = "auth.account.registered.v1"
ADDRESS = {"street": "Test Street", "town": "Bristol", "postcode": "BS1 1AA"}


@pytest.fixture(scope="module")
async def door(
    chosen: Settings, keys: Keys, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Any]:
    """Auth, where both councils may open accounts."""
    folder = tmp_path_factory.mktemp("authorities")
    at_door("bristol", folder, opens_accounts=True, trusted_days=30)
    at_door("oxfordshire", folder, opens_accounts=True, temporary_password_days=2, dormant_days=1)
    async with running(chosen.model_copy(update={"authorities_dir": folder}), keys) as client:
        yield client


@pytest.fixture(scope="module")
async def bristol(shared_broker: Broker) -> AsyncIterator[Council]:
    async with Council("bristol", shared_broker.url_of("bristol"), "", "", "") as council:
        yield council


@pytest.fixture(scope="module")
async def oxfordshire(shared_broker: Broker) -> AsyncIterator[Council]:
    async with Council("oxfordshire", shared_broker.url_of("oxfordshire"), "", "", "") as council:
        yield council


@pytest.fixture
def user(door: Any, mailbox: Mailbox) -> Person:
    """Somebody who has no account."""
    return Person(door, mailbox, f"p.{uuid4().hex[:12]}@school.example")


def body(address: str, **changes: Any) -> dict[str, Any]:
    given = {"forename": "Sandra", "surname": "Example", "role": "SENCO", "organisation": "Hill View School"}
    return {"email": address, **given, **changes}


async def given(user: Person, council: Council, **changes: Any) -> str:
    """An account is opened; its temporary password."""
    await council.publish(OPENED, body(user.email, **changes))
    return (await user.mailbox.temporary_password(user.email))[0]


async def signed_in(user: Person, password: str, login: str = "", authority: str = "bristol") -> str:
    """A session, whichever is typed."""
    answer = await try_password(user, password, login, authority)
    assert answer.status_code == 201, answer.text
    answer = await user.give_code(answer.json()["sign_in_id"], await user.mailbox.code(user.email))
    assert answer.status_code == 201, answer.text
    user.devices = answer.json()["devices"]
    return str(answer.json()["session_token"])


async def try_password(user: Person, password: str, login: str = "", authority: str = "bristol") -> Response:
    typed = {"authority": authority, "email": login or user.email, "password": password}
    return await user.client.post("/sign-ins", json=typed, headers=user.headers)


async def take_over(user: Person, token: str, password: str = PASSWORD, **details: Any) -> Response:
    view = await user.client.get("/accounts/current/opening", headers={"Portal-Session": token})
    assert view.status_code == 200, view.text
    typed = {
        "details": {**view.json()["details"], "address": ADDRESS, **details},
        "password": password,
        "confirm_password": password,
    }
    headers = {"Portal-Session": token, **user.headers}
    return await user.client.put("/accounts/current/opening", json=typed, headers=headers)


async def silence(user: Person, *but: str) -> None:
    """Nothing more is told of this address: another message of the same council has been through since."""
    await asyncio.sleep(0.5)
    assert user.mailbox.about(user.email) == list(but)


async def test_an_account_opens_by_its_temporary_password_and_is_its_owners_after_that(
    user: Person, bristol: Council, security_log: SecurityLog
) -> None:
    await bristol.publish(OPENED, body(user.email, user_name="S.Example1"))
    password, event = await user.mailbox.temporary_password(user.email)
    assert len(password) == 16
    assert (event["user_name"], event["person"]["name"]) == ("bristol-s.example1", "Sandra Example")
    shown = f"{password[:4].lower()} {password[4:8]}-{password[8:]}"
    token = await signed_in(user, shown)
    view = (await user.session(token)).json()
    assert (view["must_take_over"], view["name"], view["role"]) == (True, "Sandra Example", "SENCO")
    await silence(user)
    answer = await take_over(user, token)
    assert answer.status_code == 200, answer.text
    registered = await user.mailbox.expect(REGISTERED, user.email)
    assert (registered["role"], registered["organisation"]) == ("SENCO", "Hill View School")
    assert registered["opened_by"] == ["bristol"]
    about = registered["account_id"]
    assert security_log.outcomes("account.opened", account_id=about, authority="bristol") == ["ok"]
    assert security_log.outcomes("account.taken_over", account_id=about) == ["ok"]
    assert code_of(await user.session(token)) == "signed_out", "the token is renewed"
    fresh = answer.json()["session_token"]
    assert (await user.session(fresh)).json()["must_take_over"] is False
    over = await user.client.get("/accounts/current/opening", headers={"Portal-Session": fresh})
    assert (over.status_code, code_of(over)) == (404, "opening_over")
    assert code_of(await try_password(user, password)) == "sign_in_refused"
    for login in ("", "bristol-s.example1", " Bristol-S.EXAMPLE1 "):
        assert (await user.session(await signed_in(user, PASSWORD, login))).json()["must_take_over"] is False


async def test_the_same_message_has_one_effect_and_a_later_one_voids_what_was_sent(
    user: Person, bristol: Council, database: Database
) -> None:
    message_id = await bristol.publish(OPENED, body(user.email))
    first, _ = await user.mailbox.temporary_password(user.email)
    for _ in range(3):
        await bristol.publish(OPENED, body(user.email), message_id=message_id)
    await silence(user)
    token = await signed_in(user, first)
    second = await given(user, bristol, surname="Sample")
    assert code_of(await user.session(token)) == "signed_out", "whoever came in by the former one is out"
    assert code_of(await try_password(user, first)) == "sign_in_refused"
    await bristol.publish(OPENED, body(user.email), message_id=message_id)
    await silence(user)
    assert (await user.session(await signed_in(user, second))).json()["name"] == "Sandra Sample"
    assert await database["accounts"].count_documents({"email": user.email}) == 1


async def test_of_two_the_one_that_the_council_said_later_counts_in_whatever_order_they_come(
    user: Person, bristol: Council
) -> None:
    now = clock.now()
    later, earlier = now.isoformat(), (now - timedelta(hours=1)).isoformat()
    password = await given(user, bristol, surname="Sample", opened_at=later)
    await bristol.publish(OPENED, body(user.email, opened_at=earlier))
    await bristol.publish(OPENED, body(user.email, surname="Sample", opened_at=later))
    await silence(user)
    assert (await user.session(await signed_in(user, password))).json()["name"] == "Sandra Sample"
    ahead = (now + timedelta(days=400)).isoformat()
    await given(user, bristol, opened_at=ahead)
    assert await given(user, bristol), "a clock that is ahead holds up nothing that comes after"


async def test_messages_at_once_make_one_account_and_one_password_opens_it(
    user: Person, bristol: Council, oxfordshire: Council, database: Database
) -> None:
    await asyncio.gather(*(each.publish(OPENED, body(user.email)) for each in (bristol, oxfordshire) * 3))
    passwords = [(await user.mailbox.temporary_password(user.email))[0]]
    await asyncio.sleep(2)
    passwords += [(await user.mailbox.temporary_password(user.email))[0] for _ in user.mailbox.about(user.email)]
    account = await database["accounts"].find_one({"email": user.email})
    assert account is not None
    # One that came a moment before another and was looked at after it is late.
    assert account["password_version"] == len(account["asked_by"]) == len(passwords)
    opening = [(await try_password(user.elsewhere(), password)).status_code for password in passwords]
    assert opening.count(201) == 1


async def test_an_account_in_use_stays_as_it_is_and_only_its_owner_hears_of_it(
    user: Person, bristol: Council, oxfordshire: Council, database: Database
) -> None:
    await user.register()
    before = await database["accounts"].find_one({"email": user.email}, {"outbox": 0, "asked_by": 0, "user_names": 0})
    message_id = await oxfordshire.publish(OPENED, body(user.email.upper(), forename="Else", user_name="mine"))
    told = await user.mailbox.expect(REFUSED, user.email)
    assert (told["authority"], told["by_council"]) == ("oxfordshire", True)
    await oxfordshire.publish(OPENED, body(user.email, user_name="mine"), message_id=message_id)
    await silence(user)
    after = await database["accounts"].find_one({"email": user.email}, {"outbox": 0, "asked_by": 0, "user_names": 0})
    assert after == before
    assert code_of(await try_password(user, PASSWORD, "oxfordshire-mine")) == "sign_in_refused", "nothing has changed"
    assert not [one for one in oxfordshire.received if one.body.get("message_id") == message_id]
    other = f"q.{user.email}"
    message_id = await oxfordshire.publish(OPENED, body(other, user_name="mine"))
    refused = await oxfordshire.expect(REJECTED, message_id=message_id)
    assert refused.body["code"] == "user_name_taken", "as if there had been no account: that tells nothing"
    await user.sign_in()


async def test_councils_do_not_share_user_names_and_each_has_a_name_once(
    user: Person, door: Any, mailbox: Mailbox, bristol: Council, oxfordshire: Council
) -> None:
    name = f"s{uuid4().hex[:8]}"
    other = Person(door, mailbox, f"q.{user.email}")
    password = await given(user, bristol, user_name=name)
    theirs = await given(other, oxfordshire, user_name=name.upper())
    refused_id = await bristol.publish(OPENED, body(f"r.{user.email}", user_name=name.upper()))
    refused = (await bristol.expect(REJECTED, message_id=refused_id)).body
    assert (refused["code"], refused["field"]) == ("user_name_taken", "/user_name")
    assert (await user.session(await signed_in(user, password, f"bristol-{name}"))).status_code == 200
    assert (await other.session(await signed_in(other, theirs, f"oxfordshire-{name}"))).status_code == 200
    assert code_of(await try_password(user, theirs, f"bristol-{name}")) == "sign_in_refused"
    renamed = await given(user, bristol, user_name=f"{name}.x")
    assert code_of(await try_password(user, renamed, f"bristol-{name}")) == "sign_in_refused"
    third = Person(door, mailbox, f"r.{user.email}")
    assert await given(third, bristol, user_name=name), "given up, it is free"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"user_name": "a-b"}, "invalid", "/user_name"),
        ({"user_name": "a@b"}, "invalid", "/user_name"),
        ({"user_name": ".a"}, "invalid", "/user_name"),
        ({"user_name": "a" * 64}, "invalid", "/user_name"),
        ({"user_name": "\u0430bc"}, "invalid", "/user_name"),
        ({"user_name": {"$gt": ""}}, "invalid", "/user_name"),
        ({"email": "nobody"}, "invalid", "/email"),
        ({"email": "a@sch\u00f6ol.example"}, "invalid", "/email"),
        ({"forename": ""}, "invalid", "/forename"),
        ({"surname": "x" * 201}, "invalid", "/surname"),
        ({"role": None}, "invalid", "/role"),
        ({"opened_at": "2026-01-01"}, "invalid", "/opened_at"),
        ({"authority": "oxfordshire"}, "wrong_authority", "/authority"),
    ],
)
async def test_what_cannot_be_taken_is_answered(
    user: Person, bristol: Council, changes: dict[str, Any], code: str, field: str
) -> None:
    message_id = await bristol.publish(OPENED, body(user.email, **changes))
    refused = (await bristol.expect(REJECTED, message_id=message_id)).body
    assert (refused["code"], refused["field"], refused["type"]) == (code, field, OPENED)
    assert user.mailbox.about(user.email) == []


async def test_over_http_the_same_rules_and_an_answer_at_once(user: Person, keys: Keys) -> None:
    headers = {**council_identity(keys.gateway, "auth"), "Idempotency-Key": uuid4().hex}
    address, message = f"/council-messages/{OPENED}", {"authority": "bristol", **body(user.email)}
    for _ in range(2):
        answer = await user.client.post(address, json=message, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (202, OPENED)
    assert (await user.mailbox.temporary_password(user.email))[0]
    await silence(user)
    other = await user.client.post(address, json={**message, "authority": "oxfordshire"}, headers=headers)
    assert code_of(other) == "wrong_authority"
    for name in ("council.delegation.requested.v1", "council.nothing.done.v1"):
        assert code_of(await user.client.post(f"/council-messages/{name}", json=message, headers=headers)) == (
            "unknown_message"
        )
    nameless = {**headers, "Idempotency-Key": " "}
    assert code_of(await user.client.post(address, json=message, headers=nameless)) == "idempotency_key_missing"
    assert (await user.client.post(address, json=message)).status_code == 403, "the gateway by itself is no council"


async def test_an_old_temporary_password_is_as_wrong_as_any_and_a_reset_ends_in_an_own_one(
    user: Person, oxfordshire: Council, set_clock: Callable[[str], None]
) -> None:
    password = await given(user, oxfordshire, user_name=f"u{uuid4().hex[:8]}")
    set_clock("PT47H")
    await signed_in(user, password)
    set_clock("PT49H")
    late, wrong = await try_password(user, password), await try_password(user, "Wrong-Lantern-7")
    assert (late.status_code, late.json()) == (wrong.status_code, wrong.json())
    reset_id = await user.start_reset()
    assert (await user.give_reset_code(reset_id, await user.mailbox.code(user.email, "reset"))).status_code == 204
    assert (await user.set_password(reset_id, OTHER_PASSWORD)).status_code == 200
    set_clock("P30D")
    token = await signed_in(user, OTHER_PASSWORD)
    assert (await user.session(token)).json()["must_take_over"] is True
    view = await user.client.get("/accounts/current/opening", headers={"Portal-Session": token})
    assert view.json()["needs_password"] is False
    answer = await take_over(user, token, password="")
    assert answer.status_code == 200, answer.text
    await user.mailbox.expect(REGISTERED, user.email)
    await signed_in(user, OTHER_PASSWORD)


async def test_a_password_of_ones_own_keeps_to_the_policy_and_is_not_the_temporary_one(
    user: Person, bristol: Council
) -> None:
    password = await given(user, bristol, role="", surname="Quibblethwaite")
    token = await signed_in(user, password)
    shown = "-".join(password[place : place + 4] for place in range(0, 16, 4))
    as_it_was = "temporary" if any(map(str.isdigit, shown)) else "composition"
    cases = {"short": "too_short", "Password1!": "common", shown: as_it_was, "Quibblethwaite-1": "too_easy"}
    for typed, code in cases.items():
        answer = await take_over(user, token, password=typed, role="SENCO")
        assert [(fault["path"], fault["code"]) for fault in answer.json()["faults"]] == [("password", code)], typed
    answer = await take_over(user, token, address={}, forename=" ")
    assert [fault["path"] for fault in answer.json()["faults"]] == ["forename", "role", "street", "town", "postcode"]
    assert (await take_over(user, token, role="SENCO")).status_code == 200
    assert (await user.mailbox.expect(REGISTERED, user.email))["role"] == "SENCO"


async def test_taken_over_once_however_often_finish_is_pressed(user: Person, bristol: Council) -> None:
    token = await signed_in(user, await given(user, bristol))
    answers = await asyncio.gather(*(take_over(user, token) for _ in range(4)), return_exceptions=True)
    done = [each for each in answers if isinstance(each, Response) and each.status_code == 200]
    assert len(done) == 1
    await user.mailbox.expect(REGISTERED, user.email)
    await silence(user)
    assert (await user.session(done[0].json()["session_token"])).status_code == 200


async def test_guesses_at_a_temporary_password_count_whichever_name_they_are_tried_by(
    user: Person, bristol: Council
) -> None:
    name = f"g{uuid4().hex[:8]}"
    password = await given(user, bristol, user_name=name)
    codes = []
    for number in range(12):
        stranger, login = user.elsewhere(), f"bristol-{name}" if number % 2 else user.email
        codes.append(code_of(await try_password(stranger, "ABCD EFGH JKMN PQRS", login)))
    assert codes == ["sign_in_refused"] * 10 + ["too_many_guesses"] * 2
    assert code_of(await try_password(user, password)) == "too_many_guesses"
    nobody = [code_of(await try_password(user.elsewhere(), "x", f"bristol-{name}.no")) for _ in range(11)]
    assert nobody == ["sign_in_refused"] * 10 + ["too_many_guesses"]


async def test_a_reset_by_user_name_goes_to_the_accounts_address_and_says_nothing(
    user: Person, bristol: Council
) -> None:
    name = f"r{uuid4().hex[:8]}"
    await given(user, bristol, user_name=name)
    answers = []
    for login in (f"bristol-{name}", f"bristol-{name}.no", f"oxfordshire-{name}"):
        asked = {"authority": "bristol", "email": login}
        answers.append(await user.client.post("/resets", json=asked, headers=user.headers))
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    known, unknown = (answer.json()["reset_id"] for answer in answers[:2])
    code = await user.mailbox.code(user.email, "reset")
    assert code_of(await user.give_reset_code(unknown, code)) == "code_wrong"
    assert code_of(await user.give_reset_code(known, other_than(code))) == "code_wrong"
    assert (await user.give_reset_code(known, code)).status_code == 204
    assert (await user.set_password(known, OTHER_PASSWORD)).status_code == 200
    assert await signed_in(user, OTHER_PASSWORD, f"bristol-{name}")
    faults = await user.client.post("/resets", json={"authority": "bristol", "email": "sandra"}, headers=user.headers)
    assert faults.json()["faults"][0]["code"] == "format"


async def test_an_account_that_nobody_uses_is_gone_in_time_and_its_closing_frees_its_names(
    user: Person, door: Any, mailbox: Mailbox, bristol: Council, database: Database
) -> None:
    name = f"c{uuid4().hex[:8]}"
    password = await given(user, bristol, user_name=name)
    kept = await database["accounts"].find_one({"email": user.email})
    assert kept is not None
    assert kept["opening"]["forget_at"] - kept["registered_at"] == timedelta(days=8)
    indexes = await database["accounts"].index_information()
    assert any(
        index["key"] == [("opening.forget_at", 1)] and index["expireAfterSeconds"] == 0 for index in indexes.values()
    )
    token = await signed_in(user, password)
    closed = await user.client.post(
        "/accounts/current/close", json={"password": password}, headers={"Portal-Session": token, **user.headers}
    )
    assert closed.status_code == 204
    assert await given(Person(door, mailbox, f"n.{user.email}"), bristol, user_name=name)
    again = await given(user, bristol)
    assert (await try_password(user, again)).status_code == 201, "and its address"


async def test_an_account_that_waits_is_nobodys_to_register_and_trusts_no_browser(
    user: Person, bristol: Council
) -> None:
    password = await given(user, bristol)
    registration_id = await user.start_registration()
    assert (await user.give_credentials(registration_id)).status_code == 200
    told = await user.mailbox.expect(REFUSED, user.email)
    assert told["by_council"] is False
    answer = await try_password(user, password)
    assert answer.json()["trusted_days"] == 0


async def test_where_the_authority_opens_none_it_is_refused(
    gateway: Any, keys: Keys, mailbox: Mailbox, somebody: Callable[[], Person]
) -> None:
    headers = {**council_identity(keys.gateway, "auth"), "Idempotency-Key": uuid4().hex}
    message = {"authority": "bristol", **body(somebody().email)}
    answer = await gateway.post(f"/council-messages/{OPENED}", json=message, headers=headers)
    assert (answer.status_code, code_of(answer)) == (422, "opens_no_accounts")


async def test_before_the_day_on_which_the_portal_opens_no_account_is_opened(
    chosen: Settings, keys: Keys, user: Person, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("later")
    at_door("bristol", folder, opens_accounts=True, go_live_on="2150-01-01")
    headers = {**council_identity(keys.gateway, "auth"), "Idempotency-Key": uuid4().hex}
    async with running(chosen.model_copy(update={"authorities_dir": folder}), keys) as client:
        message = {"authority": "bristol", **body(user.email)}
        answer = await client.post(f"/council-messages/{OPENED}", json=message, headers=headers)
    assert code_of(answer) == "not_open_yet"


async def test_the_temporary_password_stands_nowhere_in_clear(
    user: Person, bristol: Council, database: Database
) -> None:
    password = await given(user, bristol)
    await eventually(lambda: database["accounts"].find_one({"email": user.email, "outbox": []}))
    kept = await database["accounts"].find_one({"email": user.email})
    assert password not in str(kept)
    assert await database["outbox_sent"].count_documents({"type": PASSWORD_SET}) == 0
