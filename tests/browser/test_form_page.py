"""A form's page at work: what it says about saving, what stays in sight, what a phone shows first."""

import re

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from tests.browser.test_nothing_is_lost import SAVED, at_form
from tests.browser.visitor import FORM, TASKS
from tests.support.council import Council
from tests.support.portal import Portal

PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 640}
FOCUS_IN_SIGHT = """() => {
    const focused = document.activeElement, bar = document.querySelector(".portal-bar");
    if (focused === document.body || bar.contains(focused)) return true;
    const box = focused.getBoundingClientRect(), covered = bar.getBoundingClientRect();
    return box.top < covered.top || box.bottom > covered.bottom;
}"""


def status(page: Page) -> Locator:
    return page.locator(".portal-bar .portal-saved:not(:empty)")


async def test_saved_is_said_only_when_it_is_true(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, _ = await at_form(browser, portal, bristol, scripts=True)
    page, waiting = visitor.page, []
    await visitor.fill(**{"Last name:": "Example"})
    await expect(status(page)).to_have_text(SAVED)

    async def hold(route: Route) -> None:
        if route.request.method == "POST":
            waiting.append(route)
        else:
            await route.continue_()

    await page.route("**/forms/**", hold)
    await visitor.fill(**{"Last name:": "Changed"})
    await expect(status(page)).to_have_text("Not saved yet")
    await expect(status(page)).to_have_text("Saving…")
    spoken = page.get_by_role("status").filter(visible=False).and_(page.locator('[data-portal="saved"]'))
    assert await spoken.count() == 1, "what a screen reader is to say later must be there before"
    await page.get_by_label("Preferred name:").fill("Typed meanwhile")
    await waiting[0].continue_()
    await page.unroute("**/forms/**")
    await expect(status(page)).to_have_text(SAVED)
    await page.reload()
    await expect(page.get_by_label("Preferred name:")).to_have_value("Typed meanwhile")
    await visitor.leave()


async def test_the_bar_stays_in_sight_and_hides_no_focus(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, _ = await at_form(browser, portal, bristol, scripts=True, number=2)
    page = visitor.page
    await visitor.fill(Date_Assessment_Completed="27/3/2026")
    await expect(status(page)).to_have_text(SAVED)
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.evaluate("scrollTo(0, 0)")
    bar = await page.locator(".portal-bar").bounding_box()
    assert bar
    assert bar["y"] + bar["height"] <= SMALL["height"]
    assert bar["height"] < 70, "the bar is one line at 320 px"
    for key in ("Tab", "Shift+Tab"):
        for _ in range(45):
            await page.keyboard.press(key)
            assert await page.evaluate(FOCUS_IN_SIGHT), await page.evaluate("document.activeElement.outerHTML")
    await visitor.leave()


async def test_the_next_step_is_the_green_one(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=False)
    page = visitor.page
    green = page.locator("form[data-portal=contribution] .govuk-button:not(.govuk-button--secondary):visible")
    await expect(green).to_have_text(["Next →"])
    await page.goto(f"/forms/{task_id}/3")
    await expect(green).to_have_text(["Submit Contribution"])
    await visitor.leave()


async def test_the_list_of_pages_says_how_far_each_is(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=False, number=2)
    page = visitor.page
    await visitor.fill(Date_Assessment_Completed="27/3/2026")
    await page.get_by_role("button", name=re.compile("^1 Other Professional")).click()
    second = page.get_by_role("button", name=re.compile("^2 Professional Contribution"))
    await expect(second).to_contain_text("Not complete")
    await page.goto(f"/forms/{task_id}/2")
    await visitor.answer_all()
    await page.get_by_role("button", name=re.compile("^1 Other Professional")).click()
    await expect(second).to_contain_text("Complete")
    await visitor.leave()


async def test_the_first_question_is_on_the_first_screen_of_a_phone(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=False, number=2)
    page = visitor.page
    await page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    question = await page.get_by_label("Date Assessment Completed").bounding_box()
    assert question
    assert question["y"] + question["height"] < PHONE["height"]
    banner = page.get_by_label("About this form")
    await expect(banner.get_by_text("Chloe Caseworker")).to_be_hidden()
    await banner.get_by_text(re.compile(r"^Gabriel Example, due")).click()
    await expect(banner.get_by_text("Chloe Caseworker")).to_be_visible()
    await page.get_by_text("Page 2 of 3, Change page").click()
    await page.get_by_role("button", name=re.compile("^1 Other")).click()
    await expect(page).to_have_url(re.compile(f"/forms/{task_id}/1$"))
    await page.set_viewport_size({"width": 1280, "height": 900})
    await expect(banner.get_by_text("Chloe Caseworker")).to_be_visible()
    await visitor.leave()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_form_closed_with_a_wrong_answer_is_named_on_the_task_list_with_the_way_back(
    browser: Browser, portal: Portal, bristol: Council, scripts: bool
) -> None:
    visitor, _ = await at_form(browser, portal, bristol, scripts=scripts, number=2)
    page = visitor.page
    await visitor.fill(Date_Assessment_Completed="soon")
    if scripts:
        await expect(status(page)).to_have_text(re.compile("except the answers with a problem"))
    await visitor.press("Close")
    await expect(page).to_have_title(TASKS)
    await expect(page.get_by_role("status")).to_contain_text(f"{FORM} for")
    await expect(page.get_by_role("status")).to_contain_text("is saved, but an answer on page 2 has a problem.")
    await page.get_by_role("link", name="Go back to page 2").click()
    await expect(page.get_by_label("Date Assessment Completed")).to_have_value("soon")
    await expect(page.locator("#q-date_assessment_completed-error")).to_be_visible()
    await visitor.fill(Date_Assessment_Completed="27/3/2026")
    await visitor.press("Close")
    await expect(page).to_have_title(TASKS)
    await expect(page.get_by_role("link", name="Go back to page 2")).to_have_count(0)
    await visitor.leave()


async def test_two_pages_of_ones_own_are_never_called_somebody_else(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=True)
    first, second = visitor.page, await visitor.page.context.new_page()
    await second.goto(f"/forms/{task_id}/1")
    await first.get_by_label("Last name:").fill("First page")
    await expect(status(first)).to_have_text(re.compile("^Saved"))
    await second.get_by_label("Last name:").fill("Second page")
    await expect(status(second)).to_have_text(
        "You have changed an answer on two pages at once. Press Save to see both."
    )
    await visitor.leave()
