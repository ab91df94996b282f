"""T43: a code's email bounces: the pages say what they say of every address, and the council hears of it."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen
from uuid import uuid4

from tests.support.council import Council
from tests.support.mail import Mail
from tests.support.measures import Measures
from tests.support.person import PASSWORD, Page, Person
from tests.support.portal import Portal

FAILED = "portal.delivery.failed.v1"
NO_SUCH_MAILBOX = {"Recipient": {"ErrorCode": 550, "Probability": 100}}


@contextmanager
def bouncing(mail: Mail) -> Iterator[None]:
    """The mail server refuses every recipient for good."""
    _set_chaos(mail, NO_SUCH_MAILBOX)
    try:
        yield
    finally:
        _set_chaos(mail, {})


def _set_chaos(mail: Mail, triggers: object) -> None:
    asked = Request(f"{mail.api}/api/v1/chaos", method="PUT", data=json.dumps(triggers).encode())
    with urlopen(asked, timeout=30):
        pass


class Walk:
    """The pages that one address is shown, with its own name taken out."""

    def __init__(self, portal: Portal, email: str) -> None:
        self.portal, self.email, self.shown = portal, email, list[tuple[str, int, str]]()

    def see(self, page: Page) -> Page:
        self.shown.append((page.address, page.response.status_code, page.text.replace(self.email, "the address")))
        return page

    def reset(self) -> None:
        with Person(self.portal.gateway) as person:
            page = self.see(person.press(person.open("/reset/1"), "Next", {"Email": self.email}))
            self.see(person.press(page, "Please send me a new code"))
            self.see(person.open("/reset/2"))
            self.see(person.press(page, "Next", {"Code": "0000 0000"}))

    def register(self) -> None:
        with Person(self.portal.gateway) as person:
            page = self.see(person.begin_registration(self.email))
            self.see(person.press(page, "Please send me a new code"))
            self.see(person.press(page, "Next", {"Code": "0000 0000"}))

    def sign_in(self) -> None:
        with Person(self.portal.gateway) as person:
            given = {"Email": self.email, "Password": PASSWORD}
            page = self.see(person.press(person.open("/sign-in"), "Submit", {**given}))
            self.see(person.open(page.address))


async def test_t43_a_code_that_bounces_tells_the_council_and_nobody_at_the_page(
    portal: Portal, bristol: Council, measures: Measures
) -> None:
    place = f"{uuid4().hex[:8]}.example"
    known, unknown = (Walk(portal, f"{name}@{place}") for name in ("known", "unknown"))
    reached = Walk(portal, known.email)
    bounces = {"reset": "k", "already_registered": "k", "sign_in": "k", "registration": "u"}

    def walk() -> None:
        for each in (known, unknown):
            each.reset()
            each.register()
        known.sign_in()

    def begin() -> None:
        with Person(portal.gateway) as owner:
            owner.register(portal.mail, known.email)
        reached.sign_in()

    await asyncio.to_thread(begin)
    with bouncing(portal.mail):
        await asyncio.to_thread(walk)
        told = [
            (await bristol.expect(FAILED, email_masked=f"{letter}***@{place}", purpose=purpose)).body
            for purpose, letter in bounces.items()
        ]
    both = len(unknown.shown)
    differ = [one[0] for one, other in zip(known.shown[:both], unknown.shown, strict=True) if one != other]
    assert differ == []
    assert known.shown[both:] == reached.shown

    measures.report("T43", pages=len(known.shown) + both, differing=len(differ), bounces_told=len(told))
    for body in told:
        assert body["reason"] == "refused by the mail server: 550"
        assert known.email not in str(body)
        assert unknown.email not in str(body)
    assert not portal.mail.codes_for(unknown.email)
