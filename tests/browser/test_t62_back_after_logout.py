"""T62, in a browser: after Logout the back button shows nothing of what was there."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.visitor import TASKS, Visitor
from tests.support.council import Council
from tests.support.measures import Measures
from tests.support.portal import Portal

STEPS_BACK = 4


@pytest.mark.parametrize("scripts", [True, False])
async def test_t62_the_back_button_shows_nothing_after_logout(
    browser: Browser, portal: Portal, bristol: Council, measures: Measures, *, scripts: bool
) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    await visitor.have_account()
    task_id = await visitor.be_delegated(bristol)
    await visitor.sign_in()
    for number in (1, 2):
        await visitor.open_form(task_id, number)
        await expect(visitor.page.locator("main")).to_contain_text("Gabriel Example")
    await visitor.page.goto("/tasks")
    await expect(visitor.page).to_have_title(TASKS)
    await visitor.page.get_by_text("Sandra Professional").click()
    await visitor.press("Logout")
    shown = []
    for _ in range(STEPS_BACK):
        await visitor.page.go_back()
        await expect(visitor.page).to_have_title(re.compile("^Secure login - step 1"))
        shown.append(await visitor.page.content())
    named = sum("Gabriel" in each for each in shown)
    measures.report("T62", scripts=scripts, steps_back=STEPS_BACK, pages_with_a_child=named)
    assert named == 0
    await visitor.leave()
