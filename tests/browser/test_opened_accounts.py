"""The first sign-in to an account that a council has opened: with scripts and without, by keyboard, on a phone."""

import asyncio
import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Browser, expect

from tests.browser.page_checks import check
from tests.browser.test_for_everyone import tab_to
from tests.browser.test_without_a_code import at_oxfordshire
from tests.browser.visitor import Visitor
from tests.support.council import Council
from tests.support.person import PASSWORD
from tests.support.portal import Portal

pytestmark = pytest.mark.usefixtures("valid_html")
OPENED = "council.account.opened.v1"
HINT = "Or the user name that the council has given you, like oxfordshire-s.example"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
async def test_the_first_sign_in_asks_for_a_password_of_ones_own(
    browser: Browser, portal: Portal, oxfordshire: Council, shots: Path | None, scripts: bool
) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    page, name = visitor.page, f"s.{uuid4().hex[:8]}"
    given = {"forename": "Sandra", "surname": "Example", "role": "", "organisation": "Example School"}
    await oxfordshire.publish(OPENED, {"email": visitor.email, "user_name": name, **given})
    password = await asyncio.to_thread(portal.mail.temporary_password_for, visitor.email)
    await page.goto(at_oxfordshire(portal, "/reset/1"))
    await expect(page.get_by_text(HINT)).to_be_visible()
    if scripts:
        await check(visitor, "reset-1-user-name", shots)
    await page.goto(at_oxfordshire(portal, "/sign-in"))
    field = page.get_by_label("Email", exact=True)
    await expect(field).to_have_accessible_description(HINT)
    await expect(page.get_by_text("Is the temporary password that we emailed to you too old?")).to_be_visible()
    await visitor.fill(Email=f"oxfordshire-{name}", Password="not it")
    await visitor.press("Submit")
    await expect(page.get_by_role("alert").first).to_contain_text("The user name or the password is not correct.")
    if scripts:
        await check(visitor, "sign-in-user-name", shots)
    await visitor.fill(Email=f"oxfordshire-{name}", Password=password)
    await visitor.press("Submit")
    await visitor.fill(Code=await visitor.code())
    await visitor.press("Finish")
    heading = page.get_by_role("heading", name="Finish setting up your account")
    await expect(heading).to_be_visible()
    await expect(page.get_by_label("Organisation", exact=True)).to_have_value("Example School")
    if scripts:
        await check(visitor, "account-take-over", shots)
    await page.goto(at_oxfordshire(portal, "/tasks"))
    await expect(heading).to_be_visible()
    await visitor.press("Finish")
    for fault in ("Enter your role", "Enter your street", "Enter a password", "Confirm your password"):
        await expect(page.get_by_role("alert")).to_contain_text(fault)
    if scripts:
        await check(visitor, "account-take-over-error", shots)
    await visitor.fill(Role="SENCO", Street="1 Test Street", Postcode="OX1 1AA", **{"Town/City": "Oxford"})
    await visitor.fill(Your_new_password=PASSWORD, Confirm_password=PASSWORD)
    if scripts:
        await tab_to(page, "Finish")
        await page.keyboard.press("Enter")
    else:
        await visitor.press("Finish")
    await expect(page).to_have_title(re.compile("tasks to complete"))
    await visitor.leave()


async def test_where_councils_open_no_accounts_the_field_is_an_address(browser: Browser, portal: Portal) -> None:
    visitor = await Visitor.arrive(browser, portal)
    await visitor.page.goto("/sign-in")
    await expect(visitor.page.get_by_label("Email", exact=True)).to_have_attribute("type", "email")
    await expect(visitor.page.get_by_text("temporary password")).to_be_hidden()
    await visitor.leave()
