"""T58: whether an address has an account shows in no answer, and in no work, at any door that is open to everybody."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import reduce
from math import exp, sqrt
from operator import and_
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

import pytest
from httpx2 import Response

from chassis.telemetry import DATABASE_COMMANDS
from tests.component.auth.harness import OTHER_PASSWORD, Database, Person, code_of, other_than
from tests.component.auth.test_accounts import close
from tests.support.eventually import eventually
from tests.support.measures import Measures

Knock = Callable[[], Awaitable[Response]]
MOST_APART = 0.01
"""Seconds between the medians of what is known and what is not."""
_SURE = 0.3
"""Below it the chance is 1, and its series gets there slowly."""
OWN = re.compile(r"[\w-]{43}|\d{4}-\d\d-\d\dT[\d:.]+Z|p\.[0-9a-f]{12}")
"""What is of the one request: an id, a time, the address itself."""


async def sign_in(who: Person) -> Knock:
    return lambda: who.give_password(OTHER_PASSWORD)


async def forgotten(who: Person) -> Knock:
    return who.ask_for_reset


async def resend(who: Person) -> Knock:
    reset_id = await who.start_reset()
    return lambda: who.client.post(f"/resets/{reset_id}/code", headers=who.headers)


async def register(who: Person) -> Knock:
    registration_id = await who.start_registration()
    return lambda: who.give_credentials(registration_id)


class Door(NamedTuple):
    """One that is open to everybody."""

    begin: Callable[[Person], Awaitable[Knock]]
    times: int
    settles: bool = False
    """Whether the one before is told first: where a password is hashed, that would always fall into the next one."""


DOORS = [Door(sign_in, 60), Door(forgotten, 150), Door(resend, 150), Door(register, 30, settles=True)]


def told(answer: Response) -> tuple[int, str, list[tuple[str, str]]]:
    """All that a stranger sees."""
    headers = {name: text for name, text in answer.headers.items() if name not in {"x-request-id", "content-length"}}
    return answer.status_code, OWN.sub("", answer.text), sorted(headers.items())


class Work(NamedTuple):
    """What one answer took."""

    processor: float
    wall: float
    commands: Counter[str]


async def timed(knock: Knock) -> tuple[Work, Response]:
    commands, wall, processor = commands_sent(), perf_counter(), process_time()
    answer = await knock()
    return Work(process_time() - processor, perf_counter() - wall, commands_sent() - commands), answer


async def in_turn(
    door: Door, known: Person, somebody: Callable[[], Person], database: Database
) -> tuple[list[Work], list[Work], int]:
    """The work of what is known and of what is not, each first in its turn; and how often the answers differed."""
    work: dict[bool, list[Work]] = {True: [], False: []}
    apart = 0
    for number in range(door.times):
        await database["limits"].delete_many({})
        people, answers = {True: known.elsewhere(), False: somebody()}, []
        for is_known in sorted(people, reverse=number % 2 == 1):
            knock = await door.begin(people[is_known])
            if door.settles:
                await eventually(lambda: nothing_waits(database))
            done, answer = await timed(knock)
            work[is_known].append(done)
            answers.append(told(answer))
        apart += answers[0] != answers[1]
    return work[True], work[False], apart


@pytest.mark.parametrize("door", DOORS, ids=[door.begin.__name__ for door in DOORS])
async def test_t58_an_address_with_an_account_is_answered_and_worked_on_like_one_without(
    person: Person, somebody: Callable[[], Person], database: Database, measures: Measures, door: Door
) -> None:
    """In turn, each as often as fits into seconds: a password costs 25 ms, and the row asks for 300.

    Judged are the answers, the database's commands, and the processor's clock: on a busy machine the wall's says
    nothing. What that says is reported, as the chance that both come from one distribution (Kolmogorov, Smirnov; ADR
    0070). A code that was just sent is told the other services while the next request is on its way: `resend`.
    """
    known, unknown, apart = await in_turn(door, person, somebody, database)
    gap = abs(median([each.processor for each in known]) - median([each.processor for each in unknown]))
    ks, name = likeness([each.wall for each in known], [each.wall for each in unknown]), door.begin.__name__
    measures.report("T58", door=name, each=door.times, apart=apart, gap_ms=round(gap * 1000, 2), ks_p=round(ks, 2))
    assert apart == 0
    assert gap < MOST_APART
    # What the service sends by itself meanwhile only adds to some of them.
    sent = [reduce(and_, (each.commands for each in work)) for work in (known, unknown)]
    assert sent[0] == sent[1] != Counter()


async def test_t58_whatever_an_account_is_in_its_wrong_passwords_are_nobodys(
    person: Person, somebody: Callable[[], Person], database: Database, measures: Measures
) -> None:
    """Up to the limit and beyond: in use, locked, closed, never there, and what is no address at all."""
    locked, closed = await somebody().register(), await somebody().register()
    await database["accounts"].update_one({"email_key": locked.email}, {"$set": {"failures.sign_in": 100}})
    await close(closed, await closed.sign_in())
    closed.devices = ""
    people = [person, locked, closed, somebody(), Person(person.client, person.mailbox, "no address\x00")]
    answers = [[await who.elsewhere().give_password(OTHER_PASSWORD) for _ in range(12)] for who in people]
    kinds = {str([told(answer) for answer in row]) for row in answers}
    measures.report("T58", states=len(people), guesses=60, kinds_of_answers=len(kinds))
    assert len(kinds) == 1
    assert [code_of(answer) for answer in answers[0]] == ["sign_in_refused"] * 10 + ["too_many_guesses"] * 2


async def test_t58_a_code_for_a_reset_of_an_unknown_address_is_as_wrong_as_any(
    person: Person, somebody: Callable[[], Person]
) -> None:
    unknown = somebody()
    known_id, unknown_id = await person.start_reset(), await unknown.start_reset()
    code = await person.mailbox.code(person.email, "reset")
    answers = {
        id_: [await person.client.post(f"/resets/{id_}/confirm", json={"code": other_than(code)}) for _ in range(6)]
        for id_ in (known_id, unknown_id)
    }
    assert [a.text for a in answers[known_id]] == [a.text for a in answers[unknown_id]]
    assert code_of(await person.set_password(unknown_id, OTHER_PASSWORD)) == "reset_over"
    assert code_of(await person.set_password(known_id, OTHER_PASSWORD)) == "reset_over"
    await somebody().register()
    assert person.mailbox.about(unknown.email) == []


async def test_t58_resets_of_an_unknown_address_are_refused_as_late(
    person: Person, somebody: Callable[[], Person]
) -> None:
    for who in (person, somebody()):
        asked = [await who.ask_for_reset() for _ in range(21)]
        assert [answer.status_code for answer in asked] == [201] * 20 + [429]
        assert code_of(asked[-1]) == "too_many_resets"


async def nothing_waits(database: Database) -> bool:
    """Whether all that came of registrations has been told."""
    return await database["registrations"].count_documents({"outbox.at": {"$exists": True}}) == 0


def commands_sent() -> Counter[str]:
    """The database commands of the service so far, by name."""
    (family,) = DATABASE_COMMANDS.collect()
    return Counter({s.labels["command"]: int(s.value) for s in family.samples if s.name.endswith("_total")})


def likeness(one: list[float], other: list[float]) -> float:
    """The chance of two samples being this far apart that come from one distribution."""
    one, other = sorted(one), sorted(other)
    most = max(abs(bisect_right(one, x) / len(one) - bisect_right(other, x) / len(other)) for x in (*one, *other))
    scaled = most * sqrt(len(one) * len(other) / (len(one) + len(other)))
    if scaled < _SURE:
        return 1.0
    return 2 * sum((-1.0) ** (k - 1) * exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
