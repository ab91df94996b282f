"""What a page of a form and a save cost: one request to forms each, whatever forms says to the answers."""

import asyncio
import re
from urllib.request import urlopen
from uuid import uuid4

from tests.support.council import Council
from tests.support.person import Page, Person
from tests.support.portal import Portal

_ASKED = re.compile(r'portal_request_seconds_count\{.*route="/contributions/.*\} ([0-9.]+)')


def asked(portal: Portal) -> int:
    """How many requests on contributions forms has answered."""
    with urlopen(f"{portal.addresses['services']['forms']['url']}/metrics", timeout=30) as answer:
        return sum(int(float(count)) for count in _ASKED.findall(answer.read().decode()))


async def test_a_page_and_a_save_ask_forms_once_each(portal: Portal, bristol: Council) -> None:
    delegation_id, email = f"LCS-{uuid4().hex[:10]}", f"trips.{uuid4().hex[:8]}@school.example"
    await bristol.delegate(delegation_id, email)
    await bristol.expect("portal.delegation.accepted.v1", delegation_id=delegation_id)

    def job() -> tuple[int, int]:
        with Person(portal.gateway) as person:
            person.register(portal.mail, email)
            first = person.open(person.sign_in(portal.mail, email).link("EHC Needs Assessment Contributions"))
            before = asked(portal)
            page: Page = person.open(first.address)
            one_page = asked(portal) - before
            # The page that is shown after the save is the second request.
            person.press(page, "Save", {"Last name": "Example"})
            return one_page, asked(portal) - before - one_page

    assert await asyncio.to_thread(job) == (1, 2)
