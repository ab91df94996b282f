"""A manager re-assigns what a member has picked up: the form goes over whole, and nobody has it twice."""

import asyncio
import re
from uuid import uuid4

from tests.support.council import Council
from tests.support.person import Page, Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, FORM, SUBMITTED, new_email, new_id

ASSIGNED = "portal.delegation.assigned.v1"


def fill(person: Person, page: Page) -> Page:
    """What is mandatory, and one answer more."""
    page = person.press(page, "Next", {"Preferred name": "Gabe"})
    return person.press(page, "Save", {"Date Assessment Completed": "01/03/2026", "Yes": True})


def re_assign(person: Person, name: str, email: str) -> Page:
    """From Group member tasks to OK."""
    listed = person.open(person.open("/tasks").link("Group member tasks"))
    assert listed.title.startswith("Group member tasks"), listed.text
    assert name in listed.text
    choices = person.open(listed.link("Re-Assign"))
    assert choices.title.startswith("Choose Professional to Re-Assign to")
    assert f"{name} has this form" in choices.text
    nobody = person.press(choices, "OK", status=422)
    assert "Select a work group or a user." in nobody.text
    return person.press(nobody, "OK", {f"Select {email}": True})


async def test_a_manager_re_assigns_a_form_and_the_draft_goes_with_it(portal: Portal, bristol: Council) -> None:
    delegation_id, group, mail = new_id(), f"wg-{uuid4().hex[:8]}", portal.mail
    morag, sandra, tom = new_email("morag"), new_email("sandra"), new_email("tom")
    await bristol.define_group(group, [morag, sandra, tom])
    await bristol.delegate(delegation_id, due_on="2031-09-21", assignee={"kind": "work_group", "work_group_id": group})
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    def job() -> Page:
        with Person(portal.gateway) as manager, Person(portal.gateway) as first, Person(portal.gateway) as second:
            manager.register(mail, morag, "Morag")
            first.register(mail, sandra, "Sandra")
            saved = fill(first, first.press(first.sign_in(mail, sandra), "Pickup"))
            assert "Re-Assign" in first.open("/tasks").text
            assert "Group member tasks" not in first.open("/tasks").text
            manager.sign_in(mail, morag)
            done = re_assign(manager, "Sandra Professional", tom)
            assert "The form was re-assigned." in done.text
            assert tom in done.text
            # The former holder is shut out at once, also with a page that was open before.
            assert "Currently Assigned Tasks (0)" in first.open("/tasks").text
            refused = first.open(saved.address, status=409)
            assert f"{tom} has this form" in refused.text
            assert "re-assigned by Morag Professional" in refused.text
            assert f"was moved to {tom} by Morag Professional" in first.open("/tasks").text
            assert "Gabriel" not in mail.wait_for(sandra, "Moved to")["Text"]
            first.press(saved, "Save", {"Date Assessment Completed": "02/02/2022"}, status=409)
            told = mail.wait_for(tom)
            assert told["Subject"].startswith("Re-assigned to you: EHC Needs Assessment Contributions (BRI-")
            assert "Gabriel" not in told["Text"]
            # The new holder, who registers only now, finds the draft as it was.
            second.register(mail, tom, "Tom")
            page = second.open(second.sign_in(mail, tom).link(FORM))
            assert "Gabe" in page.response.text
            page = second.press(page, "Next")
            assert re.search('value="0?1/0?3/2026"', page.response.text)
            page = second.press(second.press(page, "Next"), "Submit Contribution")
            return second.press(page, "Yes")

    page = await asyncio.to_thread(job)
    assert page.title.startswith("Contribution submitted"), page.text
    assigned = (await bristol.expect(ASSIGNED, delegation_id=delegation_id, how="re_assigned")).body
    assert (assigned["from"]["email"], assigned["to"]["email"], assigned["by"]) == (sandra, tom, morag)
    received = (await bristol.expect(SUBMITTED, delegation_id=delegation_id)).body
    assert [one["email"] for one in received["signed_by"]] == [tom]
    assert received["answers"]["date_assessment_completed"] == "2026-03-01"


async def test_a_holder_finds_a_colleague_by_name_and_no_name_stands_in_an_address(
    portal: Portal, bristol: Council
) -> None:
    group, mail = f"wg-{uuid4().hex[:8]}", portal.mail
    morag, ada = new_email("morag"), new_email("ada")
    await bristol.define_group(group, [morag, ada, *(new_email("p") for _ in range(60))])
    await bristol.delegate(delegation_id := new_id(), morag)
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    def job() -> None:
        with Person(portal.gateway) as manager, Person(portal.gateway) as colleague:
            manager.register(mail, morag, "Morag")
            colleague.register(mail, ada, "Ada")
            choices = manager.open(manager.sign_in(mail, morag).link("Re-Assign"))
            assert "The first 25 of 61 users are shown." in choices.text
            found = manager.press(choices, "Search", {"Search by name or email": "ada profess"})
            assert (found.address, found.response.url.query) == (choices.address, b"")
            assert "Ada Professional" in found.text
            assert "p." not in found.text.partition("Users within")[2].partition("OK")[0].replace(ada, "")
            listed = manager.press(found, "OK", {"Select Ada Professional": True})
            assert listed.address == "/tasks"
            assert "Currently Assigned Tasks (0)" in listed.text
            assert "Currently Assigned Tasks (1)" in colleague.sign_in(mail, ada).text

    await asyncio.to_thread(job)
