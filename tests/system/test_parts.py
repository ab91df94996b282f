"""Parts of a form are declined: from the page to the council, its answer from the shell, the event, and a return."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.support.council import Council
from tests.support.person import Page, Person
from tests.support.portal import Portal
from tests.system.test_conditions import question, shown

ACCEPTED = "portal.delegation.accepted.v1"
SUBMITTED = "portal.contribution.submitted.v1"


def definition(code: str) -> dict[str, Any]:
    hearing = [question("aids", "Are there hearing aids?", "Worn", "None"), question("level", "What can be heard?")]
    sight = [question("noise", "Do they whistle?", when=("aids", "Worn")), question("sees", "What can be seen?")]
    return {
        "resourceType": "Questionnaire",
        "url": f"https://council.example/forms/{code}",
        "version": "1",
        "title": "Two senses",
        "status": "active",
        "item": [
            {"linkId": "hearing", "type": "group", "text": "Hearing", "item": hearing},
            {"linkId": "sight", "type": "group", "text": "Sight", "item": sight},
        ],
    }


def decline_hearing(person: Person, page: Page) -> None:
    page = person.press(person.press(page, "Save", {"Worn": True}), "Decline this form")
    said: dict[str, str | bool] = {"Parts of it": True, "Hearing": True, "Somebody else should be asked": True}
    page = person.press(page, "Decline", {**said, "Explain it to the council": "We test sight only."})
    assert "The council has been told which parts you decline." in page.text, page.text


def submit_the_rest(person: Person, page: Page) -> Page:
    """Every place says that hearing is not asked for, and asks for nothing that hangs on it."""
    assert shown(page) == []
    assert "does not ask for this part any more" in page.text
    assert "Are there hearing aids? Worn" in page.text
    page = person.press(page, "Next")
    assert shown(page) == ["sees"]
    page = person.press(page, "Check your answers", {"What can be seen?": "Colours"})
    assert "1. Hearing" in page.text
    assert "Worn" not in page.text
    assert "Do they whistle?" not in page.text
    page = person.press(page, "Submit Contribution")
    assert "No longer asked for, and not sent: Hearing" in page.text
    page = person.press(page, "Yes")
    assert page.title.startswith("Contribution submitted"), page.text
    return page


async def test_parts_are_declined_let_go_submitted_without_and_asked_for_again(
    portal: Portal, bristol: Council
) -> None:
    code, delegation_id, mail = f"senses-{uuid4().hex[:8]}", f"LCS-{uuid4().hex[:10]}", portal.mail
    email = f"senses.{uuid4().hex[:8]}@school.example"
    await bristol.publish_form(code, definition(code))
    await bristol.delegate(delegation_id, email, form=code, prefill={})
    task_id = (await bristol.expect(ACCEPTED, delegation_id=delegation_id)).body["task_id"]
    form = f"/forms/{task_id}/1"

    with Person(portal.gateway) as person:

        def ask() -> None:
            person.register(mail, email)
            decline_hearing(person, person.open(person.sign_in(mail, email).link("Two senses")))
            page = person.open_until(form, "You declined parts of this form (Hearing)")
            assert shown(page) == ["aids", "level"]

        def go_on() -> None:
            submit_the_rest(person, person.open_until(form, "does not ask for this part any more"))

        def answer_again() -> None:
            page = person.open_until(form, "Can it be heard?")
            assert shown(page) == ["aids", "level"]
            page = person.press(page, "Next", {"What can be heard?": "Bells"})
            page = person.press(page, "Check your answers", {"Do they whistle?": "Never"})
            person.press(person.press(page, "Submit Contribution"), "Yes")

        await asyncio.to_thread(ask)
        told = (await bristol.expect("portal.sections.declined.v1", delegation_id=delegation_id)).body
        assert told["sections"] == [{"key": "hearing", "title": "Hearing"}]
        decide = ("council", "decide", delegation_id, "accepted", "--ask", told["ask_id"])
        await asyncio.to_thread(portal.command, *decide)
        await asyncio.to_thread(go_on)
        first = (await bristol.expect(SUBMITTED, delegation_id=delegation_id)).body
        assert first["answers"] == {"sees": "Colours"}
        assert first["left_out"] == [
            {"key": "hearing", "title": "Hearing", "ask_id": told["ask_id"], "reason_code": "not_the_right_person"}
        ]
        await asyncio.to_thread(mail.wait_for, email, "Fewer parts to complete")

        returned = {"delegation_id": delegation_id, "comments": "Can it be heard?", "fields": ["level"]}
        await bristol.publish("council.delegation.returned.v1", returned)
        await asyncio.to_thread(answer_again)
    second = (await bristol.expect(SUBMITTED, delegation_id=delegation_id, round=2)).body
    assert second["answers"] == {"aids": "Worn", "level": "Bells", "noise": "Never", "sees": "Colours"}
    assert second["left_out"] == []
