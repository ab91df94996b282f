"""A calendar program reads due dates at a secret address until that ends; no log knows the secret."""

import asyncio
from datetime import date

import httpx2
from icalendar import Calendar

from tests.support.council import Council
from tests.support.person import Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, new_email, new_id

TOLD = ("A calendar address was made", "has a new calendar address", "Your calendar address on the")


def made(person: Person, button: str) -> str:
    """Another address, from the menu."""
    page = person.open(person.open("/tasks").link("Calendar"))
    return str(person.press(page, button).tree.get_element_by_id("address").text)


def ended(person: Person) -> str:
    return person.press(person.open("/account/calendar"), "End the address").text


async def test_a_program_reads_the_dates_until_the_address_ends_and_no_log_knows_it(
    portal: Portal, bristol: Council
) -> None:
    delegation_id, email = new_id(), new_email()
    await bristol.delegate(delegation_id, email, due_on="2031-09-21")
    accepted = (await bristol.expect(ACCEPTED, delegation_id=delegation_id)).body
    logs = sorted((portal.data / "logs").glob("*.log"))
    before = {path: path.stat().st_size for path in logs}

    def subscribe() -> None:
        with Person(portal.gateway) as person, httpx2.Client(timeout=30) as program:
            person.register(portal.mail, email)
            person.sign_in(portal.mail, email)
            former, address = made(person, "Make an address"), made(person, "Make a new address")
            assert address.startswith(f"{portal.gateway}/calendar/")
            assert program.get(former).status_code == 404
            first = program.get(address)
            assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
            assert first.headers["Cache-Control"] == "private, no-cache"
            assert "Gabriel" not in first.text
            (event,) = Calendar.from_ical(first.content).walk("VEVENT")
            assert (event.decoded("dtstart"), event["uid"]) == (date(2031, 9, 21), accepted["task_id"])
            assert event["url"] == f"{portal.gateway}/forms/{accepted['task_id']}/1"
            assert accepted["reference"] in str(event["summary"])
            again = program.get(address, headers={"If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
            head = program.head(address)
            assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", first.headers["ETag"])
            assert program.post(address).status_code == 405
            assert "Your calendar address has ended." in ended(person)
            over = program.get(address)
            never = [program.get(f"{portal.gateway}/calendar/{name}.ics") for name in ("x" * 43, "short", "%00", "é")]
            assert {answer.status_code for answer in (over, *never)} == {404}
            assert all("Page not found" in answer.text for answer in (over, *never))
            told = [portal.mail.wait_for(email, subject) for subject in TOLD]
            assert not [text for each in told for text in (former, address) if text in each["Text"] + each["HTML"]]
            secrets.extend(each.rpartition("/")[2].removesuffix(".ics") for each in (former, address))

    secrets: list[str] = []
    await asyncio.to_thread(subscribe)
    written = {path.name: path.read_bytes()[before[path] :] for path in logs}
    assert any(b"calendar.changed" in text for text in written.values())
    assert [name for name, text in written.items() for secret in secrets if secret.encode() in text] == []
