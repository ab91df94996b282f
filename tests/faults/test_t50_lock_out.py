"""T50: strangers who try passwords, ask for resets and flood the hashing keep nobody out of an account."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from uuid import uuid4

import pytest

from tests.faults.house import House
from tests.faults.strangers import Stranger, network
from tests.support.mail import Mail
from tests.support.measures import Measures
from tests.support.person import PASSWORD, Page, Person

pytestmark = pytest.mark.alone

STRANGERS = 20
GUESSES = 280
CROWD = 50
HOME, ELSEWHERE = network(9001), network(9002)
CODE = re.compile(r"\b\d{4} \d{4}\b")
NEW_PASSWORD = "Fjord+Teapot-8"


@contextmanager
def registered(portal: str, mail: Mail) -> Iterator[tuple[Person, str]]:
    """The owner in a browser that was signed in from, and signed out."""
    email = f"owner.{uuid4().hex[:8]}@school.example"
    with Person(portal, HOME) as owner:
        owner.register(mail, email)
        owner.press(owner.sign_in(mail, email), "Logout")
        yield owner, email


def reset(person: Person, mail: Mail, email: str) -> Page:
    """The three steps of a reset, with the newest code of the mailbox."""
    page = person.press(person.open("/reset/1"), "Next", {"Email": email})
    text = mail.wait_for(email, "code to reset")["Text"]
    found = CODE.search(text)
    assert found
    page = person.press(page, "Next", {"Code": found[0]})
    page = person.press(page, "Finish", {"Your new password": NEW_PASSWORD, "Confirm password": NEW_PASSWORD})
    assert page.title.startswith("Password Reset Confirmation"), page.text
    return page


def sign_in_again(person: Person, mail: Mail, email: str) -> None:
    """With the new password, from the browser that has just set it."""
    seen = len(mail.codes_for(email))
    page = person.press(person.open("/sign-in"), "Submit", {"Email": email, "Password": NEW_PASSWORD})
    person.press(page, "Finish", {"Code": mail.code_for(email, more_than=seen)})


async def test_t50_the_owner_gets_in_by_a_known_browser_and_by_a_reset(house: House, measures: Measures) -> None:
    portal, mail = house.portal.gateway, house.portal.mail
    with registered(portal, mail) as (owner, email):
        async with AsyncExitStack() as stack:
            strangers = [await stack.enter_async_context(Stranger.at(portal, number)) for number in range(STRANGERS)]
            before = len(mail.to(email))
            guesses = Counter([await who.guess(email) for who in strangers for _ in range(6)])
            resets = Counter([await who.ask_for_reset(email) for who in strangers for _ in range(3)])
            mailed = len(mail.to(email)) - before
        started = time.monotonic()
        await asyncio.to_thread(owner.sign_in, mail, email)
        by_known_browser = time.monotonic() - started
        with Person(portal, ELSEWHERE) as elsewhere:
            page = elsewhere.press(
                elsewhere.open("/sign-in"), "Submit", {"Email": email, "Password": PASSWORD}, status=429
            )
            assert "too many wrong passwords" in page.text
            started = time.monotonic()
            await asyncio.to_thread(reset, elsewhere, mail, email)
            await asyncio.to_thread(sign_in_again, elsewhere, mail, email)
            by_reset = time.monotonic() - started
        measures.report(
            "T50",
            strangers=STRANGERS,
            guesses=sum(guesses.values()),
            evaluated=guesses[401],
            resets=sum(resets.values()),
            mailed=mailed,
            known_browser_in_s=round(by_known_browser, 2),
            by_reset_in_s=round(by_reset, 2),
        )
        assert guesses[401] <= 10
        assert resets == {303: 3 * STRANGERS}
        assert mailed <= 3


async def test_t50_a_flood_of_guesses_delays_nobody_elses_sign_in(house: House, measures: Measures) -> None:
    portal, mail = house.portal.gateway, house.portal.mail
    with registered(portal, mail) as (owner, email):
        for number, (guesses, askers) in enumerate(((GUESSES, 1), (CROWD, CROWD))):
            started = time.monotonic()
            async with AsyncExitStack() as stack:
                strangers = [
                    await stack.enter_async_context(Stranger.at(portal, 2000 + 1000 * number + one))
                    for one in range(askers)
                ]
                flood = [
                    asyncio.create_task(strangers[one % askers].guess(f"{uuid4().hex[:10]}@school.example"))
                    for one in range(guesses)
                ]
                try:
                    times = [await timed(owner, mail, email)]
                    with Person(portal, network(9100 + number)) as newcomer:
                        times.append(await timed(newcomer, mail, email))
                finally:
                    outcomes = Counter(await asyncio.gather(*flood))
            known, new = (round(seconds, 2) for seconds in times)
            measures.report(
                "T50",
                guesses_at_once=guesses,
                networks=askers,
                flood_in_s=round(time.monotonic() - started, 1),
                known_browser_in_s=known,
                new_browser_in_s=new,
                answers_503=outcomes[503],
            )
            assert set(outcomes) <= {401, 429} or askers > 1


async def timed(person: Person, mail: Mail, email: str) -> float:
    """How long both steps of signing in take, the emailed code among them."""
    started = time.monotonic()
    page = await asyncio.to_thread(person.sign_in, mail, email)
    taken = time.monotonic() - started
    person.press(page, "Logout")
    return taken
