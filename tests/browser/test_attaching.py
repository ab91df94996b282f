"""A document that was chosen goes with the form, whichever button comes next; or the page says why it does not."""

import asyncio
import re
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, Route, expect

from services.gateway.kit.request_body import LARGEST_BYTES
from tests.browser.visitor import Visitor, new_id
from tests.support.council import Council
from tests.support.documents import pdf
from tests.support.eventually import eventually
from tests.support.portal import Portal
from tests.system.test_uploads import begin_upload

LEADS_TO = {
    "Save": "Letter and visits",
    "Previous": "First",
    "Next": "Third",
    "Close": "Professional Portal - tasks to complete",
    "Print": "A form that needs a document",
    "PDF": "Letter and visits",
    "Upload Document": "Letter and visits",
    "1 First": "First",
    "Check your answers": "Check your answers",
    "+": "Letter and visits",
    "-": "Letter and visits",
}
"""Where each button of the form's page leads."""
STAYS = {"Upload Document", "+", "-"}
"""These leave the page as it is where scripts run."""
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


def form_that_needs_a_document() -> dict[str, Any]:
    """Three pages; the second has a table and a mandatory document on it."""
    code = f"needs-document-{uuid4().hex[:8]}"
    table = {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl",
                "valueCodeableConcept": {
                    "coding": [{"system": "http://hl7.org/fhir/questionnaire-item-control", "code": "gtable"}]
                },
            }
        ],
        "linkId": "visits",
        "text": "Visits",
        "type": "group",
        "repeats": True,
        "item": [{"linkId": "who", "text": "Who", "type": "string"}],
    }
    document = {"linkId": "letter", "text": "The letter", "type": "attachment", "required": True}
    pages = [
        ("first", "First", [{"linkId": "name", "text": "Your name", "type": "string"}]),
        ("second", "Letter and visits", [table, document]),
        ("third", "Third", [{"linkId": "rest", "text": "Anything else", "type": "string"}]),
    ]
    return {
        "resourceType": "Questionnaire",
        "url": f"https://portal.example/forms/{code}",
        "version": "1",
        "name": "NeedsDocument",
        "title": "A form that needs a document",
        "status": "active",
        "item": [{"linkId": key, "text": text, "type": "group", "item": items} for key, text, items in pages],
    }


async def with_the_form(browser: Browser, portal: Portal, council: Council, *, scripts: bool) -> tuple[Visitor, str]:
    """Somebody signed in who has that form; the task's id."""
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    await visitor.have_account()
    definition = form_that_needs_a_document()
    code = definition["url"].rpartition("/")[2]
    await council.publish_form(code, definition)
    delegated: list[str] = []

    async def accepted() -> str:
        """The form reaches tasks a moment after it was published."""
        delegation_id = new_id()
        await council.delegate(delegation_id, visitor.email, form=code, prefill={})
        delegated.append(delegation_id)
        told = await eventually(
            lambda: next((one for one in council.received if one.body.get("delegation_id") == delegated[-1]), None)
        )
        return str(told.body.get("task_id", ""))

    task_id = await eventually(accepted)
    assert task_id
    await visitor.sign_in()
    return visitor, task_id


def document(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(pdf(name.encode()))
    return path


async def press(page: Page, button: str) -> None:
    """Presses it and waits for what comes of it."""
    names = {"+": re.compile(r"^\+"), "-": re.compile(r"^-"), "1 First": re.compile("^1 First")}
    found = page.get_by_role("button", name=names.get(button, button), exact=button not in names).first
    if button == "PDF":
        async with page.expect_download():
            await found.click()
    else:
        await found.click()


@SCRIPTS
async def test_every_button_attaches_what_was_chosen(
    browser: Browser, portal: Portal, bristol: Council, tmp_path: Path, scripts: bool
) -> None:
    visitor, task_id = await with_the_form(browser, portal, bristol, scripts=scripts)
    page = visitor.page
    for number, (button, leads_to) in enumerate(LEADS_TO.items()):
        await visitor.open_form(task_id, 2)
        name = f"document-{number}.pdf"
        await page.get_by_label("Choose File").set_input_files(document(tmp_path, name))
        await press(page, button)

        await expect(page.get_by_role("heading", name=leads_to, level=1)).to_be_visible()
        if leads_to != "Letter and visits":
            await visitor.open_form(task_id, 2)
        await expect(page.get_by_role("button", name=f"Remove {name}"), f"by {button}").to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("^Remove document-"))).to_have_count(len(LEADS_TO))
    await visitor.leave()


@SCRIPTS
@pytest.mark.parametrize("button", ["Save", "Next", "Close", "Submit Contribution"])
async def test_a_refused_document_keeps_the_person_there_with_the_reason_and_loses_nothing_else(  # noqa: PLR0917
    browser: Browser, portal: Portal, bristol: Council, tmp_path: Path, scripts: bool, button: str
) -> None:
    visitor, task_id = await with_the_form(browser, portal, bristol, scripts=scripts)
    page = visitor.page
    await visitor.open_form(task_id, 2)
    await page.get_by_label("Who").fill("The nurse")
    bad, good = tmp_path / "notes.txt", document(tmp_path, "good.pdf")
    bad.write_text("not a type that is taken")
    await page.get_by_label("Choose File").set_input_files([bad, good])
    await press(page, button)
    await expect(page.get_by_text("notes.txt: The selected file must be a DOC, DOCX, PDF").first).to_be_visible()
    await expect(page.get_by_role("heading", name="Letter and visits", level=1)).to_be_visible()
    await expect(page.get_by_role("button", name="Remove good.pdf")).to_be_visible()
    await expect(page.get_by_label("Who")).to_have_value("The nurse")
    async with page.expect_navigation():
        await press(page, "Save")
    await visitor.open_form(task_id, 2)
    await expect(page.get_by_label("Who")).to_have_value("The nurse")
    await visitor.leave()


@SCRIPTS
async def test_choose_then_submit_contribution_sends_the_document_as_the_guide_says(
    browser: Browser, portal: Portal, bristol: Council, tmp_path: Path, scripts: bool
) -> None:
    visitor, task_id = await with_the_form(browser, portal, bristol, scripts=scripts)
    page = visitor.page
    await visitor.open_form(task_id, 2)
    await page.get_by_label("Choose File").set_input_files([document(tmp_path, "a.pdf"), document(tmp_path, "b.pdf")])
    await press(page, "Submit Contribution")
    await expect(page.get_by_text(re.compile("2 documents attached: (a.pdf, b.pdf|b.pdf, a.pdf)"))).to_be_visible()
    await visitor.press("Yes")
    await expect(page.get_by_role("heading", name="Contribution submitted")).to_be_visible()
    await expect(page.get_by_text(re.compile("2 documents attached: (a.pdf, b.pdf|b.pdf, a.pdf)"))).to_be_visible()
    told = await eventually(
        lambda: next((one for one in bristol.received if len(one.body.get("attachments", ())) == 2), None)
    )
    assert {each["name"] for each in told.body["attachments"]} == {"a.pdf", "b.pdf"}
    await visitor.leave()


@SCRIPTS
async def test_a_mandatory_document_that_is_missing_is_named_before_the_form_goes(
    browser: Browser, portal: Portal, bristol: Council, scripts: bool
) -> None:
    visitor, task_id = await with_the_form(browser, portal, bristol, scripts=scripts)
    page = visitor.page
    await visitor.open_form(task_id, 3)
    await press(page, "Submit Contribution")
    await expect(page.get_by_role("alert")).to_contain_text("Attach at least one document.")
    await expect(page.get_by_role("heading", name="Letter and visits", level=1)).to_be_visible()
    await visitor.leave()


async def test_with_scripts_a_document_uploads_on_choosing_shows_its_progress_and_can_be_cancelled(
    browser: Browser, portal: Portal, bristol: Council, tmp_path: Path
) -> None:
    visitor, task_id = await with_the_form(browser, portal, bristol, scripts=True)
    page = visitor.page
    await visitor.open_form(task_id, 2)
    await page.get_by_label("Choose File").set_input_files(document(tmp_path, "at-once.pdf"))
    await expect(page.get_by_role("button", name="Remove at-once.pdf")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="at-once.pdf is attached.")).to_be_visible()
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.abort()

    await page.route("**/attach", hold)
    await page.get_by_label("Choose File").set_input_files(document(tmp_path, "slow.pdf"))
    await expect(page.get_by_role("progressbar", name="Uploading slow.pdf")).to_be_visible()
    await page.get_by_role("button", name="Cancel slow.pdf").click()
    await expect(page.get_by_role("progressbar")).to_have_count(0)
    await expect(page.get_by_role("status").filter(has_text="slow.pdf was not attached.")).to_be_visible()
    held.set()
    await page.get_by_label("Choose File").set_input_files(document(tmp_path, "lost.pdf"))
    await expect(page.get_by_text("could not be uploaded. Try again.").first).to_be_visible()
    await page.unroute("**/attach")
    await page.get_by_role("button", name="Try again lost.pdf").click()
    await expect(page.get_by_role("button", name="Remove lost.pdf")).to_be_visible()
    await visitor.leave()


async def test_with_scripts_a_document_that_has_to_wait_says_why_and_can_be_tried_again(
    browser: Browser, portal: Portal, bristol: Council, tmp_path: Path
) -> None:
    visitor, task_id = await with_the_form(browser, portal, bristol, scripts=True)
    page = visitor.page
    await visitor.open_form(task_id, 2)
    cookies = {str(cookie["name"]): str(cookie["value"]) for cookie in await page.context.cookies()}
    names = (f"waits-{number}.pdf" for number in count())

    async def has_to_wait() -> str:
        """The name of a document that does; the gateway may not have met yet what it has to wait for."""
        file = tmp_path / next(names)
        file.write_bytes(pdf(b"x" * 400_000))
        await page.get_by_label("Choose File").set_input_files(file)
        await expect(page.get_by_role("button", name=re.compile(f"(Remove|Try again) {file.name}"))).to_be_visible()
        reason = page.get_by_text(f"{file.name}: Other uploads of yours are not finished yet.")
        return file.name if await reason.first.is_visible() else ""

    with closing(begin_upload(portal, cookies, f"/forms/{task_id}", LARGEST_BYTES)):
        name = await eventually(has_to_wait)

    async def is_attached() -> bool:
        again = page.get_by_role("button", name=f"Try again {name}")
        if await again.is_visible():
            await again.click()
        return await page.get_by_role("button", name=f"Remove {name}").is_visible()

    await eventually(is_attached)
    await visitor.leave()


async def test_with_scripts_documents_can_be_dropped(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, task_id = await with_the_form(browser, portal, bristol, scripts=True)
    page = visitor.page
    await visitor.open_form(task_id, 2)
    carried = await page.evaluate_handle(
        """(contents) => {
          const carried = new DataTransfer();
          contents.forEach((bytes, index) => {
            carried.items.add(new File([new Uint8Array(bytes)], `dropped-${index}.pdf`));
          });
          return carried;
        }""",
        [list(pdf(b"one")), list(pdf(b"two"))],
    )
    await page.dispatch_event('[data-portal="drop"]', "drop", {"dataTransfer": carried})
    for number in range(2):
        await expect(page.get_by_role("button", name=f"Remove dropped-{number}.pdf")).to_be_visible()
    await visitor.leave()


async def test_a_document_chosen_before_the_session_ended_is_asked_for_again(
    browser: Browser, portal: Portal, bristol: Council, tmp_path: Path
) -> None:
    """Submit Contribution was pressed: the form does not go without it."""
    visitor, task_id = await with_the_form(browser, portal, bristol, scripts=False)
    page = visitor.page
    await visitor.open_form(task_id, 2)
    chosen = [document(tmp_path, "small.pdf"), tmp_path / "large.pdf"]
    chosen[1].write_bytes(pdf(b"large") + b"%" + b"x" * 400_000)
    await page.get_by_label("Choose File").set_input_files(chosen)
    await page.context.clear_cookies()
    await visitor.press("Submit Contribution")
    await expect(page.get_by_text("What you typed is kept.")).to_be_visible()
    await visitor.sign_in(at="")
    await expect(page.get_by_text("Choose again, on the page that follows: small.pdf, large.pdf.")).to_be_visible()
    await visitor.press("Continue")
    await expect(page.get_by_role("heading", name="Letter and visits", level=1)).to_be_visible()
    for name in ("small.pdf", "large.pdf"):
        told = f"{name}: The document could not be kept meanwhile. Choose it again."
        await expect(page.locator(".portal-file-errors")).to_contain_text(told)
    await visitor.leave()
