"""No due date, and an internal one beside the due date: how the list and a form's page say it, to eye and ear."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from chassis import clock
from services.gateway.kit.views.wording import day
from tests.browser.page_checks import check
from tests.browser.visitor import Visitor
from tests.support.council import Council
from tests.support.portal import Portal
from tests.support.undated import UNDATED, publish_undated

pytestmark = pytest.mark.usefixtures("valid_html")


async def arrived(browser: Browser, portal: Portal, *, scripts: bool) -> Visitor:
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    await visitor.have_account()
    return visitor


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_what_has_no_date_stands_last_with_an_empty_cell_that_is_heard(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None, *, scripts: bool
) -> None:
    visitor = await arrived(browser, portal, scripts=scripts)
    page, form = visitor.page, await publish_undated(bristol)
    task_id = await visitor.be_delegated(bristol, form=form, due_on=None, prefill={})
    await visitor.be_delegated(bristol, due_on=(clock.today() + timedelta(days=900)).isoformat())
    await visitor.sign_in()
    listed = page.get_by_role("table", name="Currently Assigned Tasks").get_by_role("row")
    await expect(listed.nth(2)).to_contain_text(UNDATED)
    cell = listed.nth(2).locator("td[data-label='Due Date']")
    await expect(cell).to_have_text("No due date")
    drawn = await cell.locator("span").evaluate("span => span.getBoundingClientRect().width")
    assert drawn <= 1, "the cell is empty to the eye"
    if scripts:
        await check(visitor, "tasks-undated", shots)
    await visitor.open_form(task_id)
    banner = page.get_by_role("region", name="About this form")
    await expect(banner).to_contain_text("No date given")
    await expect(page.get_by_text("Why this date?")).to_have_count(0)
    await expect(page.get_by_role("button", name="Ask for more time")).to_have_count(0)
    if scripts:
        await check(visitor, "form-undated", shots)
    await page.get_by_role("button", name="Decline this form").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(f"{UNDATED} for Gabriel Example.", exact=True)).to_be_visible()
    if scripts:
        await check(visitor, "decline-undated", shots)
    await visitor.leave()


async def test_the_list_shows_the_date_that_counts_and_the_page_both(
    browser: Browser, portal: Portal, bristol: Council, oxfordshire: Council, shots: Path | None
) -> None:
    visitor = await arrived(browser, portal, scripts=True)
    page, internal, due_on = visitor.page, *(clock.today() + timedelta(days=days) for days in (28, 42))
    dates = {"due_on": due_on.isoformat(), "internal_due_on": internal.isoformat()}
    received_on = clock.today().isoformat()
    works_to_internal = await visitor.be_delegated(oxfordshire, received_on=received_on, **dates)
    await visitor.be_delegated(bristol, received_on=received_on, **dates)
    await visitor.sign_in()
    cells = page.get_by_role("table", name="Currently Assigned Tasks").locator("td[data-label='Due Date']")
    await expect(cells).to_have_text([f"{day(internal)}in 28 days", f"{day(due_on)}in 42 days"])
    await check(visitor, "tasks-internal-date", shots)
    await visitor.open_form(works_to_internal)
    banner = page.get_by_role("region", name="About this form")
    await expect(banner).to_contain_text("Asked For By")
    await expect(banner).to_contain_text(f"{day(internal)} (in 28 days)")
    await banner.locator("summary").filter(has_text="Why this date?").focus()
    await page.keyboard.press("Enter")
    words = f"So it is asked for by {day(internal)}, and required by law by {day(due_on)}."
    await expect(banner.get_by_text(words)).to_be_visible()
    await check(visitor, "form-internal-date", shots)
    await visitor.leave()
