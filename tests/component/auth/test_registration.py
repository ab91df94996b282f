"""Registering: three steps, a code, an account; and nobody learns who has one."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from services.auth.settings import Settings
from tests.component.auth.harness import Database, Keys, Person, code_of, other_than, running

DETAILS = {"forename": "Sandra", "surname": "Example", "address": {"street": "Test Street", "town": "Bristol"}}


async def test_three_steps_make_an_account_that_can_sign_in(somebody: Callable[[], Person]) -> None:
    person = await somebody().register()
    await person.sign_in()


async def test_what_was_typed_survives_back(somebody: Callable[[], Person]) -> None:
    person = somebody()
    registration_id = await person.start_registration()
    await person.give_credentials(registration_id)
    shown = (await person.client.get(f"/registrations/{registration_id}")).json()
    assert shown["email"] == person.email
    assert shown["details"]["organisation"] == "Hill View School"
    assert shown["code_expires_at"] is not None
    changed = shown["details"] | {"forename": "Alexandra"}
    await person.client.put(f"/registrations/{registration_id}/details", json={"details": changed})
    shown = (await person.client.get(f"/registrations/{registration_id}")).json()
    assert (shown["details"]["forename"], shown["email"]) == ("Alexandra", person.email)
    assert "password" not in str(shown)


async def test_every_missing_field_has_its_sentence_and_nothing_is_kept(gateway: AsyncClient) -> None:
    answer = await gateway.post(
        "/registrations", json={"authority": "bristol", "details": DETAILS | {"is_professional": True}}
    )
    assert answer.status_code == 422
    assert {fault["path"]: fault["message"] for fault in answer.json()["faults"]} == {
        "role": "Enter your role",
        "organisation": "Enter your organisation",
        "postcode": "Enter your postcode",
    }


async def test_address_and_password_faults_come_together(somebody: Callable[[], Person]) -> None:
    person = somebody()
    registration_id = await person.start_registration()
    body = {"email": "sandra", "password": "short", "confirm_password": "other"}
    answer = await person.client.put(f"/registrations/{registration_id}/credentials", json=body)
    assert [fault["path"] for fault in answer.json()["faults"]] == ["email", "password", "confirm_password"]


async def test_an_address_with_an_account_gets_the_same_pages_and_an_email(
    person: Person, somebody: Callable[[], Person]
) -> None:
    fresh, twin = somebody(), Person(person.client, person.mailbox, person.email.upper())
    ids = [await twin.start_registration(), await fresh.start_registration()]
    taken, free = await twin.give_credentials(ids[0]), await fresh.give_credentials(ids[1])
    assert taken.status_code == free.status_code == 200
    assert taken.json().keys() == free.json().keys()
    told = await person.mailbox.expect("auth.registration.refused.v1", person.email)
    assert told["person"]["name"] == "Sandra Example"
    guesses = [await twin.client.post(f"/registrations/{id_}/confirm", json={"code": "00000000"}) for id_ in ids]
    assert guesses[0].text == guesses[1].text
    again = [await twin.client.post(f"/registrations/{id_}/code") for id_ in ids]
    assert [answer.status_code for answer in again] == [200, 200]
    await person.sign_in()


async def test_t51_a_registrations_code_bears_five_tries_and_a_new_one_begins_anew(
    somebody: Callable[[], Person],
) -> None:
    person = somebody()
    registration_id = await person.start_registration()
    await person.give_credentials(registration_id)
    code = await person.mailbox.code(person.email, "registration")
    address = f"/registrations/{registration_id}"
    guesses = [person.client.post(f"{address}/confirm", json={"code": other_than(code)}) for _ in range(20)]
    codes = [code_of(answer) for answer in await asyncio.gather(*guesses)]
    assert codes.count("code_wrong") == 4
    assert code_of(await person.client.post(f"{address}/confirm", json={"code": code})) == "code_exhausted"
    await person.client.post(f"{address}/code")
    code = await person.mailbox.code(person.email, "registration")
    assert (await person.client.post(f"{address}/confirm", json={"code": code})).status_code == 204


async def test_a_double_click_opens_one_account_and_both_answers_are_good(
    somebody: Callable[[], Person], database: Database
) -> None:
    person = somebody()
    registration_id = await person.start_registration()
    await person.give_credentials(registration_id)
    code = await person.mailbox.code(person.email, "registration")
    address = f"/registrations/{registration_id}/confirm"
    answers = await asyncio.gather(*(person.client.post(address, json={"code": code}) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [204] * 4
    assert (await person.client.post(address, json={"code": code})).status_code == 204
    assert await database["accounts"].count_documents({"email_key": person.email}) == 1
    await person.mailbox.expect("auth.account.registered.v1", person.email)


async def test_two_registrations_of_one_address_make_one_account(somebody: Callable[[], Person]) -> None:
    person = somebody()
    address, answers = person.email, []
    pending = []
    for _ in range(2):
        registration_id = await person.start_registration()
        await person.give_credentials(registration_id)
        pending.append((registration_id, await person.mailbox.code(address, "registration")))
    for registration_id, code in pending:
        answers.append(await person.client.post(f"/registrations/{registration_id}/confirm", json={"code": code}))
    assert [answer.status_code for answer in answers] == [204, 409]
    assert code_of(answers[1]) == "address_taken"


async def test_changing_the_address_makes_the_code_of_the_first_one_useless(somebody: Callable[[], Person]) -> None:
    person, other = somebody(), somebody()
    registration_id = await person.start_registration()
    await person.give_credentials(registration_id)
    code = await person.mailbox.code(person.email, "registration")
    await other.give_credentials(registration_id)
    answer = await person.client.post(f"/registrations/{registration_id}/confirm", json={"code": code})
    assert code_of(answer) == "code_wrong"


async def test_a_registration_is_forgotten_after_a_day(
    somebody: Callable[[], Person], set_clock: Callable[[str], None]
) -> None:
    person = somebody()
    registration_id = await person.start_registration()
    set_clock("PT23H59M")
    assert (await person.client.get(f"/registrations/{registration_id}")).status_code == 200
    set_clock("P1D")
    assert code_of(await person.client.get(f"/registrations/{registration_id}")) == "registration_over"
    assert (await person.give_credentials(registration_id)).status_code == 404


async def test_a_fourth_code_within_fifteen_minutes_is_not_sent(somebody: Callable[[], Person]) -> None:
    person = somebody()
    registration_id = await person.start_registration()
    answers = [await person.give_credentials(registration_id) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].headers["Retry-After"] == "900"


async def test_nobody_registers_before_the_authority_opens(
    chosen: Settings, keys: Keys, authorities_of_2999: Path
) -> None:
    async with running(chosen.model_copy(update={"authorities_dir": authorities_of_2999}), keys) as early:
        answer = await early.post("/registrations", json={"authority": "bristol", "details": DETAILS})
    assert code_of(answer) == "not_open_yet"
    assert (
        answer.json()["detail"]
        == "You can register for Bristol Children and Families Services Portal from 16 August 2999."
    )


@pytest.fixture
def authorities_of_2999(tmp_path: Path) -> Path:
    """Bristol, opening late."""
    bristol = Path("deploy/authorities/bristol.json").read_text(encoding="utf-8")
    late = bristol.replace('"code": "bristol",', '"code": "bristol", "go_live_on": "2999-08-16",')
    (tmp_path / "bristol.json").write_text(late, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("body", ["", "[]", '{"authority": {"$ne": 1}, "details": {}}', '{"email": "\\ud800"}'])
async def test_a_body_that_is_none_is_a_bad_request(gateway: AsyncClient, body: str) -> None:
    answer = await gateway.post("/registrations", content=body)
    assert (answer.status_code, code_of(answer)) == (400, "invalid_body")


async def test_a_crash_between_account_and_registration_is_mended_by_trying_again(
    somebody: Callable[[], Person], database: Database
) -> None:
    person = somebody()
    registration_id = await person.start_registration()
    await person.give_credentials(registration_id)
    code = await person.mailbox.code(person.email, "registration")
    before = await database["registrations"].find_one({"email": person.email})
    assert before is not None
    address = f"/registrations/{registration_id}/confirm"
    assert (await person.client.post(address, json={"code": code})).status_code == 204
    await database["registrations"].replace_one({"_id": before["_id"]}, before)  # as if it had not been completed
    assert (await person.client.post(address, json={"code": code})).status_code == 204
    assert await database["accounts"].count_documents({"email_key": person.email}) == 1
    await person.sign_in()
