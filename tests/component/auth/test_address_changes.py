"""Another email address for an account: both mailboxes agree, and nobody learns whose the address is."""

from collections.abc import Callable
from typing import Any

from httpx2 import Response

from tests.component.auth.harness import Person, code_of, other_than
from tests.support.security import SecurityLog

REQUESTED = "auth.address-code.requested.v1"
READDRESSED = "auth.account.readdressed.v1"
REFUSED = "auth.registration.refused.v1"


async def start(person: Person, token: str, email: str, password: str | None = None) -> Response:
    body = {"email": email, "password": password or person.password}
    headers = {**person.headers, "Portal-Session": token}
    return await person.client.post("/address-changes", json=body, headers=headers)


async def give(person: Person, token: str, change_id: str, new: str, present: str) -> Response:
    body = {"new_code": new, "present_code": present}
    headers = {**person.headers, "Portal-Session": token}
    return await person.client.post(f"/address-changes/{change_id}/confirm", json=body, headers=headers)


async def code(person: Person, email: str) -> str:
    event = await person.mailbox.expect(REQUESTED, email)
    return person.mailbox._seal.open(event["code"], event["code_id"])


async def started(person: Person, token: str, email: str) -> tuple[str, str, str]:
    """The change's id, the new mailbox's code and the present one's."""
    answer = await start(person, token, email)
    assert answer.status_code == 201, answer.text
    return answer.json()["change_id"], await code(person, email), await code(person, person.email)


def fields(answer: Response) -> dict[str, Any]:
    return {fault["path"]: fault["code"] for fault in answer.json()["faults"]}


async def test_with_both_codes_the_address_is_the_accounts_everywhere(
    person: Person, somebody: Callable[[], Person], security_log: SecurityLog
) -> None:
    former, email = person.email, somebody().email
    tokens = [await person.sign_in(), await person.sign_in()]
    change_id, new, present = await started(person, tokens[0], email)
    assert (await give(person, tokens[0], change_id, new, present)).status_code == 204
    told = await person.mailbox.expect(READDRESSED, email)
    assert told["former"]["email"] == former
    about = told["account_id"]
    assert security_log.outcomes("address.requested", account_id=about) == ["ok"]
    assert security_log.outcomes("address.changed", account_id=about) == ["ok"]
    for token in tokens:
        assert (await person.session(token)).json()["email"] == email
    assert (await person.give_password()).status_code == 401
    person.email = email
    await person.sign_in()
    assert code_of(await give(person, tokens[0], change_id, new, present)) == "address_change_over"
    assert person.mailbox.about(email) == []


async def test_the_former_address_is_free_for_somebody_else(person: Person, somebody: Callable[[], Person]) -> None:
    email, token = somebody().email, await person.sign_in()
    assert (await give(person, token, *(await started(person, token, email)))).status_code == 204
    await person.mailbox.expect(READDRESSED, email)
    other = await Person(person.client, person.mailbox, person.email).register()
    await other.sign_in()
    assert (await person.session(token)).json()["email"] == email


async def test_codes_that_went_to_the_former_mailbox_open_nothing_any_more(
    person: Person, somebody: Callable[[], Person]
) -> None:
    email, token = somebody().email, await person.sign_in()
    sign_in_id, sign_in_code = await person.start_sign_in()
    reset_id = await person.start_reset()
    reset_code = await person.mailbox.code(person.email, "reset")
    assert (await give(person, token, *(await started(person, token, email)))).status_code == 204
    assert code_of(await person.give_code(sign_in_id, sign_in_code)) == "sign_in_over"
    assert code_of(await person.give_reset_code(reset_id, reset_code)) == "reset_over"


async def test_of_two_changes_the_second_needs_a_code_from_the_mailbox_that_is_the_accounts_by_then(
    person: Person, somebody: Callable[[], Person]
) -> None:
    token, email = await person.sign_in(), somebody().email
    first = await started(person, token, email)
    second = await started(person, token, somebody().email)
    assert (await give(person, token, *first)).status_code == 204
    assert code_of(await give(person, token, *second)) == "address_change_over"
    assert (await person.session(token)).json()["email"] == email


async def test_a_wrong_password_or_address_is_told_beside_its_field_and_ends_no_session(
    person: Person, somebody: Callable[[], Person]
) -> None:
    email, token = somebody().email, await person.sign_in()
    assert fields(await start(person, token, email, "not the password")) == {"password": "wrong_password"}
    assert fields(await start(person, token, "nowhere")) == {"email": "format"}
    assert fields(await start(person, token, person.email.upper())) == {"email": "same_address"}
    assert (await person.session(token)).status_code == 200
    assert (await start(person, "", email)).status_code == 401


async def test_passwords_cannot_be_tried_by_an_open_session(person: Person, somebody: Callable[[], Person]) -> None:
    token = await person.sign_in()
    answers = [await start(person, token, somebody().email, "not the password") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


async def test_each_wrong_code_is_named_and_five_tries_are_looked_at(
    person: Person, somebody: Callable[[], Person], security_log: SecurityLog
) -> None:
    email, token = somebody().email, await person.sign_in()
    change_id, new, present = await started(person, token, email)
    assert fields(await give(person, token, change_id, "1", "")) == {"new_code": "format", "present_code": "required"}
    assert fields(await give(person, token, change_id, new, other_than(present))) == {"present_code": "code_wrong"}
    assert fields(await give(person, token, change_id, present, new)) == {
        "new_code": "code_wrong",
        "present_code": "code_wrong",
    }
    for _ in range(3):
        await give(person, token, change_id, other_than(new), present)
    assert code_of(await give(person, token, change_id, new, present)) == "code_exhausted"
    assert security_log.outcomes("address.codes") == ["failed"] * 5
    assert (await person.session(token)).json()["email"] == person.email


async def test_nobody_learns_that_an_address_is_anothers_but_its_owner(
    person: Person, somebody: Callable[[], Person]
) -> None:
    other, token = await somebody().register(), await person.sign_in()
    answer = await start(person, token, other.email)
    assert (answer.status_code, answer.json().keys()) == (201, {"change_id"})
    await person.mailbox.expect(REFUSED, other.email)
    present = await code(person, person.email)
    wrong = await give(person, token, answer.json()["change_id"], "12345678", present)
    assert fields(wrong) == {"new_code": "code_wrong"}
    assert other.mailbox.about(other.email) == []


async def test_an_address_that_somebody_registers_meanwhile_is_theirs(
    person: Person, somebody: Callable[[], Person]
) -> None:
    other, token = somebody(), await person.sign_in()
    change_id, new, present = await started(person, token, other.email)
    await other.register()
    taken = await give(person, token, change_id, new, present)
    assert (taken.status_code, code_of(taken)) == (409, "address_taken")
    assert (await person.session(token)).json()["email"] == person.email


async def test_a_change_is_its_askers_alone(person: Person, somebody: Callable[[], Person]) -> None:
    token = await person.sign_in()
    change_id, new, present = await started(person, token, somebody().email)
    other = await somebody().register()
    stranger = await other.sign_in()
    assert code_of(await give(other, stranger, change_id, new, present)) == "address_change_over"


async def test_three_changes_are_begun_in_a_quarter_of_an_hour(person: Person, somebody: Callable[[], Person]) -> None:
    token = await person.sign_in()
    answers = [await start(person, token, somebody().email) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
