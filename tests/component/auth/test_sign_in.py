"""Signing in: password, code, session; and what guessing gets."""

import asyncio
from collections import Counter
from collections.abc import Callable
from statistics import median
from time import perf_counter

from httpx2 import AsyncClient

from services.auth.settings import Settings
from tests.component.auth.harness import OTHER_PASSWORD, Database, Keys, Person, code_of, other_than, running


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


async def test_t48_of_two_hundred_parallel_guesses_at_most_ten_are_evaluated(
    person: Person, chosen: Settings, keys: Keys
) -> None:
    async with running(chosen, keys) as second_instance:
        clients = [person.client, second_instance]
        answers = await asyncio.gather(*(person.give_password(client=clients[number % 2]) for number in range(200)))
        late = await person.give_password(client=second_instance)
    outcomes = Counter(answer.status_code for answer in answers)
    assert outcomes == {201: 3, 429: 7, 401: 190}, "all were right: ten were looked at, three got a code"
    assert late.status_code == 401


async def test_t47_a_right_password_counts_again_after_five_minutes(
    person: Person, set_clock: Callable[[str], None]
) -> None:
    for _ in range(10):
        assert (await person.give_password(OTHER_PASSWORD)).status_code == 401
    assert (await person.give_password()).status_code == 401
    set_clock("PT4M59S")
    assert (await person.give_password()).status_code == 401
    set_clock("PT5M5S")
    assert (await person.give_password()).status_code == 201


async def test_t58_unknown_wrong_and_throttled_get_the_same_answer(
    person: Person, somebody: Callable[[], Person]
) -> None:
    unknown = await somebody().give_password()
    wrong = await person.give_password(OTHER_PASSWORD)
    nonsense = await Person(person.client, person.mailbox, "no address\x00").give_password()
    assert unknown.text == wrong.text == nonsense.text
    assert code_of(unknown) == "sign_in_refused"


async def test_t58_an_unknown_address_takes_as_long_as_a_wrong_password(
    person: Person, somebody: Callable[[], Person], database: Database
) -> None:
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for _ in range(40):
        for name, who in (("known", person), ("unknown", somebody())):
            started = perf_counter()
            assert (await who.give_password(OTHER_PASSWORD)).status_code == 401
            times[name].append(perf_counter() - started)
        await database["limits"].delete_many({})
    assert abs(median(times["known"]) - median(times["unknown"])) < 0.010


async def test_t53_one_code_given_fifty_times_at_once_opens_one_session(person: Person, database: Database) -> None:
    sign_in_id, code = await person.start_sign_in()
    answers = await asyncio.gather(*(person.give_code(sign_in_id, code) for _ in range(50)))
    opened = [answer.json()["session_token"] for answer in answers if answer.status_code == 201]
    assert len(opened) == 1
    assert (await person.session(opened[0])).status_code == 200
    assert (await person.give_code(sign_in_id, code)).status_code == 404


async def test_t51_five_tries_of_a_code_are_looked_at(person: Person) -> None:
    sign_in_id, code = await person.start_sign_in()
    answers = await asyncio.gather(*(person.give_code(sign_in_id, other_than(code)) for _ in range(60)))
    assert [code_of(answer) for answer in answers].count("code_wrong") == 4
    assert [code_of(answer) for answer in answers].count("code_exhausted") == 56
    late = await person.give_code(sign_in_id, code)
    assert code_of(late) == "code_exhausted"
    assert late.json()["faults"][0]["path"] == "code"


async def test_t51_three_codes_unused_are_all_within_fifteen_minutes(
    person: Person, set_clock: Callable[[str], None]
) -> None:
    sign_in_id, _ = await person.start_sign_in()
    for _ in range(2):
        assert (await person.client.post(f"/sign-ins/{sign_in_id}/code")).status_code == 200
    refused = await person.client.post(f"/sign-ins/{sign_in_id}/code")
    assert refused.status_code == 429
    assert code_of(refused) == "too_many_codes"
    assert (await person.give_password()).status_code == 429
    set_clock("PT15M5S")
    assert (await person.give_password()).status_code == 201


async def test_codes_that_are_used_do_not_add_up(person: Person) -> None:
    for _ in range(6):
        await person.sign_in()


async def test_t54_a_code_is_good_for_its_own_sign_in_only(person: Person) -> None:
    first, first_code = await person.start_sign_in()
    second, second_code = await person.start_sign_in()
    assert code_of(await person.give_code(first, second_code)) == "code_wrong"
    assert code_of(await person.give_code(second, first_code)) == "code_wrong"
    assert (await person.give_code(second, second_code)).status_code == 201


async def test_t55_the_code_before_a_new_one_is_refused(person: Person) -> None:
    sign_in_id, old = await person.start_sign_in()
    assert (await person.client.post(f"/sign-ins/{sign_in_id}/code")).status_code == 200
    new = await person.mailbox.code(person.email)
    assert code_of(await person.give_code(sign_in_id, old)) == "code_wrong"
    assert (await person.give_code(sign_in_id, new)).status_code == 201


async def test_t55_a_code_is_refused_after_ten_minutes(person: Person, set_clock: Callable[[str], None]) -> None:
    sign_in_id, code = await person.start_sign_in()
    set_clock("PT10M")
    assert code_of(await person.give_code(sign_in_id, code)) == "code_expired"


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
    assert code_of(await person.give_password()) == "sign_in_refused"
    reset_id = await person.start_reset()
    code = await person.mailbox.code(person.email, "reset")
    assert (await person.client.post(f"/resets/{reset_id}/confirm", json={"code": code})).status_code == 204
    assert (await person.set_password(reset_id, OTHER_PASSWORD)).status_code == 204
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
