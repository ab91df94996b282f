"""Signing in: password, code, session; and what guessing gets."""

import asyncio
from collections import Counter
from collections.abc import Callable
from uuid import uuid4

from httpx2 import AsyncClient

from tests.component.auth.harness import OTHER_PASSWORD, Database, Person, code_of, other_than


async def test_password_and_code_open_a_session(person: Person) -> None:
    token = await person.sign_in()
    view = (await person.session(token)).json()
    assert view["email"] == person.email
    assert (view["name"], view["role"], view["organisation"]) == ("Sandra Example", "SENCO", "Hill View School")
    assert view["authority"] == "bristol"


async def test_the_address_is_compared_without_its_case_and_the_code_with_its_blank(person: Person) -> None:
    typed = Person(person.client, person.mailbox, person.email.upper())
    answer = await typed.give_password()
    code = await person.mailbox.code(person.email)
    assert (await person.give_code(answer.json()["sign_in_id"], f"{code[:4]} {code[4:]}")).status_code == 201


async def test_t50_the_owner_signs_in_from_a_known_browser_while_strangers_have_used_up_the_address(
    person: Person,
) -> None:
    await person.sign_in()
    strangers = [person.elsewhere() for _ in range(4)]
    guesses = [await who.give_password(OTHER_PASSWORD) for who in strangers for _ in range(4)]
    assert Counter(code_of(guess) for guess in guesses) == {"sign_in_refused": 10, "too_many_guesses": 6}
    assert code_of(await person.elsewhere().give_password()) == "too_many_guesses", "a new browser has to wait"
    await person.sign_in()


async def test_t50_a_known_browser_has_ten_tries_of_its_own(person: Person) -> None:
    await person.sign_in()
    guesses = [await person.give_password(OTHER_PASSWORD) for _ in range(11)]
    assert [code_of(guess) for guess in guesses] == ["sign_in_refused"] * 10 + ["too_many_guesses"]


async def test_a_browser_is_known_to_its_own_account_only_and_forged_ones_to_none(
    person: Person, somebody: Callable[[], Person]
) -> None:
    await person.sign_in()
    other = await somebody().register()
    for held in (person.devices, person.devices[:-1], "~".join(["a.b.c"] * 9), "...~.", "a.0.", "x" * 600):
        other.devices, other.network = held, uuid4().hex
        guesses = [await other.give_password(OTHER_PASSWORD) for _ in range(2)]
        assert {guess.status_code for guess in guesses} <= {401, 429}
    assert code_of(guesses[-1]) == "too_many_guesses", "twelve tries of one address, ten of them looked at"


async def test_a_shared_browser_is_known_to_everybody_who_signs_in_from_it(
    person: Person, somebody: Callable[[], Person]
) -> None:
    await person.sign_in()
    other = await somebody().register()
    other.devices = person.devices
    await other.sign_in()
    assert len(other.devices.split("~")) == 2
    person.devices = other.devices
    await person.sign_in()
    assert len(person.devices.split("~")) == 2


async def test_t49_twenty_wrong_passwords_from_one_network_are_evaluated(somebody: Callable[[], Person]) -> None:
    first = somebody()
    sprayed = [somebody() for _ in range(60)]
    for who in sprayed:
        who.network = first.network
    answers = await asyncio.gather(*(who.give_password() for who in sprayed))
    assert Counter(code_of(answer) for answer in answers) == {"sign_in_refused": 20, "too_many_guesses": 40}
    assert code_of(await somebody().give_password()) == "sign_in_refused", "another network"


async def test_t49_right_passwords_from_one_network_are_no_spray(
    person: Person, somebody: Callable[[], Person]
) -> None:
    for _ in range(12):
        await person.sign_in()
        person.devices = ""
    for _ in range(20):
        stranger = somebody()
        stranger.network = person.network
        assert code_of(await stranger.give_password()) == "sign_in_refused"


async def test_codes_that_are_used_do_not_add_up(person: Person) -> None:
    for _ in range(6):
        await person.sign_in()


async def test_what_is_no_code_costs_no_try(person: Person) -> None:
    sign_in_id, code = await person.start_sign_in()
    for _ in range(6):
        answer = await person.give_code(sign_in_id, "12345")
        assert answer.status_code == 422
        assert answer.json()["faults"][0]["message"] == "The code must be 8 digits, like 7685 0798"
    assert (await person.give_code(sign_in_id, code)).status_code == 201


async def test_a_hundred_wrong_codes_in_a_row_lock_until_a_reset(person: Person, database: Database) -> None:
    await database["accounts"].update_one({"email_key": person.email}, {"$set": {"failures.sign_in": 99}})
    sign_in_id, code = await person.start_sign_in()
    assert code_of(await person.give_code(sign_in_id, other_than(code))) == "code_wrong"
    assert code_of(await person.give_code(sign_in_id, code)) == "code_wrong", "the hundred and first is not looked at"
    assert code_of(await person.give_password(OTHER_PASSWORD)) == "sign_in_refused", "nobody else is told"
    assert code_of(await person.give_password()) == "locked"
    reset_id = await person.start_reset()
    code = await person.mailbox.code(person.email, "reset")
    assert (await person.client.post(f"/resets/{reset_id}/confirm", json={"code": code})).status_code == 204
    assert (await person.set_password(reset_id, OTHER_PASSWORD)).status_code == 200
    person.password = OTHER_PASSWORD
    await person.sign_in()


async def test_only_the_gateway_is_let_in(gateway: AsyncClient) -> None:
    for header in ("", "Bearer ", "Bearer nonsense"):
        answer = await gateway.post("/sign-ins", json={}, headers={"Authorization": header})
        assert answer.status_code == 401
        assert code_of(answer).startswith("token_")


async def test_an_authority_that_is_not_served_is_unknown(gateway: AsyncClient) -> None:
    body = {"authority": "atlantis", "email": "s@school.example", "password": "x"}
    answer = await gateway.post("/sign-ins", json=body)
    assert (answer.status_code, code_of(answer)) == (404, "unknown_authority")
