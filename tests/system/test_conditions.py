"""What a page shows and asks for is what the council gets, through a chain of conditions, without scripts."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.support.council import Council
from tests.support.documents import pdf
from tests.support.person import Page, Person
from tests.support.portal import Portal


def question(key: str, text: str, *options: str, when: tuple[str, str] | None = None) -> dict[str, Any]:
    asked: dict[str, Any] = {"linkId": key, "type": "text", "text": text, "required": True}
    if options:
        asked |= {"type": "choice", "answerOption": [{"valueString": option} for option in options]}
    if when:
        asked["enableWhen"] = [{"question": when[0], "operator": "=", "answerString": when[1]}]
    return asked


def definition(code: str) -> dict[str, Any]:
    documents = {"linkId": "documents", "type": "attachment", "text": "Reports", "required": True}
    asked = [
        question("a", "Is there more?", "More to tell", "Nothing to tell"),
        question("b", "Did it happen?", "It happened", "It did not", when=("a", "More to tell")),
        question("c", "Describe it", when=("b", "It happened")),
    ]
    return {
        "resourceType": "Questionnaire",
        "url": f"https://council.example/forms/{code}",
        "version": "1",
        "title": "A chain",
        "status": "active",
        "item": [
            {"linkId": "one", "type": "group", "text": "One", "item": asked},
            {"linkId": "two", "type": "group", "text": "Two", "item": [documents]},
        ],
    }


def shown(page: Page) -> list[str]:
    """The keys of the questions that the page shows."""
    return [str(each.get("data-key")) for each in page.tree.xpath("//*[@data-key][not(@hidden)]")]


async def test_a_chain_of_conditions_is_shown_checked_submitted_and_told_alike(
    portal: Portal, bristol: Council
) -> None:
    code, delegation_id, mail = f"chain-{uuid4().hex[:8]}", f"LCS-{uuid4().hex[:10]}", portal.mail
    email = f"chain.{uuid4().hex[:8]}@school.example"
    await bristol.publish_form(code, definition(code))
    await bristol.delegate(delegation_id, email, form=code, prefill={})
    await bristol.expect("portal.delegation.accepted.v1", delegation_id=delegation_id)

    def job() -> None:
        with Person(portal.gateway) as person:
            person.register(mail, email)
            page = person.open(person.sign_in(mail, email).link("A chain"))
            assert shown(page) == ["a"]
            page = person.press(page, "Save", {"More to tell": True})
            assert shown(page) == ["a", "b"]
            page = person.press(page, "Save", {"It happened": True})
            assert shown(page) == ["a", "b", "c"]
            checked = person.press(page, "Check your answers")
            assert "Describe it: This field is required." in checked.text
            page = person.press(person.open(page.address), "Save", {"Describe it": "Once", "Nothing to tell": True})
            assert shown(page) == ["a"]
            checked = person.press(page, "Check your answers")
            assert "Describe it" not in checked.text
            assert "Reports: Attach at least one document." in checked.text
            page = person.press(checked, "Submit Contribution")
            assert "Reports: Attach at least one document." in page.text
            page = person.attach(page, "report.pdf", pdf())
            page = person.press(person.press(page, "Submit Contribution"), "Yes")
            assert page.title.startswith("Contribution submitted"), page.text

    await asyncio.to_thread(job)
    received = (await bristol.expect("portal.contribution.submitted.v1", delegation_id=delegation_id)).body
    assert received["answers"] == {"a": "Nothing to tell"}
