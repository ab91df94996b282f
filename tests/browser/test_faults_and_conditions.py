"""With scripts: an error stands once, at its field, until it is mended; a question comes and goes as forms says."""

from uuid import uuid4

from playwright.async_api import Browser, expect

from tests.browser.visitor import Visitor
from tests.support.council import Council
from tests.support.portal import Portal
from tests.system.test_conditions import definition

DATE = "Date Assessment Completed"


async def test_an_error_is_replaced_in_place_and_goes_with_its_line_when_mended(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor = await Visitor.arrive(browser, portal)
    await visitor.have_account()
    task_id = await visitor.be_delegated(bristol)
    await visitor.sign_in()
    await visitor.open_form(task_id, 2)
    page = visitor.page
    await visitor.press("Submit Contribution")
    summary, date = page.get_by_role("alert"), page.get_by_label(DATE, exact=True)
    await expect(summary).to_contain_text(f"{DATE}: This field is required.")
    await date.fill("31/2/2026")
    message = page.locator("#q-date_assessment_completed-error")
    await expect(message).to_have_text("Error: This must be a real date, like 17/5/2026.")
    await expect(summary).to_contain_text(f"{DATE}: This must be a real date, like 17/5/2026.")
    await expect(summary).not_to_contain_text(f"{DATE}: This field is required.")
    await expect(date).to_have_attribute("aria-invalid", "true")
    await expect(date).to_have_accessible_description(
        "For example, 17/5/2026 Error: This must be a real date, like 17/5/2026."
    )
    await date.fill("27/3/2026")
    await expect(message).to_have_count(0)
    await expect(summary).not_to_contain_text(DATE)
    assert await date.get_attribute("aria-invalid") is None
    await expect(date).to_have_accessible_description("For example, 17/5/2026")
    await page.get_by_label("Yes", exact=True).check()
    await expect(summary).to_have_count(0)
    assert not (await page.title()).startswith("Error:")
    await visitor.leave()


async def test_an_error_that_the_script_finds_stands_at_its_field_in_red(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor = await Visitor.arrive(browser, portal)
    await visitor.have_account()
    task_id = await visitor.be_delegated(bristol)
    await visitor.sign_in()
    await visitor.open_form(task_id, 2)
    date = visitor.page.get_by_label(DATE, exact=True)
    await date.fill("soon")
    await expect(visitor.page.locator(".govuk-form-group--error #q-date_assessment_completed-error")).to_be_visible()
    await expect(date).to_have_accessible_description(
        "For example, 17/5/2026 Error: This must be a real date, like 17/5/2026."
    )
    await visitor.leave()


async def test_a_chain_of_questions_comes_and_goes_as_it_is_answered(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    code = f"chain-{uuid4().hex[:8]}"
    await bristol.publish_form(code, definition(code))
    visitor = await Visitor.arrive(browser, portal)
    await visitor.have_account()
    task_id = await visitor.be_delegated(bristol, form=code, prefill={})
    await visitor.sign_in()
    await visitor.open_form(task_id)
    page = visitor.page
    await page.get_by_label("More to tell").check()
    await page.get_by_label("It happened").check()
    await page.get_by_label("Describe it").fill("Once")
    await page.get_by_label("Nothing to tell").check()
    await expect(page.get_by_label("Describe it")).to_be_hidden()
    await expect(page.get_by_label("It happened")).to_be_hidden()
    await page.get_by_label("More to tell").check()
    await expect(page.get_by_label("Describe it")).to_have_value("Once")
    await visitor.leave()
