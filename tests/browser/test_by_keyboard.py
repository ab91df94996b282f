"""What somebody does with the keyboard alone: the pages of their account, the list's choices, a table, a document."""

import asyncio
import re
from pathlib import Path

import pyotp
from playwright.async_api import Browser, expect

from tests.browser.keys import Keys
from tests.browser.test_list_choices import CONSULTATION, EHC, shown, sorted_by, with_forms
from tests.browser.visitor import Visitor, new_email, new_id
from tests.support.council import Council
from tests.support.documents import pdf
from tests.support.person import PASSWORD, Person
from tests.support.portal import Portal

OTHER = "Marsh-kettle-9-lantern"
NEED = "Need (B) and severity of need"


async def signed_in(browser: Browser, portal: Portal) -> tuple[Visitor, Keys]:
    visitor = await Visitor.arrive(browser, portal)
    await visitor.have_account()
    await visitor.sign_in()
    await expect(visitor.page).to_have_title(re.compile("tasks to complete"))
    return visitor, Keys(visitor.page)


async def by_the_menu(keys: Keys, link: str) -> None:
    """Opens the user menu, and follows a link of it."""
    await keys.to("Sandra ")
    await keys.follow(link)


async def test_who_one_is_and_how_one_is_emailed(browser: Browser, portal: Portal) -> None:
    visitor, keys = await signed_in(browser, portal)
    page = visitor.page
    await by_the_menu(keys, "Update account")
    await keys.follow("Change your details")
    await keys.type("Example", "Surname")
    await keys.follow("Save details")
    await expect(page.get_by_role("definition").get_by_text("Sandra Example")).to_be_visible()
    await keys.follow("Change your professional profile")
    await keys.to("I am not registered", within="Who are you registered with?")
    await keys.press("ArrowUp")
    await keys.type("Somebody of ours", "Name of the body")
    await keys.type("12345", "Registration number")
    await keys.type("Hill View School", "Services and settings")
    await keys.follow("Save profile")
    await expect(page.get_by_role("status")).to_contain_text("Your professional profile is saved.")
    await keys.follow("Choose how often we email you")
    await keys.to("An email for each thing", within="How often we email you")
    await keys.press("ArrowDown")
    await keys.follow("Save")
    await expect(page.get_by_text("as often as you have chosen")).to_be_visible()
    address, seen = new_email("moved"), len(portal.mail.codes_for(visitor.email))
    await keys.follow("Change your email address")
    await keys.type(address, "New email address")
    await keys.type(PASSWORD, "Password")
    await keys.follow("Next")
    await expect(page.get_by_role("heading", name="step 2")).to_be_visible()
    await keys.type(await asyncio.to_thread(portal.mail.code_for, address), f"Code sent to {address}")
    await keys.type(await visitor.code(more_than=seen), f"Code sent to {visitor.email}")
    await keys.follow("Change address")
    await expect(page.get_by_role("definition").get_by_text(address)).to_be_visible()
    await visitor.leave()


async def test_how_one_signs_in_and_that_one_leaves(browser: Browser, portal: Portal) -> None:
    visitor, keys = await signed_in(browser, portal)
    page = visitor.page

    def elsewhere() -> None:
        with Person(portal.gateway) as person:
            person.sign_in(portal.mail, visitor.email)

    await asyncio.to_thread(elsewhere)
    await by_the_menu(keys, "Update account")
    await keys.follow("See where you are signed in")
    await keys.follow("Sign out everywhere but here")
    await expect(page.get_by_text("Whoever was there has to sign in again.")).to_be_visible()
    await keys.follow("Back")
    await keys.follow("Change your password")
    await keys.type(PASSWORD, "Your password now")
    await keys.type(OTHER, "Your new password", "Confirm password")
    await keys.follow("Change password")
    await expect(page.get_by_role("status")).to_contain_text("password")
    await keys.follow("Use a passkey")
    await expect(page.get_by_role("heading", name="Passkeys")).to_be_visible()
    await keys.follow("Back")
    await keys.follow("Use an authenticator app")
    app = pyotp.TOTP("".join((await page.locator(".portal-key").inner_text()).split()))
    await keys.type(app.now(), "Code")
    await keys.type(OTHER, "Password")
    await keys.follow("Add the app")
    await expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    await keys.follow("I have kept them")
    await by_the_menu(keys, "Update account")
    await keys.follow("Close your account")
    await keys.type(OTHER, "Password")
    await keys.follow("Close your account")
    await expect(page).to_have_url(re.compile("/account/closed$"))
    await visitor.leave()


async def test_a_calendar_and_automatic_replies(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, tom = await Visitor.arrive(browser, portal), new_email("tom")
    page, keys = visitor.page, Keys(visitor.page)
    await visitor.have_account()
    await bristol.define_group(f"wg-{new_id()}", [tom, visitor.email])
    await visitor.be_delegated(bristol)
    await visitor.sign_in()
    await expect(page).to_have_title(re.compile("tasks to complete"))
    await by_the_menu(keys, "Calendar")
    await keys.follow("Make an address")
    await keys.follow("I have copied it")
    await keys.follow("End the address")
    await expect(page.get_by_role("status")).to_contain_text("Your calendar address has ended.")
    await by_the_menu(keys, "Automatic Replies")
    for legend in ("First day", "Last day"):
        for part, typed in (("Day", "5"), ("Month", "9"), ("Year", "2031")):
            await keys.type(typed, part, within=legend)
    await keys.type("I am on leave.", "Your reply")
    await keys.to("New forms from Bristol")
    await keys.press("ArrowDown")
    await keys.follow("Set automatic replies")
    await expect(page.get_by_text("The councils that know you have been told.")).to_be_visible()
    told = (await bristol.expect("portal.absence.changed.v1", email=visitor.email)).body
    assert told["substitute"]
    await keys.follow("Turn them off")
    await expect(page.get_by_text("Your automatic replies are off.")).to_be_visible()
    await visitor.leave()


async def test_what_the_list_shows_and_in_which_order(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page, keys = visitor.page, Keys(visitor.page)
    await with_forms(visitor, bristol)
    await shown(page, EHC, CONSULTATION, EHC)
    await keys.to("In the order of")
    await page.keyboard.type("Form")
    await keys.follow("Show")
    await shown(page, CONSULTATION, EHC, EHC)
    await sorted_by(page, "Form Type")
    await keys.type("Gabriel", "Name begins with")
    await keys.to("Form Type")
    await page.keyboard.type(CONSULTATION)
    await keys.press("Enter")
    await keys.follow("Show")
    await shown(page, CONSULTATION)
    await keys.follow("Show all")
    await shown(page, CONSULTATION, EHC, EHC)
    await keys.follow("Recently Submitted Tasks")
    await expect(page.get_by_role("heading", name="Recently Submitted")).to_be_visible()
    await visitor.leave()


async def test_a_form_with_its_table_and_a_document(
    browser: Browser, portal: Portal, bristol: Council, tmp_path: Path
) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page, keys = visitor.page, Keys(visitor.page)
    await visitor.have_account()
    task_id = await visitor.be_delegated(bristol)
    await visitor.sign_in()
    await visitor.open_form(task_id, 2)
    needs = page.get_by_role("table", name="What Special Educational Needs have you identified?")
    await keys.type("27/3/2026", "Date Assessment Completed")
    await keys.type("Reading and writing", NEED)
    await keys.enter("+ Add another row to What Special")
    await expect(needs.get_by_role("row")).to_have_count(3)
    await keys.enter("- Remove row 2")
    await expect(needs.get_by_role("row")).to_have_count(2)
    await keys.enter("Undo")
    await expect(needs.get_by_role("row")).to_have_count(3)
    await keys.enter("Full Screen")
    full = page.get_by_role("dialog", name="Full Screen")
    await expect(full).to_be_visible()
    await keys.enter("Exit Full Screen")
    await expect(full).to_be_hidden()
    await keys.to("Yes")
    await keys.press("Space")
    await keys.follow("Next")
    await expect(page.get_by_role("heading", name="Attach supporting documents", level=1)).to_be_visible()
    (tmp_path / "report.pdf").write_bytes(pdf())
    await keys.to("Choose File")
    async with page.expect_file_chooser() as chooser:
        await keys.press("Enter")
    await (await chooser.value).set_files(tmp_path / "report.pdf")
    await expect(page.get_by_role("button", name="Remove report.pdf")).to_be_visible()
    await keys.enter("Submit Contribution")
    await expect(page.get_by_role("dialog", name="Submit this contribution?")).to_be_visible()
    await keys.enter("Yes")
    await expect(page.get_by_role("heading", name="Contribution submitted")).to_be_visible()
    await expect(page.get_by_text("1 document attached: report.pdf")).to_be_visible()
    await visitor.leave()
