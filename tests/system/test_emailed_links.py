"""Mail gateways open every link of an email before its reader does (M12): nothing is done by that."""

import asyncio
import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from lxml import html

from tests.support.council import Council
from tests.support.documents import pdf
from tests.support.eventually import wait_until
from tests.support.person import Person
from tests.support.portal import Portal
from tests.support.stored import changes, settled
from tests.system.test_main_job import ACCEPTED, SUBMITTED, new_email, new_id, submit
from tests.system.test_re_assigning import fill

_IN_TEXT = re.compile(r"https?://[^\s<>]+")
_WANTED = {
    "Changed",
    "More time",
    "New form for you",
    "New form for your work group",
    "Retracted",
    "Sent back",
    "Still with you",
    "Your code to log in to the",
    "Your code to register for the",
    "Your contribution has been submitted",
}
"""How the subjects begin of what the walk brings."""
_WHY: dict[str, str | bool] = {"Explain it to the council": "We have no record."}


def emails(portal: Portal, addresses: list[str]) -> list[dict[str, Any]]:
    return [portal.mail.read(row) for address in addresses for row in portal.mail.to(address)]


def links(sent: list[dict[str, Any]]) -> list[str]:
    """All that a mail gateway finds in them, in either body."""
    hrefs = {str(href) for each in sent for href in html.document_fromstring(each["HTML"]).xpath("//a/@href")}
    return sorted(hrefs | {address for each in sent for address in _IN_TEXT.findall(each["Text"])})


def open_all(person: Person, addresses: list[str]) -> None:
    """As a mail gateway does: it looks whether there is something, and gets it."""
    for address in addresses:
        for method in ("HEAD", "GET"):
            assert person.client.request(method, address).status_code < 500, (method, address)


def work(portal: Portal, person: Person, email: str, task_ids: dict[str, str]) -> None:
    """Registers, declines one, asks for more time for another, and submits the third."""
    person.register(portal.mail, email)
    person.sign_in(portal.mail, email)
    why: dict[str, Any] = {**_WHY, "The child or young person is not known to us": True, "The whole form": True}
    person.press(person.open(f"/tasks/{task_ids['declined']}/decline"), "Decline", why)
    until = date.today() + timedelta(days=90)  # noqa: DTZ011 - the portal's day, whatever the hour
    days = {"Day": until.day, "Month": until.month, "Year": until.year}
    longer: dict[str, Any] = {f"Until when? > {label}": str(part) for label, part in days.items()}
    longer |= {**_WHY, "Another reason": True}
    person.press(person.open(f"/tasks/{task_ids['longer']}/more-time"), "Ask for more time", longer)
    page = fill(person, person.open(f"/forms/{task_ids['submitted']}/1"))
    submit(person, person.attach(person.press(page, "Next"), "report.pdf", pdf()))


async def walk(portal: Portal, bristol: Council, person: Person, email: str) -> list[str]:
    """Everything about forms that one is emailed; the addresses that emails went to."""
    ids, group = {what: new_id() for what in ("submitted", "declined", "longer", "retracted")}, f"wg-{uuid4().hex[:8]}"
    task_ids = {}
    await bristol.define_group(group, [email])
    await bristol.delegate(new_id(), assignee={"kind": "work_group", "work_group_id": group})
    for what, delegation_id in ids.items():
        await bristol.delegate(delegation_id, email)
        task_ids[what] = (await bristol.expect(ACCEPTED, delegation_id=delegation_id)).body["task_id"]
    await asyncio.to_thread(work, portal, person, email, task_ids)
    await bristol.expect(SUBMITTED, delegation_id=ids["submitted"])
    for what, name, said in (
        ("retracted", "amended", {"comments": "See page 2."}),
        ("declined", "decided", {"decision": "refused", "comments": "You saw him in May."}),
        ("longer", "decided", {"decision": "accepted"}),
        ("submitted", "returned", {"comments": "How often?", "fields": ["preferred_name"]}),
    ):
        await bristol.publish(f"council.delegation.{name}.v1", {"delegation_id": ids[what], **said})
    await asyncio.to_thread(portal.mail.wait_for, email, "Changed")
    retracted = {"delegation_id": ids["retracted"], "reason": "Moved away."}
    await bristol.publish("council.delegation.retracted.v1", retracted)
    return [email, f"{group}@school.example"]


def is_complete(sent: list[dict[str, Any]]) -> bool:
    return all(any(each["Subject"].startswith(words) for each in sent) for words in _WANTED)


async def test_no_link_of_any_email_changes_anything_whoever_opens_it(portal: Portal, bristol: Council) -> None:
    email = new_email("links")

    def look(person: Person, addresses: list[str]) -> None:
        wait_until(lambda: is_complete(emails(portal, addresses)))
        found = links(emails(portal, addresses))
        assert found
        assert all(each.startswith(portal.gateway) for each in found), found
        before = settled(portal)
        with Person(portal.gateway) as gateway:
            open_all(gateway, found)
        assert changes(before, settled(portal)) == [], "nobody is signed in"
        # What its holder has not seen yet they have seen then (ADR 0068): their own look, not the link's doing.
        open_all(person, found)
        before = settled(portal)
        open_all(person, found)
        assert changes(before, settled(portal)) == [], "its reader is signed in"

    with Person(portal.gateway) as person:
        addresses = await walk(portal, bristol, person, email)
        await asyncio.to_thread(look, person, addresses)
