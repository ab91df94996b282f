"""Adding to a form that was submitted: from its page to the council, which has what stands until it has what is new."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.page_checks import check
from tests.browser.test_for_everyone import tab_to
from tests.browser.visitor import ACCEPTED, Visitor
from tests.support.council import Council
from tests.support.documents import pdf
from tests.support.eventually import eventually
from tests.support.portal import Portal

pytestmark = pytest.mark.usefixtures("valid_html")
SUBMITTED = "portal.contribution.submitted.v1"
REASON = "The advice of our SENCO came later."
ADD, OPEN, GO_ON = "add or correct something", "Open the form again", "Go on with what you began"
SUMMARY = "You have begun to add something already, for another reason."


async def at_what_was_submitted(
    browser: Browser, portal: Portal, council: Council, *, scripts: bool = True
) -> tuple[Visitor, str, dict[str, Any]]:
    """Somebody on the page of what they have just submitted; its task, and what the council has got."""
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    await visitor.have_account()
    task_id = await visitor.be_delegated(council)
    await visitor.sign_in()
    await visitor.open_form(task_id)
    await visitor.page.get_by_label("Preferred name").fill("Gabe")
    await visitor.press("Next")
    await visitor.answer_all()
    await submit(visitor)
    delegation_id = (await council.expect(ACCEPTED, task_id=task_id)).body["delegation_id"]
    return visitor, task_id, (await council.expect(SUBMITTED, delegation_id=delegation_id, round=1)).body


async def submit(visitor: Visitor) -> None:
    """Yes, in the dialog, or on the page of its own where the script has not started yet."""
    await visitor.press("Submit Contribution")
    await visitor.press("Yes")
    await expect(visitor.page.get_by_role("heading", name="Contribution submitted")).to_be_visible()


async def attach(visitor: Visitor, task_id: str, *, scripts: bool) -> None:
    """One document, and until it has been checked."""
    page = visitor.page
    await page.goto(f"/forms/{task_id}/3")
    attached = page.get_by_role("link", name="SENCO advice.pdf")
    report = {"name": "SENCO advice.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    await page.locator("#files input[type=file]").set_input_files(report)  # type: ignore[arg-type]
    if scripts:
        await expect(page.get_by_role("button", name="Remove SENCO advice.pdf")).to_be_visible()
    else:
        await visitor.press("Upload Document")

    async def is_checked() -> bool:
        await page.goto(f"/forms/{task_id}/3")
        return await attached.is_visible()

    await eventually(is_checked)


async def begin(visitor: Visitor, task_id: str, reason: str = REASON) -> None:
    await visitor.page.goto(f"/forms/{task_id}/add")
    await visitor.page.get_by_label("What do you add or correct, and why?").fill(reason)
    await visitor.press(OPEN)


async def give_a_reason(visitor: Visitor, shots: Path | None, *, scripts: bool) -> None:
    """From the page of what was submitted; first without one."""
    page = visitor.page
    await page.get_by_role("link", name=ADD).click()
    await expect(page.get_by_role("heading", name="Add or correct something")).to_be_visible()
    if scripts:
        await check(visitor, "add", shots)
    await visitor.press(OPEN)
    await expect(page.get_by_role("link", name="Say what you add or correct, and why.")).to_be_visible()
    if scripts:
        await check(visitor, "add-error", shots)
    await page.get_by_label("What do you add or correct, and why?").fill(REASON)
    await visitor.press(OPEN)


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no-script"])
async def test_something_is_added_and_the_council_has_both(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None, scripts: bool
) -> None:
    visitor, task_id, first = await at_what_was_submitted(browser, portal, bristol, scripts=scripts)
    page = visitor.page
    await give_a_reason(visitor, shots, scripts=scripts)
    await expect(page.get_by_role("heading", name="You are adding to this form")).to_be_visible()
    await expect(page.get_by_text(f"Your reason: {REASON}")).to_be_visible()
    await expect(page.get_by_label("Preferred name")).to_have_value("Gabe")
    await expect(page.get_by_role("button", name="Decline this form")).to_have_count(0)
    if scripts:
        await check(visitor, "form-adding", shots)
    await visitor.page.get_by_label("Preferred name").fill("Gabriel")
    await visitor.press("Close")
    await expect(page.get_by_text("Addition not sent yet")).to_be_visible()
    if scripts:
        await check(visitor, "tasks-adding", shots)
    await page.goto(f"/forms/{task_id}/submitted")
    await expect(page.get_by_text("You have begun to add to this form")).to_be_visible()
    if scripts:
        await check(visitor, "submitted-adding", shots)
    await page.goto("/tasks?tab=submitted")
    await page.get_by_role("link", name=re.compile(GO_ON)).click()
    await expect(page.get_by_label("Preferred name")).to_have_value("Gabriel")
    await attach(visitor, task_id, scripts=scripts)
    await page.goto(f"/forms/{task_id}/check")
    await expect(page.get_by_role("heading", name="You are adding to this form")).to_be_visible()
    await visitor.press("Submit Contribution")
    await expect(page.get_by_text("in the place of what you submitted before")).to_be_visible()
    await visitor.press("Yes")
    await expect(page.get_by_role("heading", name="Contribution submitted")).to_be_visible()
    await expect(page.get_by_text("1 document attached: SENCO advice.pdf")).to_be_visible()
    second = (await bristol.expect(SUBMITTED, delegation_id=first["delegation_id"], round=2)).body
    assert second["reason"] == REASON
    assert second["changed"] == {
        "answers": ["preferred_name"],
        "documents_added": ["SENCO advice.pdf"],
        "documents_removed": [],
    }
    for told in (first, second):
        assert (await bristol.fetch(told["pdf"]["url"])).startswith(b"%PDF-")
    await page.goto("/tasks?tab=submitted")
    await expect(page.get_by_text("Addition not sent yet")).to_have_count(0)
    await page.get_by_role("link", name=re.compile("^See or add to it")).click()
    await expect(page.get_by_role("link", name=ADD)).to_be_visible()
    await visitor.leave()


async def test_what_was_begun_is_discarded_and_nothing_is_left_of_it(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None
) -> None:
    visitor, task_id, first = await at_what_was_submitted(browser, portal, bristol)
    page = visitor.page
    await begin(visitor, task_id)
    await visitor.press("Submit Contribution")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await visitor.press("Yes")
    await expect(page.get_by_role("alert").get_by_text("You have not changed anything yet.")).to_be_visible()
    await page.goto(f"/forms/{task_id}/1")
    await visitor.page.get_by_label("Preferred name").fill("Gabriel")
    await visitor.press("Discard what you began")
    await expect(page.get_by_role("heading", name="Discard what you began?")).to_be_visible()
    await check(visitor, "discard", shots)
    await visitor.press("Yes, discard it")
    await expect(page.get_by_role("link", name=ADD)).to_be_visible()
    await page.goto(f"/forms/{task_id}/add/discard")
    await expect(page.get_by_role("heading", name="Contribution submitted")).to_be_visible()
    await begin(visitor, task_id, "A name was wrong.")
    await expect(page.get_by_label("Preferred name")).to_have_value("Gabe")
    assert [one for one in bristol.received if one.type == SUBMITTED and one.body.get("reason")] == []
    assert (await bristol.fetch(first["pdf"]["url"])).startswith(b"%PDF-")
    await visitor.leave()


async def test_another_tab_says_that_something_was_begun_for_another_reason(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None
) -> None:
    visitor, task_id, _ = await at_what_was_submitted(browser, portal, bristol)
    other = await visitor.page.context.new_page()
    await other.goto(f"/forms/{task_id}/add")
    await begin(visitor, task_id)
    await expect(visitor.page.get_by_role("heading", name="You are adding to this form")).to_be_visible()
    await other.get_by_label("What do you add or correct, and why?").fill("A date was wrong.")
    await other.get_by_role("button", name=OPEN).click()
    await expect(other.get_by_text(SUMMARY)).to_be_visible()
    await expect(other.get_by_label("What do you add or correct, and why?")).to_have_value("A date was wrong.")
    await other.get_by_role("link", name=GO_ON).click()
    await expect(other.get_by_text(f"Your reason: {REASON}")).to_be_visible()
    await visitor.leave()


async def test_a_return_in_between_keeps_what_was_typed_and_says_so(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None
) -> None:
    visitor, task_id, first = await at_what_was_submitted(browser, portal, bristol)
    page = visitor.page
    await begin(visitor, task_id)
    await visitor.page.get_by_label("Preferred name").fill("Gabriel")
    await visitor.press("Next")
    await expect(page.get_by_label("Date Assessment Completed")).to_be_visible()
    asked = {"delegation_id": first["delegation_id"], "comments": "How often?", "fields": ["preferred_name"]}
    await bristol.publish("council.delegation.returned.v1", asked)

    async def is_sent_back() -> bool:
        await page.goto(f"/forms/{task_id}/1")
        return await page.get_by_role("heading", name="has sent this form back").is_visible()

    await eventually(is_sent_back)
    await expect(page.get_by_role("heading", name="What you had begun")).to_be_visible()
    await expect(page.get_by_label("Preferred name")).to_have_value("Gabriel")
    await check(visitor, "form-adding-sent-back", shots)
    await page.goto(f"/forms/{task_id}/add")
    await expect(page.get_by_role("heading", name="What you had begun")).to_be_visible()
    await submit(visitor)
    second = (await bristol.expect(SUBMITTED, delegation_id=first["delegation_id"], round=2)).body
    assert (second["reason"], second["changed"]["answers"]) == (None, ["preferred_name"])
    await visitor.leave()


async def test_something_is_added_by_keyboard(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, _, first = await at_what_was_submitted(browser, portal, bristol)
    page, keys = visitor.page, visitor.page.keyboard
    await tab_to(page, ADD)
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Add or correct something")).to_be_visible()
    await tab_to(page, "What do you add or correct, and why?")
    await keys.type("A name was wrong.")
    await tab_to(page, OPEN)
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="You are adding to this form")).to_be_visible()
    await tab_to(page, "Preferred name")
    await keys.press("End")
    await keys.type("!")
    await tab_to(page, "Submit Contribution")
    await keys.press("Enter")
    await expect(page.get_by_role("dialog", name="Submit this contribution?")).to_be_visible()
    await tab_to(page, "Yes")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Contribution submitted")).to_be_visible()
    second = (await bristol.expect(SUBMITTED, delegation_id=first["delegation_id"], round=2)).body
    assert (second["reason"], second["answers"]["preferred_name"]) == ("A name was wrong.", "Gabe!")
    await visitor.leave()
