"""No due date, and an internal one beside the due date: from the council's message to list, email and events."""

import asyncio
import json
from datetime import timedelta
from urllib.parse import urlencode

import aiohttp

from chassis import clock
from services.gateway.kit.views.wording import day
from tests.support.council import Council
from tests.support.eventually import eventually, stays
from tests.support.person import Person
from tests.support.portal import Portal
from tests.support.undated import UNDATED, publish_undated
from tests.system.test_main_job import ACCEPTED, FORM, SUBMITTED, new_email, new_id, submit
from tests.system.test_reminders import OVERDUE, SENT

REMINDED_BY = 21 + 5
"""Days after its date: beyond the last step, and whatever weekends and holidays put off."""


async def state(council: Council, delegation_id: str) -> dict[str, object]:
    """What the council reads of a delegation over HTTP."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        headers = {"Authorization": f"Bearer {await council.token(session)}"}
        address = f"{council.gateway}/api/council/v1/delegations/{delegation_id}"
        async with session.get(address, headers=headers) as answer:
            return dict(await answer.json())


async def test_a_form_without_a_date_is_listed_filled_in_and_submitted(portal: Portal, bristol: Council) -> None:
    form, delegation_id, email, mail = await publish_undated(bristol), new_id(), new_email(), portal.mail
    await bristol.delegate(delegation_id, email, form=form, due_on=None, prefill={})
    assert "due_on" not in (await bristol.expect(ACCEPTED, delegation_id=delegation_id)).body
    assert (await state(bristol, delegation_id))["due_on"] is None
    told = await asyncio.to_thread(mail.wait_for, email)
    assert told["Subject"].startswith(f"New form for you: {UNDATED} (BRI-")
    assert told["Subject"].endswith(")")
    assert "Please complete and submit this form. Log in" in " ".join(told["Text"].split())

    def job() -> None:
        with Person(portal.gateway) as person:
            person.register(mail, email)
            tasks = person.sign_in(mail, email)
            assert "No due date" in tasks.text
            page = person.open(tasks.link(UNDATED))
            assert "No date given" in page.text
            assert "Why this date?" not in page.text
            assert "Ask for more time" not in page.text
            address = page.address.rpartition("/forms/")[2].partition("/")[0]
            assert "This form has no due date" in person.open(f"/tasks/{address}/more-time", status=409).text
            submit(person, person.press(page, "Save", {"What did you see?": "A quiet room."}))

    await asyncio.to_thread(job)
    submitted = (await bristol.expect(SUBMITTED, delegation_id=delegation_id)).body
    assert (await bristol.fetch(submitted["pdf"]["url"])).startswith(b"%PDF")


async def test_a_council_asks_for_a_date_before_it_delegates(portal: Portal, oxfordshire: Council) -> None:
    dates = {"received_on": "2031-01-02", "due_on": "2031-02-01", "internal_due_on": "2031-01-20"}
    query = urlencode({"form": "ehc-needs-assessment-contributions", **dates})
    foreseen = json.loads(await oxfordshire.fetch(f"{portal.gateway}/api/council/v1/due-dates?{query}"))
    assert (foreseen["due_on"], foreseen["internal_due_on"]) == (dates["due_on"], dates["internal_due_on"])
    assert foreseen["why"][-1].startswith("So it is asked for by 20-Jan-2031, and required by 01-Feb-2031.")
    delegation_id, email = new_id(), new_email()
    await oxfordshire.delegate(delegation_id, email, **dates)
    await oxfordshire.expect(ACCEPTED, delegation_id=delegation_id)

    def reads() -> str:
        with Person(portal.gateway) as person:
            person.register(portal.mail, email)
            return person.open(person.sign_in(portal.mail, email).link(FORM)).text

    page = await asyncio.to_thread(reads)
    assert [line for line in foreseen["why"] if line not in page] == []


async def test_an_internal_date_is_asked_for_and_reminded_of_and_the_due_date_is_overdue(
    timed_portal: Portal, oxfordshire: Council
) -> None:
    portal, mail, delegation_id, email = timed_portal, timed_portal.mail, new_id(), new_email()
    portal.set_clock("PT0S")
    internal, due_on = (clock.today() + timedelta(days=days) for days in (40, 90))
    dates = {"due_on": due_on.isoformat(), "internal_due_on": internal.isoformat()}
    await oxfordshire.delegate(delegation_id, email, received_on=clock.today().isoformat(), **dates)
    accepted = (await oxfordshire.expect(ACCEPTED, delegation_id=delegation_id)).body
    assert {name: accepted[name] for name in dates} == dates
    told = await asyncio.to_thread(mail.wait_for, email)
    assert told["Subject"].endswith(f", due {day(internal)}")
    assert f"submit this form by {day(internal)}" in " ".join(told["Text"].split())

    def looks() -> None:
        with Person(portal.gateway) as person:
            person.register(mail, email)
            tasks = person.sign_in(mail, email)
            assert f"{day(internal)}in 40 days" in tasks.text
            page = person.open(tasks.link(FORM))
            assert f"So it is asked for by {day(internal)}, and required by {day(due_on)}." in page.text

    await asyncio.to_thread(looks)
    portal.set_clock(f"P{40 + REMINDED_BY}D")
    sent = await oxfordshire.expect(SENT, delegation_id=delegation_id)
    assert sent.body["due_on"] == internal.isoformat()
    await eventually(lambda: any(row["Subject"].startswith("Late: ") for row in mail.to(email)), every=0.5)

    def overdue() -> list[object]:
        heard = [one.body for one in oxfordshire.received if one.type == OVERDUE]
        return [body["due_on"] for body in heard if body["delegation_id"] == delegation_id]

    assert await stays(lambda: overdue() == [])
    portal.set_clock(f"P{90 + REMINDED_BY}D")
    await oxfordshire.expect(OVERDUE, delegation_id=delegation_id)
    assert set(overdue()) == {due_on.isoformat()}
