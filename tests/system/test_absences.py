"""Automatic Replies, from the page to the council: seen before it delegates, told when it does, and acted upon."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

from chassis import clock
from tests.support.council import Council
from tests.support.eventually import wait_until
from tests.support.person import Page, Person, Upload
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, new_email, new_id

TEXT = "I am on leave. Tom looks after my forms."


def fill(person: Person, page: Page, colleague: str) -> Page:
    """From today on for ten days."""
    days = {"First day": clock.today(), "Last day": clock.today() + timedelta(days=10)}
    typed: dict[str, str | bool | Upload] = {"Your reply": TEXT, "New forms from Bristol": f"person:{colleague}"}
    for legend, day in days.items():
        for part, number in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            typed[f"{legend} > {part}"] = str(number)
    return person.press(page, "Set automatic replies", typed)


async def test_whoever_is_away_is_seen_to_be_and_somebody_else_gets_the_form(portal: Portal, bristol: Council) -> None:
    away, tom, group = new_email("away"), new_email("tom"), f"wg-{uuid4().hex[:8]}"
    await bristol.define_group(group, [tom, away])

    def go_away() -> None:
        with Person(portal.gateway) as person:
            person.register(portal.mail, tom, "Tom")
            person.register(portal.mail, away)
            person.sign_in(portal.mail, away)
            page = wait_until(lambda: _with_colleague(person, tom))
            done = fill(person, page, tom)
            assert "The councils that know you have been told." in done.text

    await asyncio.to_thread(go_away)
    told = (await bristol.expect("portal.absence.changed.v1", email=away)).body
    assert (told["text"], told["substitute"]["email"]) == (TEXT, tom)
    seen = await bristol.fetch(f"{portal.gateway}/api/council/v1/professionals/{away}/absence")
    assert json.loads(seen)["text"] == TEXT
    delegation_id = new_id()
    await bristol.delegate(delegation_id, away)
    accepted = (await bristol.expect(ACCEPTED, delegation_id=delegation_id)).body
    assert (accepted["absence"], accepted["assigned_to"]["email"]) == (TEXT, away)
    moved = (await bristol.expect("portal.delegation.assigned.v1", delegation_id=delegation_id)).body
    assert (moved["to"]["email"], moved["how"]) == (tom, "re_routed")

    def take_over() -> None:
        portal.mail.wait_for(tom, "New form")
        with Person(portal.gateway) as person:
            assert "Currently Assigned Tasks (1)" in person.sign_in(portal.mail, tom).text

    await asyncio.to_thread(take_over)


def _with_colleague(person: Person, email: str) -> Page | None:
    """The page, as soon as tasks has heard of the colleague's registration too."""
    page = person.open("/account/automatic-replies")
    return page if email in page.response.text else None
