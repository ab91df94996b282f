"""Declining parts of a form: asked, agreed to or not, and what the form, its check page and its script show then."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.page_checks import check
from tests.browser.test_asks import DECIDED, DECLINED, at_a_form, form_says
from tests.browser.test_for_everyone import tab_to
from tests.browser.visitor import Visitor
from tests.support.council import Council
from tests.support.portal import Portal

pytestmark = pytest.mark.usefixtures("valid_html")
SECTIONS = "portal.sections.declined.v1"
SUBMITTED = "portal.contribution.submitted.v1"
PART = "Professional Contribution to EHCNA"
NOT_ASKED = "does not ask for this part any more"


async def decline_part(visitor: Visitor, council: Council, delegation_id: str) -> str:
    """The second part of the form is declined; the id of that ask."""
    page = visitor.page
    await visitor.press("Decline this form")
    await page.get_by_label("Parts of it").check()
    await page.get_by_label(PART).check()
    await page.get_by_label("Somebody else should be asked").check()
    await page.get_by_label("Explain it to the council").fill("We see him for his sight only.")
    await visitor.press("Decline")
    await expect(page.get_by_text("The council has been told which parts you decline.")).to_be_visible()
    told = (await council.expect(SECTIONS, delegation_id=delegation_id)).body
    assert told["sections"] == [{"key": "professional_contribution", "title": PART}]
    return str(told["ask_id"])


async def agree(council: Council, delegation_id: str, ask_id: str, decision: str = "accepted", **more: str) -> None:
    await council.publish(DECIDED, {"delegation_id": delegation_id, "decision": decision, "ask_id": ask_id, **more})


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no-script"])
async def test_parts_are_declined_and_asked_for_no_more(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None, scripts: bool
) -> None:
    visitor, task_id, delegation_id = await at_a_form(browser, portal, bristol, scripts=scripts)
    page = visitor.page
    await visitor.open_form(task_id, 2)
    await page.get_by_label("Date Assessment Completed").fill("27/3/2026")
    ask_id = await decline_part(visitor, bristol, delegation_id)
    assert not [
        one for one in bristol.received if (one.type, one.body.get("delegation_id")) == (DECLINED, delegation_id)
    ]
    await form_says(page, task_id, f"You declined parts of this form ({PART})")
    await expect(page.get_by_text("has not answered yet")).to_be_visible()
    await expect(page.get_by_label("Preferred name")).to_be_editable()

    await agree(bristol, delegation_id, ask_id, comments="We ask the hospital.")
    await form_says(page, task_id, "has agreed. We ask the hospital.")
    await visitor.open_form(task_id, 2)
    await expect(page.get_by_text(NOT_ASKED)).to_be_visible()
    await expect(page.get_by_text("27 March 2026")).to_be_visible()
    await expect(page.get_by_label("Date Assessment Completed")).to_be_hidden()
    if scripts:
        await check(visitor, "form-part-left-out", shots)
    await page.goto(f"/forms/{task_id}/check")
    await expect(page.get_by_text(NOT_ASKED)).to_be_visible()
    await expect(page.get_by_text("27 March 2026")).to_have_count(0)
    await expect(page.get_by_role("heading", name="Still to answer")).to_have_count(0)
    if scripts:
        await check(visitor, "check-part-left-out", shots)
    await visitor.press("Submit Contribution")
    await expect(page.get_by_text(f"No longer asked for, and not sent: {PART}")).to_be_visible()
    await visitor.press("Yes")
    await expect(page.get_by_role("heading", name="Contribution submitted")).to_be_visible()
    told = (await bristol.expect(SUBMITTED, delegation_id=delegation_id)).body
    assert "date_assessment_completed" not in told["answers"]
    assert [(each["title"], each["ask_id"]) for each in told["left_out"]] == [(PART, ask_id)]
    await visitor.leave()


async def test_which_parts_is_said_clearly_or_asked_again(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None
) -> None:
    visitor, _, delegation_id = await at_a_form(browser, portal, bristol)
    page = visitor.page
    await visitor.press("Decline this form")
    await page.get_by_label("Somebody else should be asked").check()
    await page.get_by_label("Explain it to the council").fill("We see him for his sight only.")
    await page.get_by_label("Parts of it").check()
    await visitor.press("Decline")
    await expect(page.get_by_role("link", name="Select the parts that you decline.")).to_be_visible()
    await check(visitor, "decline-parts-error", shots)
    for part in ("Other Professional/Service", PART):
        await page.get_by_label(part).check()
    await visitor.press("Decline")
    await expect(page.get_by_role("link", name="These are all parts: select the whole form.")).to_be_visible()
    await page.get_by_label("The whole form").check()
    await visitor.press("Decline")
    await expect(page.get_by_role("link", name="Select the whole form or parts of it, not both.")).to_be_visible()
    await expect(page.get_by_label("Explain it to the council")).to_have_value("We see him for his sight only.")
    told = [one for one in bristol.received if one.body.get("delegation_id") == delegation_id]
    assert not {one.type for one in told} & {DECLINED, SECTIONS}
    await visitor.leave()


async def test_a_part_is_declined_by_keyboard_and_the_council_asks_for_it_all_the_same(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor, task_id, delegation_id = await at_a_form(browser, portal, bristol)
    page, keys = visitor.page, visitor.page.keyboard
    await tab_to(page, "Decline this form")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Decline this form")).to_be_visible()
    await tab_to(page, "The whole form")
    await keys.press("ArrowDown")
    await tab_to(page, PART)
    await keys.press("Space")
    await tab_to(page, "The child or young person is not known to us")
    await keys.press("Space")
    await tab_to(page, "Explain it to the council")
    await keys.type("We see him for his sight only.")
    await tab_to(page, "Decline")
    await keys.press("Enter")
    await expect(page.get_by_text("The council has been told which parts you decline.")).to_be_visible()
    ask_id = (await bristol.expect(SECTIONS, delegation_id=delegation_id)).body["ask_id"]
    await agree(bristol, delegation_id, ask_id, "refused", comments="You tested him in May.")
    await form_says(page, task_id, "asks you to complete them all the same. You tested him in May.")
    await visitor.open_form(task_id, 2)
    await expect(page.get_by_label("Date Assessment Completed")).to_be_visible()
    await visitor.leave()


async def test_a_page_that_is_typed_in_hears_that_it_is_asked_for_no_more_and_loses_nothing(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor, task_id, delegation_id = await at_a_form(browser, portal, bristol)
    page = visitor.page
    ask_id = await decline_part(visitor, bristol, delegation_id)
    await visitor.open_form(task_id, 2)
    other: Page = await page.context.new_page()
    await agree(bristol, delegation_id, ask_id)
    await form_says(other, task_id, "has agreed")
    await page.bring_to_front()
    await page.get_by_label("Date Assessment Completed").fill("27/3/2026")
    await expect(page.get_by_text(NOT_ASKED)).to_be_visible()
    await expect(page.get_by_text(NOT_ASKED)).to_be_focused()
    await expect(page.get_by_label("Date Assessment Completed")).to_be_hidden()
    await page.reload()
    await expect(page.get_by_text("27 March 2026")).to_be_visible()
    await visitor.press("Submit Contribution")
    await expect(page.get_by_text(f"No longer asked for, and not sent: {PART}")).to_be_visible()
    await visitor.leave()
