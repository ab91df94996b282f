"""T47, T48, T51, T52: whoever guesses passwords or codes; what is looked at, and what gives no tries back."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import cast

import pytest
from httpx2 import AsyncClient, Response

from tests.component.auth.harness import OTHER_PASSWORD, Database, Person, code_of, looked_at, other_than
from tests.support.measures import Measures

WINDOW_SECONDS = 5 * 60


def seen(answer: Response) -> tuple[int, str, str]:
    """All that a stranger is told, but for what is of the one request."""
    own = {"date", "x-request-id"}
    return answer.status_code, answer.text, str(sorted(each for each in answer.headers.items() if each[0] not in own))


async def failures(person: Person, database: Database) -> int:
    """How many codes in a row have been guessed of an account."""
    account = await database["accounts"].find_one({"email_key": person.email})
    assert account is not None
    return cast("int", account.get("failures", {}).get("sign_in", 0))


async def another_code(person: Person, sign_in_id: str) -> Response:
    return await person.client.post(f"/sign-ins/{sign_in_id}/code", headers=person.headers)


async def test_t47_of_a_thousand_guesses_ten_are_looked_at_in_any_five_minutes(
    person: Person, somebody: Callable[[], Person], set_clock: Callable[[str], None], measures: Measures
) -> None:
    """From forty networks, 25 guesses every twenty seconds: neither a network nor the edge of a window lets more by."""
    before, nobody = looked_at("sign_in.password"), somebody()
    as_nobody = {seen(await nobody.give_password(OTHER_PASSWORD)) for _ in range(6)}
    strangers, times = [person.elsewhere() for _ in range(40)], []
    for number in range(1000):
        second = number // 25 * 20
        set_clock(f"PT{second}S")
        answer = await strangers[number % len(strangers)].give_password(OTHER_PASSWORD)
        assert seen(answer) in as_nobody
        times += [second] if code_of(answer) == "sign_in_refused" else []
    most = max(sum(at <= each < at + WINDOW_SECONDS for each in times) for at in times)
    measures.report("T47", guesses=1000, evaluated=len(times), minutes=second // 60, most_in_five_minutes=most)
    assert most == 10
    assert looked_at("sign_in.password") - before == len(times) + 5


@pytest.mark.parametrize("networks", [1, 200])
async def test_t48_of_two_hundred_guesses_at_once_at_two_instances_no_more_are_looked_at_than_may_be(
    person: Person,
    start: Callable[[], AbstractAsyncContextManager[AsyncClient]],
    set_clock: Callable[[str], None],
    measures: Measures,
    networks: int,
) -> None:
    """All are right, so each that is looked at shows; three of them before an instance is started anew."""
    strangers, limit = [person.elsewhere() for _ in range(networks)], 5 if networks == 1 else 10
    async with start() as client:
        early = [await strangers[-1].give_password(client=client) for _ in range(3)]
    assert {answer.status_code for answer in early} == {201}
    async with start() as restarted:
        turns = [(strangers[each % networks], (person.client, restarted)[each % 2]) for each in range(200)]
        answers = await asyncio.gather(*(who.give_password(client=client) for who, client in turns))
        set_clock("PT5M5S")
        later = await asyncio.gather(*(who.give_password(OTHER_PASSWORD, client) for who, client in turns[:50]))
    codes = Counter(code_of(answer) for answer in answers)
    evaluated = 3 + codes["too_many_codes"]
    measures.report("T48", at_once=200, instances=2, restarts=1, networks=networks, evaluated=evaluated, limit=limit)
    assert codes == {"too_many_codes": limit - 3, "too_many_guesses": 203 - limit}
    assert Counter(code_of(answer) for answer in later)["sign_in_refused"] == limit


async def use_up(person: Person, twin: Person, sign_in_id: str, times: int) -> None:
    """So many wrong codes at once, at two instances, then the right one: none opens anything."""
    code = await person.mailbox.code(person.email)
    wrong = ((person, twin)[each % 2].give_code(sign_in_id, other_than(code)) for each in range(times))
    answers = [*await asyncio.gather(*wrong), await person.give_code(sign_in_id, code)]
    assert Counter(map(code_of, answers)) == {"code_wrong": 4, "code_exhausted": times - 3}
    assert answers[-1].json()["faults"][0]["path"] == "code"


async def test_t51_five_guesses_of_a_code_three_codes_in_fifteen_minutes_and_a_hundred_guesses_in_all(
    person: Person,
    start: Callable[[], AbstractAsyncContextManager[AsyncClient]],
    database: Database,
    set_clock: Callable[[str], None],
    measures: Measures,
) -> None:
    """By somebody who knows the password, and goes on while there are codes; 200 at once of the first."""
    codes = quarter = 0
    async with start() as second:
        twin = Person(second, person.mailbox, person.email)
        while (begun := await person.give_password()).status_code == 201:
            sign_in_id = begun.json()["sign_in_id"]
            for each in range(3):
                assert each == 0 or (await another_code(person, sign_in_id)).status_code == 200
                await use_up(person, twin, sign_in_id, 8 if codes else 200)
                codes += 1
                assert await failures(person, database) == min(5 * codes, 100)
            assert code_of(await another_code(person, sign_in_id)) == "too_many_codes"
            quarter += 1
            set_clock(f"PT{quarter * 15 * 60 + 5}S")
    opened = await database["sessions"].count_documents({"email": person.email, "token_hash": {"$exists": True}})
    evaluated = await failures(person, database)
    measures.report("T51", codes=codes, minutes=quarter * 15, evaluated=evaluated, opened=opened, then=code_of(begun))
    assert (quarter, codes, evaluated, opened, code_of(begun)) == (7, 21, 100, 0, "locked")


async def test_t52_no_cookie_of_before_gives_a_password_more_tries(person: Person, measures: Measures) -> None:
    """One that the account knows, with what it held after each of three sign-ins."""
    kept = []
    for _ in range(3):
        await person.sign_in()
        kept.append(person.devices)
    before = looked_at("sign_in.password")
    guesses = []
    for devices in (*kept, *reversed(kept)):
        person.devices = devices
        guesses += [await person.give_password(OTHER_PASSWORD) for _ in range(10)]
    evaluated = looked_at("sign_in.password") - before
    measures.report("T52", what="cookies of before", guesses=len(guesses), evaluated=evaluated, extra=evaluated - 10)
    assert [code_of(guess) for guess in guesses] == ["sign_in_refused"] * 10 + ["too_many_guesses"] * 50
    assert evaluated == 10


async def test_t52_neither_a_new_code_nor_a_new_sign_in_gives_a_code_more_tries(
    person: Person, database: Database, measures: Measures
) -> None:
    """Of what was used up nothing comes back: not by a resend, a restart, or going back to a sign-in of before."""
    first, code = await person.start_sign_in()
    guesses = [await person.give_code(first, other_than(code)) for _ in range(6)]
    assert (await another_code(person, first)).status_code == 200
    code = await person.mailbox.code(person.email)
    guesses += [await person.give_code(first, other_than(code)) for _ in range(6)]
    second, code = await person.start_sign_in()
    guesses += [await person.give_code(second, other_than(code)) for _ in range(6)]
    guesses += [await person.give_code(first, other_than(code)) for _ in range(6)]
    assert code_of(await another_code(person, second)) == code_of(await person.give_password()) == "too_many_codes"
    guesses += [await person.give_code(each, code) for each in (first, second)]
    evaluated = await failures(person, database)
    measures.report("T52", what="codes", guesses=len(guesses), evaluated=evaluated, extra=evaluated - 3 * 5)
    assert {guess.status_code for guess in guesses} == {422}
    assert evaluated == 15
