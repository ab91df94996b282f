"""T53, T54, T55: a code is good once, in the browser that asked for it, until the next one and for ten minutes."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from httpx2 import AsyncClient, Response

from tests.component.auth.harness import Database, Person, code_of
from tests.support.measures import Measures


@pytest.fixture(params=["sign_in", "reset", "registration"])
def purpose(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def who(purpose: str, person: Person, somebody: Callable[[], Person]) -> Person:
    """Somebody who has an account, or wants one."""
    return somebody() if purpose == "registration" else person


async def ask(who: Person, purpose: str) -> tuple[str, str]:
    """As one browser: the address of what waits for a code, and the code."""
    if purpose == "sign_in":
        return f"/sign-ins/{(await who.give_password()).json()['sign_in_id']}", await who.mailbox.code(who.email)
    if purpose == "reset":
        return f"/resets/{await who.start_reset()}", await who.mailbox.code(who.email, purpose)
    registration_id = await who.start_registration()
    assert (await who.give_credentials(registration_id)).status_code == 200
    return f"/registrations/{registration_id}", await who.mailbox.code(who.email, purpose)


async def give(who: Person, address: str, code: str) -> Response:
    return await who.client.post(f"{address}/confirm", json={"code": code}, headers=who.headers)


async def test_t53_one_code_given_fifty_times_at_once_at_two_instances_opens_one_session(
    person: Person,
    start: Callable[[], AbstractAsyncContextManager[AsyncClient]],
    database: Database,
    measures: Measures,
) -> None:
    sign_in_id, code = await person.start_sign_in()
    async with start() as second:
        twin = Person(second, person.mailbox, person.email)
        answers = await asyncio.gather(*((person, twin)[each % 2].give_code(sign_in_id, code) for each in range(50)))
        again = [await each.give_code(sign_in_id, code) for each in (person, twin)]
    opened = [answer.json()["session_token"] for answer in answers if answer.status_code == 201]
    kept = await database["sessions"].count_documents({"email": person.email, "token_hash": {"$exists": True}})
    measures.report("T53", at_once=50, instances=2, then=len(again), opened=len(opened), sessions=kept)
    assert len(opened) == kept == 1
    assert (await person.session(opened[0])).status_code == 200
    assert {code_of(answer) for answer in again} == {"sign_in_over"}


async def test_t54_a_code_is_refused_in_every_browser_but_its_own(
    who: Person, purpose: str, measures: Measures
) -> None:
    browsers = [who.elsewhere() for _ in range(3)]
    asked = [await ask(each, purpose) for each in browsers]
    crossed = [
        await give(browsers[mine], asked[mine][0], asked[theirs][1])
        for mine in range(3)
        for theirs in range(3)
        if mine != theirs
    ]
    refused = Counter(code_of(answer) for answer in crossed)
    measures.report("T54", purpose=purpose, browsers=3, crossed=len(crossed), refused=refused["code_wrong"])
    assert refused == {"code_wrong": 6}
    assert (await give(browsers[0], *asked[0])).status_code in {201, 204}


async def test_t55_a_code_is_refused_after_the_next_one(who: Person, purpose: str, measures: Measures) -> None:
    address, first = await ask(who, purpose)
    codes = [first]
    for _ in range(2):
        assert (await who.client.post(f"{address}/code", headers=who.headers)).status_code in {200, 204}
        codes.append(await who.mailbox.code(who.email, purpose))
    refused = Counter([code_of(await give(who, address, each)) for each in codes[:2] * 2])
    measures.report("T55", purpose=purpose, codes_of_before=4, refused=refused["code_wrong"])
    assert refused == {"code_wrong": 4}
    assert (await give(who, address, codes[2])).status_code in {201, 204}


async def test_t55_a_code_is_refused_after_ten_minutes(
    who: Person, purpose: str, set_clock: Callable[[str], None], measures: Measures
) -> None:
    address, code = await ask(who, purpose)
    refused = Counter[str]()
    for late in ("PT10M", "PT10M1S", "PT11M", "PT59M"):
        set_clock(late)
        refused[code_of(await give(who, address, code))] += 1
    measures.report("T55", purpose=purpose, late=4, refused=refused["code_expired"])
    assert refused == {"code_expired": 4}
