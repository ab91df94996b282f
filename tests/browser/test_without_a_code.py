"""Signing in without a code: in a browser that is trusted. With scripts and without."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.page_checks import check
from tests.browser.visitor import Visitor
from tests.support.person import PASSWORD
from tests.support.portal import Portal

pytestmark = pytest.mark.usefixtures("valid_html")
TRUST = "Do not ask for a code in this browser for 30 days"


def at_oxfordshire(portal: Portal, path: str) -> str:
    """An address of the authority that lets browsers be trusted."""
    return f"http://oxfordshire.localhost:{portal.port}{path}"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
async def test_a_trusted_browser_is_asked_for_the_password_alone(
    browser: Browser, portal: Portal, shots: Path | None, scripts: bool
) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    page = visitor.page
    await visitor.have_account()
    seen = len(portal.mail.codes_for(visitor.email))

    async def give_password() -> None:
        await page.goto(at_oxfordshire(portal, "/sign-in"))
        await visitor.fill(Email=visitor.email, Password=PASSWORD)
        await visitor.press("Submit")

    await give_password()
    code = await visitor.code(more_than=seen)
    await page.get_by_label(TRUST).check()
    await visitor.fill(Code="1234")
    await visitor.press("Finish")
    await expect(page.get_by_label(TRUST)).to_be_checked()
    if scripts:
        await check(visitor, "sign-in-code-trust", shots)
    await visitor.fill(Code=code)
    await visitor.press("Finish")
    await expect(page).to_have_title(re.compile("tasks to complete"))
    await page.goto(at_oxfordshire(portal, "/account/sessions"))
    trusted = page.get_by_role("table", name="Browsers that are not asked for a code")
    await expect(trusted).to_contain_text("Oxfordshire County Council")
    if scripts:
        await check(visitor, "account-sessions-trusts", shots)
    await page.locator("summary").click()
    await visitor.press("Logout")
    await give_password()
    await expect(page).to_have_title(re.compile("tasks to complete"))
    await page.goto(at_oxfordshire(portal, "/account/sessions"))
    await visitor.press("Ask for a code in every browser")
    await expect(page.get_by_text("Every browser is asked for a code again.")).to_be_visible()
    await expect(trusted).to_be_hidden()
    await page.locator("summary").click()
    await visitor.press("Logout")
    await give_password()
    await expect(page.get_by_role("heading", name="Secure login - step 2")).to_be_visible()
    await visitor.leave()


async def test_where_no_days_are_granted_nothing_is_offered(browser: Browser, portal: Portal) -> None:
    visitor = await Visitor.arrive(browser, portal)
    await visitor.have_account()
    await visitor.page.goto("/sign-in")
    await visitor.fill(Email=visitor.email, Password=PASSWORD)
    await visitor.press("Submit")
    await expect(visitor.page.get_by_role("heading", name="Secure login - step 2")).to_be_visible()
    await expect(visitor.page.get_by_role("checkbox")).to_have_count(0)
    await visitor.leave()
