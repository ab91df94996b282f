"""Every page for everyone: HTML is valid, axe finds nothing, nothing scrolls sideways, keys suffice, time-outs warn."""

import re
import time
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.page_checks import check
from tests.browser.visitor import ACCEPTED, TASKS, Visitor, new_email, new_id
from tests.support.council import Council
from tests.support.eventually import eventually
from tests.support.person import PASSWORD
from tests.support.portal import Portal

pytestmark = pytest.mark.usefixtures("valid_html")


async def test_the_pages_before_signing_in(browser: Browser, portal: Portal, shots: Path | None) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page = visitor.page
    for name in (
        "sign-in",
        "register/1",
        "reset/1",
        "register/done",
        "reset/done",
        "account/closed",
        "help",
        "help/guide",
        "help/guide/form",
        "accessibility",
        "privacy",
        "nowhere",
    ):
        await page.goto(f"/{name}")
        await check(visitor, name.replace("/", "-"), shots)
    await page.goto("/sign-in")
    await visitor.press("Submit")
    await check(visitor, "sign-in-error", shots)
    await page.goto("/register/1")
    await page.get_by_label("Is this account being used").check()
    await visitor.press("Next")
    await check(visitor, "register-1-error", shots)
    labels = {"Forename": "S", "Surname": "P", "Role": "R", "Organisation": "O", "Street": "1 Test Street"}
    await visitor.fill(**labels, **{"Town/City": "Bristol", "Postcode": "BS1 1AA"})
    await visitor.press("Next")
    await check(visitor, "register-2", shots)
    await visitor.fill(Email_address=visitor.email, Password=PASSWORD, Confirm_password=PASSWORD)
    await visitor.press("Next")
    await check(visitor, "register-3", shots)
    await visitor.fill(Code=await visitor.code())
    await visitor.press("Next")
    await expect(page.get_by_role("heading", name="Registration completed")).to_be_visible()
    await page.goto("/reset/1")
    await visitor.fill(Email=visitor.email)
    await visitor.press("Next")
    await check(visitor, "reset-2", shots)
    await visitor.fill(Code=await visitor.code(more_than=1))
    await visitor.press("Next")
    await check(visitor, "reset-3", shots)
    await visitor.leave()


async def test_the_pages_of_a_form(browser: Browser, portal: Portal, bristol: Council, shots: Path | None) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page = visitor.page
    await visitor.have_account()
    document = {"document_id": "EP-1", "name": "Psychology report.pdf", "media_type": "application/pdf"}
    elsewhere = {
        **document,
        "document_id": "EP-2",
        "name": f"{'Previous-advice-' * 7}.pdf",
        "url": "https://council.example/2",
    }
    documents = [{**document, "content_base64": "JVBERg=="}, elsewhere]
    task_id = await visitor.be_delegated(bristol, documents=documents)
    await bristol.define_group(f"wg-{task_id}", [visitor.email])
    await bristol.delegate(f"G-{task_id}", assignee={"kind": "work_group", "work_group_id": f"wg-{task_id}"})
    await visitor.sign_in()
    await visitor.open_form(task_id)
    for number in (1, 2, 3):
        await page.goto(f"/forms/{task_id}/{number}")
        await check(visitor, f"form-{number}", shots)
    await page.goto(f"/forms/{task_id}/2?check=1")
    await check(visitor, "form-2-error", shots)
    for name in ("2?full=sen_identified", "check", "print"):
        await page.goto(f"/forms/{task_id}/{name}")
        await check(visitor, f"form-{name.partition('=')[2] or name}", shots)
    await page.goto("/tasks")
    await check(visitor, "tasks", shots)
    await page.locator("summary").click()
    await check(visitor, "tasks-menu", shots)
    await page.goto(f"/forms/{task_id}/2")
    await visitor.answer_all()
    await visitor.press("Submit Contribution")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await check(visitor, "form-dialog", shots)
    await page.goto(f"/forms/{task_id}/submit")
    await check(visitor, "submit", shots)
    await visitor.press("Yes")
    await expect(page.get_by_role("heading", name="Contribution submitted")).to_be_visible()
    await check(visitor, "submitted", shots)
    for tab in ("submitted", "retracted"):
        await page.goto(f"/tasks?tab={tab}")
        await check(visitor, f"tasks-{tab}", shots)
    delegation_id = (await bristol.expect(ACCEPTED, task_id=task_id)).body["delegation_id"]
    questions = {"comments": "How often,\nand by whom?", "fields": ["preferred_name", "sen_identified"]}
    await bristol.publish("council.delegation.returned.v1", {"delegation_id": delegation_id, **questions})

    async def is_open_again() -> bool:
        await page.goto(f"/forms/{task_id}/1")
        return await page.get_by_role("heading", name="has sent this form back").is_visible()

    await eventually(is_open_again)
    await check(visitor, "form-sent-back", shots)
    await page.get_by_role("link", name="Preferred name (page 1)").click()
    await expect(page.get_by_label("Preferred name")).to_have_accessible_description(
        re.compile("The council asks about this answer.")
    )
    await page.goto(f"/forms/{task_id}/check")
    await check(visitor, "check-sent-back", shots)
    await page.get_by_role("link", name=re.compile("^SEN identified|[(]page 2[)]$")).first.click()
    await expect(page.get_by_text("The council asks about this answer.")).to_be_visible()
    await page.goto("/tasks")
    await check(visitor, "tasks-sent-back", shots)
    await visitor.leave()


async def test_the_pages_of_how_often_one_is_emailed(browser: Browser, portal: Portal, shots: Path | None) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page = visitor.page
    await visitor.have_account()
    await visitor.sign_in()
    await page.goto("/account")
    await page.get_by_role("link", name="Choose how often we email you").click()
    await expect(page.get_by_role("radio", name="An email for each thing")).to_be_checked()
    await check(visitor, "account-emails", shots)
    await page.get_by_role("radio", name="One email a day").check()
    await visitor.press("Save")
    await expect(page.get_by_text("as often as you have chosen")).to_be_visible()
    await page.goto("/account/emails")
    await expect(page.get_by_role("radio", name="One email a day")).to_be_checked()
    await page.evaluate("document.querySelectorAll('[name=emails]').forEach((each) => { each.checked = false })")
    await visitor.press("Save")
    await check(visitor, "account-emails-error", shots)
    await page.goto("/emails/nobody")
    await check(visitor, "way-back", shots)
    await visitor.press("Email me each time")
    await check(visitor, "way-back-unknown", shots)
    await visitor.leave()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
async def test_the_pages_of_a_professional_profile(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None, scripts: bool
) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    page = visitor.page
    await visitor.have_account()
    await visitor.be_delegated(bristol)
    await visitor.sign_in()
    await page.goto("/account")
    await page.get_by_role("link", name="Change your professional profile").click()
    await expect(page.get_by_role("radio", name="I am not registered")).to_be_checked()
    await page.get_by_role("radio", name="Another body").check()
    await visitor.fill(Services_and_settings_that_you_work_for="Hill View School\nSensory team")
    await visitor.press("Save profile")
    await page.get_by_role("alert").get_by_role("link", name="Enter the name of the body").click()
    await expect(page.get_by_label("Name of the body")).to_be_focused()
    if scripts:
        await check(visitor, "account-profile-error", shots)
    await page.get_by_role("radio", name="Health and Care Professions Council").check()
    await visitor.fill(Registration_number="ot 12345")
    await visitor.press("Save profile")
    await expect(page.get_by_role("status")).to_contain_text("Your professional profile is saved.")
    told = (await bristol.expect("portal.profile.told.v1", email=visitor.email)).body
    assert told["profile"]["professional_registration"]["number"] == "OT12345"
    assert told["profile"]["works_for"] == ["Hill View School", "Sensory team"]
    await page.goto("/account/profile")
    await expect(page.get_by_role("radio", name="Health and Care Professions Council")).to_be_checked()
    await expect(page.get_by_label("Services and settings")).to_have_value("Hill View School\nSensory team")
    if scripts:
        await check(visitor, "account-profile", shots)
    await visitor.leave()


async def test_the_pages_of_an_account(browser: Browser, portal: Portal, shots: Path | None) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page = visitor.page
    await visitor.have_account()
    await visitor.sign_in()
    await page.locator("summary").click()
    await page.get_by_role("link", name="Update account").click()
    await check(visitor, "account", shots)
    await page.get_by_role("link", name="Change your email address").click()
    await check(visitor, "account-email", shots)
    await visitor.press("Next")
    await check(visitor, "account-email-error", shots)
    await visitor.fill(New_email_address=new_email("long" * 10), Password=PASSWORD)
    await visitor.press("Next")
    await check(visitor, "account-codes", shots)
    await visitor.press("Change address")
    await check(visitor, "account-codes-error", shots)
    pages = {"details": "Save details", "password": "Change password", "close": "Close your account"}
    for name, button in pages.items():
        await page.goto(f"/account/{name}")
        await check(visitor, f"account-{name}", shots)
        if name == "details":
            await visitor.fill(Surname="")
        await visitor.press(button)
        await check(visitor, f"account-{name}-error", shots)
    await page.goto("/account/security")
    await check(visitor, "account-security", shots)
    await visitor.fill(Code="12345")
    await visitor.press("Add the app")
    await check(visitor, "account-security-error", shots)
    app = pyotp.TOTP("".join((await page.locator(".portal-key").inner_text()).split()))
    await visitor.fill(Code=app.now(), Password=PASSWORD)
    await visitor.press("Add the app")
    await check(visitor, "account-recovery-codes", shots)
    await page.goto("/account/security")
    await check(visitor, "account-security-added", shots)
    phone = await Visitor.arrive(browser, portal, visitor.email)
    await phone.page.goto("/sign-in")
    await phone.fill(Email=phone.email, Password=PASSWORD)
    await phone.press("Submit")
    await check(phone, "sign-in-app", shots)
    await phone.fill(Code=app.generate_otp(int(time.time()) // 30 + 1))
    await phone.press("Finish")
    await expect(phone.page).to_have_title(re.compile("tasks to complete"))
    await page.goto("/account/sessions")
    await check(visitor, "account-sessions", shots)
    await visitor.press("Sign out everywhere but here")
    await expect(page.get_by_text("Whoever was there has to sign in again.")).to_be_visible()
    await check(visitor, "account-sessions-ended", shots)
    await phone.leave()
    await visitor.leave()


async def test_the_pages_of_a_calendar(browser: Browser, portal: Portal, shots: Path | None) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page = visitor.page
    await visitor.have_account()
    await visitor.sign_in()
    await page.locator("summary").click()
    await page.get_by_role("link", name="Calendar").click()
    await expect(page.get_by_role("heading", name="Calendar")).to_be_visible()
    await check(visitor, "account-calendar", shots)
    await visitor.press("Make an address")
    await expect(page.get_by_text(re.compile("/calendar/.{43}[.]ics$"))).to_be_visible()
    await check(visitor, "account-calendar-address", shots)
    await visitor.press("I have copied it")
    await check(visitor, "account-calendar-made", shots)
    await visitor.press("End the address")
    await expect(page.get_by_role("status")).to_contain_text("Your calendar address has ended.")
    await check(visitor, "account-calendar-ended", shots)
    await visitor.leave()


async def test_the_pages_of_somebody_who_is_away(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None
) -> None:
    visitor, tom = await Visitor.arrive(browser, portal), await Visitor.arrive(browser, portal)
    page = visitor.page
    for each in (visitor, tom):
        await each.have_account()
    await bristol.define_group(f"wg-{new_id()}", [tom.email, visitor.email])
    await visitor.be_delegated(bristol)
    await visitor.sign_in()
    await page.locator("summary").first.click()
    await page.get_by_role("link", name="Automatic Replies").click()
    await check(visitor, "automatic-replies", shots)
    await visitor.press("Set automatic replies")
    await expect(page).to_have_title(re.compile("^Error: Automatic Replies"))
    await page.get_by_text("Somebody else for some forms").click()
    await check(visitor, "automatic-replies-error", shots)
    for legend, year in (("First day", "2031"), ("Last day", "2031")):
        days = page.get_by_role("group", name=legend)
        for part, typed in (("Day", "5"), ("Month", "9"), ("Year", year)):
            await days.get_by_label(part).fill(typed)
    await page.get_by_label("Your reply").fill("I am on leave.")
    await page.get_by_label("New forms from Bristol City Council go to").select_option(f"person:{tom.email}")
    await visitor.press("Set automatic replies")
    await expect(page.get_by_text("The councils that know you have been told.")).to_be_visible()
    await check(visitor, "automatic-replies-set", shots)
    await visitor.press("Turn them off")
    await expect(page.get_by_text("Your automatic replies are off.")).to_be_visible()
    await tom.leave()
    await visitor.leave()


async def test_the_pages_of_a_manager(browser: Browser, portal: Portal, bristol: Council, shots: Path | None) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page, group = visitor.page, f"wg-{new_id()}"
    await visitor.have_account()
    await bristol.define_group(group, [visitor.email, *(new_email("member") for _ in range(60))])
    await visitor.be_delegated(bristol, due_on="2031-09-05")
    for _ in range(2):
        await visitor.be_delegated(bristol, assignee={"kind": "work_group", "work_group_id": group})
    await visitor.sign_in()
    await page.get_by_role("button", name=re.compile("^Pickup")).first.click()
    await page.goto("/tasks")
    await check(visitor, "tasks-re-assign", shots)
    await page.get_by_role("link", name="Group member tasks").click()
    await expect(page.get_by_role("table", name="Tasks Picked-up from Work Groups you Manage")).to_be_visible()
    await check(visitor, "group-tasks", shots)
    await visitor.press("Re-Assign selected")
    await expect(page).to_have_title(re.compile("^Error: Group member tasks"))
    await check(visitor, "group-tasks-error", shots)
    await page.get_by_role("link", name="Select all on this page").click()
    await visitor.press("Re-Assign selected")
    await check(visitor, "re-assign-many", shots)
    await page.get_by_role("radio").last.check()
    await visitor.press("OK")
    await expect(page.get_by_role("heading", name="Forms re-assigned")).to_be_visible()
    await check(visitor, "re-assigned", shots)
    await page.goto("/group-tasks")
    await page.get_by_role("button", name=re.compile("^Re-Assign all forms of")).click()
    await expect(page.get_by_role("heading", name="Choose Professional to Re-Assign to")).to_be_visible()
    await check(visitor, "re-assign-all", shots)
    await page.goto("/group-tasks")
    await page.get_by_role("link", name=re.compile("^Re-Assign")).first.click()
    await check(visitor, "re-assign", shots)
    await visitor.press("OK")
    await expect(page).to_have_title(re.compile("^Error: Choose Professional to Re-Assign to"))
    await check(visitor, "re-assign-error", shots)
    await page.get_by_label("Search by name or email").fill("nobody of this name")
    await visitor.press("Search")
    await expect(page.get_by_text("No user was found.")).to_be_visible()
    await check(visitor, "re-assign-none", shots)
    await page.get_by_label("Search by name or email").fill(group)
    await page.keyboard.press("Enter")
    await page.get_by_label(f"Select Group {group}").check()
    await visitor.press("OK")
    await expect(page.get_by_role("alert")).to_contain_text("The form was re-assigned.")
    await check(visitor, "group-tasks-none", shots)
    await visitor.leave()


async def test_the_privacy_page_names_every_cookie_that_is_set(browser: Browser, portal: Portal) -> None:
    visitor = await Visitor.arrive(browser, portal)
    await visitor.have_account()
    await visitor.sign_in()
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("Professional Portal")
    names = {str(cookie["name"]) for cookie in await visitor.page.context.cookies()}
    assert "portal_devices" in names
    await visitor.page.goto("/privacy")
    told = await visitor.page.locator("main").inner_text()
    assert [name for name in names if name not in told] == []
    await visitor.leave()


async def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the control of that name has the focus; it must be seen to have it."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(
            """() => { const e = document.activeElement;
            return (e?.labels?.[0]?.innerText || e?.innerText || "").trim().replace(/\\s+/g, " "); }"""
        )
        if focused.startswith(name):
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


async def test_the_keyboard_alone_is_enough(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page, keys = visitor.page, visitor.page.keyboard
    await visitor.have_account()
    task_id = await visitor.be_delegated(bristol)
    seen = len(portal.mail.codes_for(visitor.email))
    await page.goto("/sign-in")
    await keys.press("Tab")
    await expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    await tab_to(page, "Email")
    await keys.type(visitor.email)
    await tab_to(page, "Password")
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Secure login - step 2")).to_be_visible()
    await tab_to(page, "Code")
    await keys.type(await visitor.code(more_than=seen))
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Professional Portal - tasks to complete")).to_be_visible()
    await visitor.open_form(task_id)
    await tab_to(page, "2 Professional Contribution")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Professional Contribution to EHCNA")).to_be_visible()
    await tab_to(page, "Date Assessment Completed")
    await keys.type("27/3/2026")
    await tab_to(page, "+")
    await keys.press("Enter")
    await keys.press("Tab")
    await keys.type("Added by keyboard")
    await tab_to(page, "Yes")
    await keys.press("Space")
    await tab_to(page, "Submit Contribution")
    await keys.press("Enter")
    await expect(page.get_by_role("dialog", name="Submit this contribution?")).to_be_visible()
    await tab_to(page, "Yes")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Contribution submitted")).to_be_visible()
    await tab_to(page, "Sandra Professional")
    await expect(page.get_by_role("button", name="Logout")).to_be_visible()
    await keys.press("Escape")
    await expect(page.get_by_role("button", name="Logout")).to_be_hidden()
    await tab_to(page, "Sandra Professional")
    await tab_to(page, "Logout")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Secure login - step 1")).to_be_visible()
    await visitor.leave()


async def test_a_time_out_warns_two_minutes_before_and_can_be_put_off(browser: Browser, portal: Portal) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page = visitor.page
    await visitor.have_account()
    await visitor.sign_in()
    await expect(page.get_by_role("heading", name="Professional Portal - tasks to complete")).to_be_visible()
    await page.clock.install()
    await page.reload()
    warning = page.get_by_role("dialog", name="You will soon be signed out")
    await page.clock.fast_forward("27:30")
    await expect(warning).to_be_hidden()
    await page.clock.fast_forward("00:40")
    await expect(warning).to_contain_text("in 2 minutes")
    await page.clock.fast_forward("01:10")
    await expect(warning).to_contain_text(re.compile(r"in [1-5]\d seconds"))
    await expect(warning.get_by_role("button", name="Sign out")).to_be_visible()
    await visitor.press("Stay signed in")
    await expect(warning).to_be_hidden()
    await page.clock.fast_forward("28:10")
    await expect(warning).to_be_visible()
    await page.clock.fast_forward("02:10")
    await expect(warning).to_be_hidden()
    portal.set_clock("PT31M")
    try:
        await page.clock.fast_forward("30:10")
        over = page.get_by_role("dialog", name="You have been signed out")
        await expect(over).to_contain_text("sign in again")
        await expect(over.get_by_role("button", name="Sign out")).to_be_hidden()
    finally:
        portal.set_clock("PT0S")
    await visitor.leave()


async def test_tabs_stay_signed_in_together(browser: Browser, portal: Portal) -> None:
    visitor = await Visitor.arrive(browser, portal)
    await visitor.have_account()
    await visitor.sign_in()
    await expect(visitor.page.get_by_role("heading", name=TASKS)).to_be_visible()
    beside = await visitor.page.context.new_page()
    tabs = (visitor.page, beside)
    await visitor.page.context.clock.install()
    for tab in tabs:
        await tab.goto("/tasks")
    warnings = [tab.get_by_role("dialog", name="You will soon be signed out") for tab in tabs]
    await visitor.page.context.clock.fast_forward("28:10")
    for warning in warnings:
        await expect(warning).to_be_visible()
    await warnings[1].get_by_role("button", name="Stay signed in").click()
    for warning in warnings:
        await expect(warning).to_be_hidden()
    await visitor.page.goto("/signed-in")
    await check(visitor, "signed-in")
    await visitor.leave()


async def test_the_user_menu_opens_by_hover_and_by_click(browser: Browser, portal: Portal) -> None:
    visitor = await Visitor.arrive(browser, portal)
    await visitor.have_account()
    await visitor.sign_in()
    logout = visitor.page.get_by_role("button", name="Logout")
    await expect(logout).to_be_hidden()
    await visitor.page.get_by_text("Sandra Professional").hover()
    await expect(logout).to_be_visible()
    await visitor.page.get_by_text("Sandra Professional").click()
    await expect(logout).to_be_visible()
    await visitor.page.mouse.move(5, 500)
    await expect(logout).to_be_visible()
    await visitor.page.get_by_role("heading", level=1).click()
    await expect(logout).to_be_hidden()
    await visitor.leave()


async def test_the_keyboard_opens_the_user_menu_and_enter_leaves_it_open(browser: Browser, portal: Portal) -> None:
    visitor = await Visitor.arrive(browser, portal)
    await visitor.have_account()
    await visitor.sign_in()
    logout = visitor.page.get_by_role("button", name="Logout")
    await tab_to(visitor.page, "Sandra Professional")
    await expect(logout).to_be_visible()
    await visitor.page.keyboard.press("Enter")
    await expect(logout).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await expect(logout).to_be_hidden()
    await visitor.leave()


async def test_required_is_heard_and_errors_lead_to_their_fields(browser: Browser, portal: Portal) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=False)
    page = visitor.page
    await page.goto("/register/1")
    await expect(page.get_by_role("textbox", name="Forename", exact=True)).to_have_attribute("aria-required", "true")
    await visitor.press("Next")
    await page.get_by_role("alert").get_by_role("link").first.click()
    assert re.search("#forename$", page.url)
    await visitor.leave()
