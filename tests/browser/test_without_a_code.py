"""Signing in without a code: in a browser that is trusted, and with a passkey; with scripts and without."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, CDPSession, expect

from tests.browser.page_checks import check
from tests.browser.test_for_everyone import tab_to
from tests.browser.visitor import Visitor
from tests.support.council import Council
from tests.support.eventually import eventually
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


def at_localhost(portal: Portal, path: str) -> str:
    """An address that has a name: browsers make no passkey for one of numbers."""
    return f"http://localhost:{portal.port}{path}"


async def hold_authenticator(visitor: Visitor) -> tuple[CDPSession, str]:
    """A device that sees its owner's finger, as Chromium has one for tests; the session to it, and its id."""
    device = await visitor.page.context.new_cdp_session(visitor.page)
    await device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = await device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return device, added["authenticatorId"]


async def add_passkey(visitor: Visitor, portal: Portal, name: str = "Work phone") -> None:
    await visitor.page.goto(at_localhost(portal, "/account/passkeys/new"))
    await visitor.fill(Name_of_the_passkey=name, Password=PASSWORD)
    await visitor.press("Next")
    await visitor.press("Add the passkey")
    await expect(visitor.page.get_by_text("The passkey is added.")).to_be_visible()


async def log_out(visitor: Visitor) -> None:
    await visitor.page.locator("summary").first.click()
    await visitor.press("Logout")
    await expect(visitor.page.get_by_text("You are signed out.")).to_be_visible()


async def test_a_passkey_is_added_and_signs_in(browser: Browser, portal: Portal, shots: Path | None) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page = visitor.page
    await visitor.have_account()
    device, authenticator = await hold_authenticator(visitor)
    await visitor.sign_in(at=at_localhost(portal, "/sign-in"))
    await page.goto(at_localhost(portal, "/account"))
    await page.get_by_role("link", name="Use a passkey").click()
    await expect(page.get_by_text("You are at localhost now.")).to_be_visible()
    await check(visitor, "account-passkeys-none", shots)
    await visitor.press("Add a passkey")
    await check(visitor, "account-passkey-new", shots)
    await visitor.press("Next")
    await expect(page.get_by_role("alert")).to_contain_text("Enter a name for the passkey")
    await check(visitor, "account-passkey-new-error", shots)
    await visitor.fill(Name_of_the_passkey="Work phone", Password=PASSWORD)
    await visitor.press("Next")
    await check(visitor, "account-passkey-made", shots)
    await visitor.press("Add the passkey")
    await expect(page.get_by_role("table", name="Passkeys")).to_contain_text("Work phone")
    await check(visitor, "account-passkeys", shots)
    kept = await device.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})
    assert [(each["rpId"], each["isResidentCredential"]) for each in kept["credentials"]] == [("localhost", True)]
    portal.mail.wait_for(visitor.email, "A passkey was added to your account")
    await log_out(visitor)
    await page.goto(at_localhost(portal, "/account/details"))
    await check(visitor, "sign-in-passkey", shots)
    await tab_to(page, "Sign in with a passkey")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Change your details")).to_be_visible()
    await visitor.leave()


async def test_what_goes_wrong_with_a_passkey_is_said_beside_its_button(
    browser: Browser, portal: Portal, shots: Path | None
) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page = visitor.page
    await visitor.have_account()
    device, authenticator = await hold_authenticator(visitor)
    await visitor.sign_in(at=at_localhost(portal, "/sign-in"))
    await add_passkey(visitor, portal)
    await page.goto(at_localhost(portal, "/account/passkeys/new"))
    await visitor.fill(Name_of_the_passkey="The same phone", Password=PASSWORD)
    await visitor.press("Next")
    await visitor.press("Add the passkey")
    await expect(page.get_by_role("alert")).to_have_text("This device has a passkey for your account already.")
    await check(visitor, "account-passkey-made-error", shots)
    await visitor.press("Cancel")
    await page.get_by_role("link", name="Remove Work phone").click()
    await check(visitor, "account-passkey-remove", shots)
    await visitor.press("Remove the passkey")
    await check(visitor, "account-passkey-remove-error", shots)
    await visitor.fill(Password=PASSWORD)
    await visitor.press("Remove the passkey")
    await expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    await log_out(visitor)
    await visitor.press("Sign in with a passkey")
    await expect(page.get_by_role("alert").filter(has_text="The passkey was not accepted.")).to_be_visible()
    await check(visitor, "sign-in-passkey-error", shots)
    verified = {"authenticatorId": authenticator, "isUserVerified": False}
    await device.send("WebAuthn.setUserVerified", verified)
    await page.goto(at_localhost(portal, "/sign-in"))
    await visitor.press("Sign in with a passkey")
    fault = page.get_by_role("alert").filter(has_text="No passkey was used. Try again, or go on without one.")
    await expect(fault).to_be_visible()
    await device.send("WebAuthn.setUserVerified", {**verified, "isUserVerified": True})
    await visitor.press("Sign in with a passkey")
    await expect(page.get_by_role("alert").filter(has_text="The passkey was not accepted.")).to_be_visible()
    await visitor.leave()


async def test_what_was_typed_is_kept_through_signing_in_with_a_passkey(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page = visitor.page
    await visitor.have_account()
    task_id = await visitor.be_delegated(bristol)
    await hold_authenticator(visitor)
    await visitor.sign_in(at=at_localhost(portal, "/sign-in"))
    await add_passkey(visitor, portal)
    form = at_localhost(portal, f"/forms/{task_id}/1")

    async def opened() -> bool:
        answer = await page.goto(form)
        return bool(answer and answer.ok)

    await eventually(opened)
    await page.context.clear_cookies()
    await visitor.fill(**{"Last name:": "Typed before"})
    await expect(page.get_by_role("dialog", name="You have been signed out")).to_be_visible()
    await page.goto(at_localhost(portal, f"/sign-in?next=/forms/{task_id}/1"))
    await visitor.press("Sign in with a passkey")
    await expect(page.get_by_label("Last name:")).to_have_value("Typed before")
    await visitor.leave()


async def test_without_scripts_no_passkey_is_offered(browser: Browser, portal: Portal, shots: Path | None) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=False)
    page = visitor.page
    await visitor.have_account()
    await page.goto(at_localhost(portal, "/sign-in"))
    await expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    await visitor.sign_in(at=at_localhost(portal, "/sign-in"))
    await page.goto(at_localhost(portal, "/account/passkeys"))
    await expect(page.get_by_text("open this page in a browser that knows passkeys")).to_be_visible()
    await expect(page.get_by_role("link", name="Add a passkey")).to_be_hidden()
    await visitor.leave()
