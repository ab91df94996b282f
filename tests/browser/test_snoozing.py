"""Hide until a date: by the boxes in the list, by keyboard, with and without scripts."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from chassis import clock
from tests.browser.page_checks import check
from tests.browser.test_for_everyone import tab_to
from tests.browser.visitor import Visitor
from tests.support.council import Council
from tests.support.portal import Portal

pytestmark = pytest.mark.usefixtures("valid_html")


async def with_forms(visitor: Visitor, council: Council, *due_in: int) -> None:
    """Signed in, with a form for each of these days."""
    await visitor.have_account()
    for days in due_in:
        day = clock.today() + timedelta(days=days)
        await visitor.be_delegated(council, due_on=day.isoformat())
    await visitor.sign_in()


async def type_day(visitor: Visitor, in_days: int) -> None:
    day = clock.today() + timedelta(days=in_days)
    group = visitor.page.get_by_role("group", name=re.compile("^When should"))
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        await group.get_by_label(part).fill(str(value))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_forms_are_hidden_and_shown_again_by_keyboard(
    browser: Browser, portal: Portal, bristol: Council, *, scripts: bool
) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    page, keys = visitor.page, visitor.page.keyboard
    await with_forms(visitor, bristol, 10, 20)
    await tab_to(page, "1 Select EHC Needs Assessment Contributions for Gabriel Example")
    await keys.press("Space")
    await tab_to(page, "Hide selected until a date")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Hide until a date")).to_be_visible()
    await tab_to(page, "Hide")
    await keys.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Enter a date, for example 17 5 2026.")
    await type_day(visitor, 5)
    await keys.press("Enter")
    await expect(page.get_by_text(re.compile("^1 form is hidden until "))).to_be_visible()
    await visitor.press("Back to your tasks")
    await expect(page.get_by_text("1 form is hidden for now.")).to_be_visible()
    listed = page.get_by_role("table", name="Currently Assigned Tasks")
    await expect(listed.get_by_role("row")).to_have_count(2)
    await page.get_by_role("link", name="Show what is hidden").click()
    hidden = page.get_by_role("table", name="Hidden Tasks")
    await expect(hidden.get_by_role("columnheader", name="Comes back")).to_be_visible()
    await expect(hidden.get_by_role("row")).to_have_count(2)
    await page.get_by_role("link", name="Select all on this page").click()
    await visitor.press("Show again now")
    await expect(page.get_by_role("status")).to_have_text("What you selected is in your list again.")
    await expect(listed.get_by_role("row")).to_have_count(3)
    await expect(page.get_by_role("link", name=re.compile("Hidden Tasks"))).to_have_count(0)
    await visitor.leave()


async def test_the_box_selects_its_form_and_the_rest_of_the_row_opens_it(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page = visitor.page
    await with_forms(visitor, bristol, 10)
    box = page.get_by_role("checkbox", name="Select EHC Needs Assessment Contributions for Gabriel Example")
    for width in (320, 768, 1280):
        await page.set_viewport_size({"width": width, "height": 900})
        await box.set_checked(checked=True)
        await box.set_checked(checked=False)
    await (
        page.get_by_role("table", name="Currently Assigned Tasks").get_by_text("Gabriel Example").last.click(force=True)
    )
    await expect(page).to_have_url(re.compile("/forms/"))
    await visitor.leave()


async def test_the_pages_of_hiding(browser: Browser, portal: Portal, bristol: Council, shots: Path | None) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page = visitor.page
    await with_forms(visitor, bristol, 0, 10, 20)
    await visitor.press("Hide selected until a date")
    await expect(page).to_have_title(re.compile("^Error: "))
    await page.get_by_role("link", name="Select at least one form.").click()
    await expect(page.get_by_role("checkbox").first).to_be_focused()
    await check(visitor, "tasks-none-selected", shots)
    await page.get_by_role("link", name="Select all on this page").click()
    await check(visitor, "tasks-all-selected", shots)
    await visitor.press("Hide selected until a date")
    await check(visitor, "snooze", shots)
    await type_day(visitor, 0)
    await visitor.press("Hide")
    await expect(page.get_by_role("alert")).to_contain_text("The date must be tomorrow or later.")
    await check(visitor, "snooze-error", shots)
    await type_day(visitor, 15)
    await visitor.press("Hide")
    await expect(page.get_by_text("1 form is not hidden. It is due today or late")).to_be_visible()
    await check(visitor, "snoozed", shots)
    await visitor.press("Back to your tasks")
    await expect(page.get_by_text("2 forms are hidden for now.")).to_be_visible()
    await check(visitor, "tasks-some-hidden", shots)
    await page.get_by_role("link", name="Hidden Tasks (2)").click()
    await check(visitor, "tasks-snoozed", shots)
    await visitor.leave()
