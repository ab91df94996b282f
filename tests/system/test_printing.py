"""Several forms printed as one PDF from the lists: what the person has, and of nobody else's a word."""

import asyncio
import io
from typing import Any
from uuid import uuid4

import pikepdf

from tests.support.council import Council
from tests.support.person import Page, Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, FORM, fill, new_email, new_id, submit

TITLE = f"{FORM}: Gabriel Example"


def bookmarks(page: Page) -> list[str]:
    assert page.response.headers["Content-Type"] == "application/pdf", page.text
    with pikepdf.open(io.BytesIO(page.response.content)) as opened, opened.open_outline() as outline:
        return [str(each.title) for each in outline.root]


def printed(person: Person, page: Page, *others: str) -> Page:
    """The forms whose boxes are ticked on a page, and others by their ids, as a browser posts them."""
    ticked = page.tree.xpath("//input[@name='task'][@checked]/@value")
    hidden = page.tree.xpath("//form[@id='selected']//input[@type='hidden'] | //input[@name='csrf']")
    data = {**{one.get("name"): one.get("value") for one in hidden}, "task": [*ticked, *others]}
    at = str(person.client.base_url).rstrip("/")
    return Page(person.client.post("/tasks/print", data=data, headers={"Origin": at}))


def select_all(person: Person, address: str) -> Page:
    return person.open(person.open(address).link("Select all on this page"))


async def test_open_and_submitted_forms_are_printed_at_once(portal: Portal, bristol: Council) -> None:
    email, ids = new_email(), [new_id() for _ in range(3)]
    for one in ids:
        await bristol.delegate(one, email)
        await bristol.expect(ACCEPTED, delegation_id=one)

    def job() -> None:
        with Person(portal.gateway) as person:
            person.register(portal.mail, email)
            tasks = person.sign_in(portal.mail, email)
            assert "Select at least one form." in printed(person, tasks).text
            submit(person, fill(person, tasks))
            both = printed(person, select_all(person, "/tasks"))
            assert bookmarks(both) == ["Forms in this document", f"1. {TITLE}", f"2. {TITLE}"]
            assert "attachment" in both.response.headers["Content-Disposition"]
            assert "Gabriel" not in both.response.headers["Content-Disposition"]
            listed = person.open("/tasks?tab=submitted")
            none = printed(person, listed)
            assert "Select at least one form." in none.text
            assert "Recently Submitted Forms" in none.text
            done = printed(person, select_all(person, "/tasks?tab=submitted"))
            assert bookmarks(done) == ["Forms in this document", f"1. {TITLE}"]

    await asyncio.to_thread(job)


async def test_what_may_not_be_read_is_left_out_and_said_so(portal: Portal, bristol: Council) -> None:
    email, other, group = new_email(), new_email("other"), f"wg-{uuid4().hex[:8]}"
    await bristol.define_group(group, [email, other])

    async def delegated(**to: Any) -> None:
        delegation_id = new_id()
        await bristol.delegate(delegation_id, **to)
        await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    for _ in range(2):
        await delegated(assignee={"kind": "work_group", "work_group_id": group})
    await delegated(email=email)

    def job() -> None:
        with Person(portal.gateway) as manager, Person(portal.gateway) as colleague:
            for person, address in ((manager, email), (colleague, other)):
                person.register(portal.mail, address)
            manager.sign_in(portal.mail, email)
            colleague.press(colleague.sign_in(portal.mail, other), "Pickup")
            group_tasks = select_all(manager, "/group-tasks")
            nothing = printed(manager, group_tasks)
            assert nothing.title.startswith("No form was printed")
            assert "1 form was not printed. Nobody has picked up this form yet." in nothing.text
            assert "1 form was not printed. Somebody else has picked up this form." in nothing.text
            assert "Gabriel" not in nothing.text
            assert nothing.link("Back to group member tasks") == "/group-tasks"
            of_group = group_tasks.tree.xpath("//input[@name='task']/@value")
            some = printed(manager, select_all(manager, "/tasks"), *of_group, "none")
            assert bookmarks(some) == ["Forms in this document", "Forms that were left out", f"1. {TITLE}"]
            unknown = printed(manager, manager.open("/tasks"), "none")
            assert "1 form was not printed. There is no such form, or it is not yours." in unknown.text
            assert unknown.link("Back to your tasks") == "/tasks"
            many = printed(manager, manager.open("/tasks"), *(f"none-{number}" for number in range(27)))
            assert "25 forms were not printed. There is no such form" in many.text
            assert "2 forms were not printed. At most 25 forms are printed at once." in many.text
            none = printed(manager, manager.open("/group-tasks"))
            assert none.title.startswith("Error: Group member tasks")

    await asyncio.to_thread(job)
