"""One email a day, from the page where it is chosen to the mailbox and back by the mail program's own button."""

import asyncio
import re
from datetime import timedelta

import httpx2

from chassis import clock
from services.notify.model import next_digest
from tests.support.council import Council
from tests.support.eventually import wait_until
from tests.support.person import Page, Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, new_email, new_id
from tests.unit.notify.test_email_templates import AUTHORITIES

SUBJECT = "Your forms: what is new"
NEW = "New form for you"


def chosen(page: Page) -> str:
    (value,) = page.tree.xpath("//input[@name='emails'][@checked]/@value")
    return str(value)


async def test_what_a_day_brings_is_one_email_until_its_reader_wants_it_otherwise(
    timed_portal: Portal, bristol: Council
) -> None:
    portal, mail, email, duty = timed_portal, timed_portal.mail, new_email("daily"), new_email("duty")
    portal.set_clock("PT0S")

    def chooses() -> None:
        with Person(portal.gateway) as person:
            person.register(mail, email)
            person.sign_in(mail, email)
            page = person.open(person.open("/account").link("Choose how often we email you"))
            assert chosen(page) == "each"
            done = person.press(page, "Save", {"One email a day": True, "An email for each thing": False})
            assert "as often as you have chosen" in done.text
            assert chosen(person.open("/account/emails")) == "daily"

    await asyncio.to_thread(chooses)
    references = []
    due_on = (clock.today() + timedelta(days=30)).isoformat()
    for _ in range(2):
        delegation_id = new_id()
        await bristol.delegate(delegation_id, email, due_on=due_on, notify_email=duty)
        references.append((await bristol.expect(ACCEPTED, delegation_id=delegation_id)).body["reference"])
        # Whoever else is told of it is told at once: then what waits is kept too.
        await asyncio.to_thread(mail.wait_for, duty, references[-1])

    def reads() -> None:
        at = clock.now()
        morning = next_digest(at, AUTHORITIES.get("bristol")) - at
        portal.set_clock(f"PT{morning.total_seconds() + 60:.0f}S")
        digest = mail.wait_for(email, SUBJECT)["Text"]
        assert [reference in digest for reference in references] == [True, True]
        portal.set_clock("PT0S")
        assert not [row for row in mail.to(email) if row["Subject"].startswith(NEW)]
        way_back = "/emails/" + str(re.findall(r"/emails/(\S+)", digest)[0])
        with Person(portal.gateway) as person:
            person.sign_in(mail, email)
            assert person.open(way_back).title.startswith("Get an email for each thing")
            assert chosen(person.open("/account/emails")) == "daily", "whoever only looks changes nothing"
            one_click = httpx2.post(portal.gateway + way_back, data={"List-Unsubscribe": "One-Click"})
            assert one_click.status_code == 200
            assert chosen(person.open("/account/emails")) == "each"

    await asyncio.to_thread(reads)
    delegation_id = new_id()
    await bristol.delegate(delegation_id, email, due_on=due_on)
    await asyncio.to_thread(wait_until, lambda: [row for row in mail.to(email) if row["Subject"].startswith(NEW)])
