"""One's own account: details, password, where one is signed in, and a word about a new browser."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import Response

from tests.component.auth.harness import OTHER_PASSWORD, Database, Person, code_of
from tests.support.security import SecurityLog

CHANGED = "auth.account.changed.v1"
RESET = "auth.password.reset.v1"
DEVICE = "auth.device.added.v1"
CLOSED = "auth.account.closed.v1"
DETAILS = {
    "forename": "Sandra",
    "surname": "Example-Smith",
    "is_professional": True,
    "role": "Head",
    "organisation": "Hill View School",
    "address": {"street": "Test Street", "town": "Bristol", "postcode": "BS1 1AA"},
}


def as_(person: Person, token: str) -> dict[str, str]:
    return {**person.headers, "Portal-Session": token}


async def change_details(person: Person, token: str, **changes: Any) -> Response:
    body = {"details": {**DETAILS, **changes}}
    return await person.client.put("/accounts/current/details", json=body, headers=as_(person, token))


async def change_password(
    person: Person, token: str, present: str | None = None, new: str = OTHER_PASSWORD
) -> Response:
    body = {"present_password": present or person.password, "password": new, "confirm_password": new}
    return await person.client.put("/accounts/current/password", json=body, headers=as_(person, token))


async def sessions(person: Person, token: str) -> list[dict[str, Any]]:
    answer = await person.client.get("/sessions", headers=as_(person, token))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["sessions"])


def faults(answer: Response) -> dict[str, str]:
    return {fault["path"]: fault["code"] for fault in answer.json()["faults"]}


async def test_new_details_are_the_accounts_and_those_of_every_session(
    person: Person, security_log: SecurityLog
) -> None:
    token, other = await person.sign_in(), await person.sign_in()
    waiting, code = await person.start_sign_in()
    assert (await change_details(person, token)).status_code == 204
    told = await person.mailbox.expect(CHANGED, person.email)
    assert (told["person"]["name"], told["role"]) == ("Sandra Example-Smith", "Head")
    account = (await person.client.get("/accounts/current", headers=as_(person, token))).json()
    assert account["email"] == person.email
    assert account["details"]["surname"] == "Example-Smith"
    for each in (token, other, (await person.give_code(waiting, code)).json()["session_token"]):
        view = (await person.session(each)).json()
        assert (view["name"], view["role"]) == ("Sandra Example-Smith", "Head")
    assert security_log.outcomes("account.details", account_id=told["account_id"]) == ["ok"]


async def test_the_same_details_are_no_news_and_bad_ones_change_nothing(person: Person) -> None:
    token = await person.sign_in()
    assert (await change_details(person, token)).status_code == 204
    await person.mailbox.expect(CHANGED, person.email)
    assert (await change_details(person, token, surname=" Example-Smith ")).status_code == 204
    refused = await change_details(person, token, surname="", role="x" * 201)
    assert faults(refused) == {"surname": "required", "role": "too_long"}
    assert (await person.session(token)).json()["role"] == "Head"
    assert person.mailbox.about(person.email) == []


async def test_t62_another_password_ends_every_other_session_and_this_one_has_a_new_token(
    person: Person, security_log: SecurityLog
) -> None:
    token, other = await person.sign_in(), await person.sign_in()
    waiting, code = await person.start_sign_in()
    answer = await change_password(person, token)
    assert answer.status_code == 200, answer.text
    fresh = answer.json()["session_token"]
    for over in (token, other):
        assert code_of(await person.session(over)) == "signed_out"
    assert code_of(await person.give_code(waiting, code)) == "sign_in_over"
    assert (await person.session(fresh)).json()["email"] == person.email
    told = await person.mailbox.expect(RESET, person.email)
    assert security_log.outcomes("account.password", account_id=told["account_id"]) == ["ok"]
    assert (await person.give_password()).status_code == 401
    person.password, person.devices = OTHER_PASSWORD, answer.json()["devices"]
    await person.sign_in()
    assert person.mailbox.about(person.email) == [], "the browser that changed it is known"


@pytest.mark.parametrize(
    ("present", "new", "found"),
    [
        ("not the password", OTHER_PASSWORD, {"present_password": "wrong_password"}),
        (None, "Password1!", {"password": "common"}),
        (None, "short", {"password": "too_short"}),
    ],
)
async def test_a_password_is_changed_by_whoever_knows_it_to_a_good_one(
    person: Person, present: str | None, new: str, found: dict[str, str]
) -> None:
    token = await person.sign_in()
    assert faults(await change_password(person, token, present, new)) == found
    assert (await person.session(token)).status_code == 200
    assert (await person.give_password()).status_code == 201


async def test_an_open_session_is_no_way_to_try_passwords(person: Person) -> None:
    token = await person.sign_in()
    answers = [await change_password(person, token, f"guess {number}") for number in range(11)]
    assert [answer.status_code for answer in answers[:10]] == [422] * 10
    assert code_of(answers[10]) == "too_many_guesses"


async def test_of_two_changes_at_once_one_counts(person: Person) -> None:
    token = await person.sign_in()
    words = ("Fjord+Teapot-8", "Marsh+Kettle-9")
    answers = await asyncio.gather(*(change_password(person, token, new=word) for word in words))
    first, second = sorted(answer.status_code for answer in answers)
    assert first == 200
    assert second in {401, 422}, "the session is over, or the password is another one by now"
    await person.mailbox.expect(RESET, person.email)
    assert person.mailbox.about(person.email) == []


async def test_sessions_are_listed_and_ended_from_another_browser(
    person: Person, somebody: Callable[[], Person]
) -> None:
    phone, stranger = person.elsewhere(), await somebody().register()
    person.browser, phone.browser = "Firefox on Windows", "Safari on an iPhone"
    here, there = await person.sign_in(), await phone.sign_in()
    theirs = await stranger.sign_in()
    rows = await sessions(person, here)
    assert {(row["browser"], row["is_current"]) for row in rows} == {
        ("Firefox on Windows", True),
        ("Safari on an iPhone", False),
    }
    named = {row["browser"]: row["session_id"] for row in rows}
    address = f"/sessions/others/{named['Safari on an iPhone']}"
    assert (await stranger.client.delete(address, headers=as_(stranger, theirs))).status_code == 204
    assert (await phone.session(there)).status_code == 200, "nobody ends another's session"
    assert (await person.client.delete(address, headers=as_(person, here))).status_code == 204
    assert (await phone.session(there)).status_code == 401
    there = await phone.sign_in()
    waiting, code = await phone.start_sign_in()
    assert (await person.client.delete("/sessions/others", headers=as_(person, here))).status_code == 204
    assert (await phone.session(there)).status_code == 401
    assert code_of(await phone.give_code(waiting, code)) == "sign_in_over"
    assert [row["is_current"] for row in await sessions(person, here)] == [True]
    assert (await stranger.session(theirs)).status_code == 200


async def test_a_session_that_has_ended_by_itself_is_not_listed(
    person: Person, set_clock: Callable[[str], None]
) -> None:
    await person.sign_in()
    set_clock("PT31M")
    here = await person.sign_in()
    assert len(await sessions(person, here)) == 1


async def close(person: Person, token: str, password: str | None = None) -> Response:
    body = {"password": password or person.password}
    return await person.client.post("/accounts/current/close", json=body, headers=as_(person, token))


async def test_a_closed_account_is_nobodys_and_nothing_is_kept_of_whose_it_was(
    person: Person, database: Database, security_log: SecurityLog
) -> None:
    token, other = await person.sign_in(), await person.sign_in()
    waiting, code = await person.start_sign_in()
    reset_id = await person.start_reset()
    reset_code = await person.mailbox.code(person.email, "reset")
    assert faults(await close(person, token, "not the password")) == {"password": "wrong_password"}
    assert (await person.session(token)).status_code == 200
    account = await database["accounts"].find_one({"email": person.email})
    assert account is not None
    assert (await close(person, token)).status_code == 204
    told = await person.mailbox.expect(CLOSED, person.email)
    assert told["person"]["name"] == "Sandra Example"
    assert security_log.outcomes("account.closed", account_id=account["_id"]) == ["ok"]
    for each in (token, other):
        assert code_of(await person.session(each)) == "signed_out"
    assert code_of(await person.give_code(waiting, code)) == "sign_in_over"
    assert code_of(await person.give_reset_code(reset_id, reset_code)) == "reset_over"
    assert code_of(await person.give_password()) == "sign_in_refused"
    assert code_of(await close(person, token)) == "signed_out"
    left = await database["accounts"].find_one({"_id": account["_id"]}, {"outbox": 0})
    assert left is not None
    assert {"email", "details", "password_hash"} & left.keys() == set()
    assert person.email not in str(left)


async def test_whoever_closed_an_account_may_register_again(person: Person) -> None:
    assert (await close(person, await person.sign_in())).status_code == 204
    await person.mailbox.expect(CLOSED, person.email)
    await person.register()
    await person.sign_in()
    assert person.mailbox.about(person.email) == []


async def test_the_owner_hears_of_a_new_browser_but_not_of_the_first_nor_of_one_that_is_known(person: Person) -> None:
    await person.sign_in()
    await person.sign_in()
    assert person.mailbox.about(person.email) == []
    stranger = person.elsewhere()
    stranger.browser = "Chrome on Linux"
    await stranger.sign_in()
    told = await person.mailbox.expect(DEVICE, person.email)
    assert told["browser"] == "Chrome on Linux"
    await stranger.sign_in()
    assert person.mailbox.about(person.email) == []


async def test_nobody_without_a_session_sees_or_changes_an_account(person: Person, database: Database) -> None:
    shown = {"details": 1, "password_hash": 1, "password_version": 1}
    before = await database["accounts"].find_one({"email": person.email}, shown)
    for answer in (
        await person.client.get("/accounts/current", headers=as_(person, "nobody")),
        await person.client.get("/sessions", headers=as_(person, "nobody")),
        await person.client.delete("/sessions/others", headers=as_(person, "nobody")),
        await change_details(person, "nobody"),
        await change_password(person, "nobody"),
    ):
        assert code_of(answer) == "signed_out"
    assert await database["accounts"].find_one({"email": person.email}, shown) == before
