"""A person's whole way by the guides' labels, with scripts and without; the council gets what was typed."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.visitor import FORM, TASKS, Visitor
from tests.support.council import Council
from tests.support.documents import pdf
from tests.support.person import PASSWORD
from tests.support.portal import Portal


async def register(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Secure login - step 1")).to_be_visible()
    await expect(
        page.get_by_text("New to Bristol Children and Families Services Portal? Register for an account here")
    ).to_be_visible()
    await visitor.press("Register for new account")
    await expect(page).to_have_title(re.compile("Register a new account - step 1"))
    await visitor.fill(Forename="Sandra")
    await visitor.press("Next")
    await expect(page).to_have_title(re.compile("^Error: Register a new account - step 1"))
    await expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    await expect(page.get_by_label("Forename", exact=True)).to_have_value("Sandra")
    await page.get_by_label("Is this account being used in a professional capacity?").check()
    await visitor.fill(Surname="Professional", Role="Psychologist", Organisation="Example School")
    await visitor.fill(**{"Street": "1 Test Street", "Town/City": "Bristol", "Postcode": "BS1 1AA"})
    await visitor.press("Next")
    await expect(page.get_by_text("at least 8 characters")).to_be_visible()
    await visitor.press("Back")
    await expect(page.get_by_label("Surname", exact=True)).to_have_value("Professional")
    await visitor.press("Next")
    await visitor.fill(Email_address=visitor.email, Password=PASSWORD, Confirm_password=PASSWORD)
    await visitor.press("Next")
    await expect(page.get_by_role("heading", name="Register a new account - step 3")).to_be_visible()
    await visitor.fill(Code="0000 0000")
    await visitor.press("Next")
    await expect(page.get_by_role("alert")).to_contain_text("The code is not correct")
    await visitor.fill(Code=await visitor.code())
    await visitor.press("Next")
    await expect(page.get_by_role("heading", name="Registration completed")).to_be_visible()
    await visitor.press("Continue")


async def fill_in(visitor: Visitor) -> None:
    page = visitor.page
    await expect(page.get_by_label("About this form")).to_contain_text("Gabriel Example")
    await expect(page.get_by_label("About this form")).to_contain_text("26-Apr-2008")
    await expect(page.get_by_text("Hi I'm Gabriel and I like trains.")).to_be_visible()
    await visitor.fill(**{"Preferred name:": "Gabe"})
    await visitor.press("Next")
    await expect(page.get_by_role("heading", name="Professional Contribution to EHCNA")).to_be_visible()
    await visitor.press("Submit Contribution")
    await expect(page).to_have_title(re.compile("^Error: Professional Contribution to EHCNA"))
    await expect(page.get_by_text("Error: This field is required.").first).to_be_visible()
    await visitor.answer_all()
    needs = page.get_by_role("table", name="What Special Educational Needs have you identified?")
    await needs.get_by_label("Special Educational Needs category").select_option(label="Cognition and learning")
    await needs.get_by_label("Need (B) and severity of need").fill("Reading & <b>writing</b>\nboth")
    await page.get_by_role("button", name=re.compile(r"^\+ Add another row to What Special")).click()
    await expect(needs.get_by_role("row")).to_have_count(3)
    await needs.get_by_label("Need (B) and severity of need").nth(1).fill("To be removed")
    await page.get_by_role("button", name="- Remove row 2").first.click()
    await expect(needs.get_by_role("row")).to_have_count(2)
    await visitor.press("Next")


async def attach(visitor: Visitor, folder: Path) -> None:
    page = visitor.page
    (folder / "report.pdf").write_bytes(pdf())
    (folder / "notes.txt").write_text("not a type that is taken")
    await expect(page.get_by_role("heading", name="Attach supporting documents", level=1)).to_be_visible()
    await page.get_by_label("Choose File").set_input_files([folder / "report.pdf", folder / "notes.txt"])
    await visitor.press("Upload Document")
    await expect(page.get_by_text("notes.txt: The selected file must be a DOC, DOCX, PDF").first).to_be_visible()
    await expect(page.get_by_role("button", name="Remove report.pdf")).to_be_visible()
    await page.get_by_label("Choose File").set_input_files(folder / "report.pdf")
    await visitor.press("Upload Document")
    await expect(page.get_by_role("button", name="Remove report.pdf")).to_have_count(1)
    await page.get_by_role("button", name="Remove report.pdf").click()
    await expect(page.get_by_role("button", name="Remove report.pdf")).to_have_count(0)
    await page.get_by_label("Choose File").set_input_files(folder / "report.pdf")
    await visitor.press("Upload Document")
    await expect(page.get_by_role("button", name="Remove report.pdf")).to_have_count(1)


async def submit(visitor: Visitor, *, scripts: bool) -> None:
    page = visitor.page
    async with page.expect_download() as draft:
        await visitor.press("PDF")
    assert (await draft.value).suggested_filename.endswith(".pdf")
    await visitor.press("Submit Contribution")
    if scripts:
        await expect(page.get_by_role("dialog", name="Submit this contribution?")).to_be_visible()
        await visitor.press("No")
        await visitor.press("Submit Contribution")
    else:
        await expect(page).to_have_title(re.compile("^Submit this contribution"))
    await visitor.press("Yes")
    await expect(page.get_by_role("heading", name="Contribution submitted")).to_be_visible()


def is_pdf(path: Path) -> bool:
    return path.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_from_registration_to_the_download(
    browser: Browser, portal: Portal, bristol: Council, tmp_path: Path, scripts: bool
) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    page = visitor.page
    await register(visitor)
    task_id = await visitor.be_delegated(bristol, due_on="2031-09-05")
    await visitor.sign_in(at="")
    await expect(page).to_have_title(TASKS)
    await expect(page.get_by_role("row").filter(has_text="05-Sep-2031")).to_contain_text("Please complete the report")
    await page.get_by_role("link", name=FORM).click()
    await visitor.open_form(task_id)
    await fill_in(visitor)
    await attach(visitor, tmp_path)
    await submit(visitor, scripts=scripts)
    await visitor.press("Back to your tasks")
    await page.get_by_role("link", name=re.compile("Recently Submitted Tasks")).click()
    await expect(page.get_by_role("heading", name="Recently Submitted Forms (Last 30 Days)")).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("link", name=re.compile(r"[(]download PDF[)]$")).click()
    await (await download.value).save_as(tmp_path / "submitted.pdf")
    assert is_pdf(tmp_path / "submitted.pdf")
    await page.get_by_text("Sandra Professional").click()
    await visitor.press("Logout")
    await expect(page.get_by_role("heading", name="Secure login - step 1")).to_be_visible()
    await page.goto(f"/forms/{task_id}/1")
    await expect(page.get_by_role("heading", name="Secure login - step 1")).to_be_visible()
    await visitor.leave()


async def test_the_council_gets_what_was_typed(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor = await Visitor.arrive(browser, portal)
    await visitor.have_account()
    task_id = await visitor.be_delegated(bristol)
    await visitor.sign_in()
    await visitor.open_form(task_id, 2)
    await visitor.answer_all()
    await visitor.page.get_by_label("Need (B) and severity of need").fill("Reading & <b>writing</b>\nboth")
    await visitor.press("Submit Contribution")
    await visitor.press("Yes")
    await expect(visitor.page.get_by_role("heading", name="Contribution submitted")).to_be_visible()
    receipt = await visitor.page.locator("dd").last.text_content()
    submitted = await bristol.expect("portal.contribution.submitted.v1", receipt=receipt)
    answers = submitted.body["answers"]
    assert answers["date_assessment_completed"] == "2026-03-27"
    assert answers["sen_identified"][0]["need"] == "Reading & <b>writing</b>\nboth"
    assert answers["first_name"] == "Gabriel"
    await visitor.leave()


async def test_a_forgotten_password_is_reset(browser: Browser, portal: Portal) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=False)
    page = visitor.page
    await visitor.have_account()
    await page.goto("/sign-in")
    seen = len(portal.mail.codes_for(visitor.email))
    await visitor.press("Forgotten Password")
    await expect(page.get_by_role("heading", name="Reset password - step 1")).to_be_visible()
    await visitor.fill(Email=visitor.email)
    await visitor.press("Next")
    await expect(page.get_by_role("heading", name="Reset password - step 2")).to_be_visible()
    await visitor.fill(Code=await visitor.code(more_than=seen))
    await visitor.press("Next")
    await expect(page.get_by_role("heading", name="Reset password - step 3")).to_be_visible()
    await visitor.fill(Your_new_password="Meadow-Lantern-Orbit-12", Confirm_password="Meadow-Lantern-Orbit-13")
    await visitor.press("Finish")
    await expect(page).to_have_title(re.compile("^Error: Reset password - step 3"))
    await visitor.fill(Your_new_password="Meadow-Lantern-Orbit-12", Confirm_password="Meadow-Lantern-Orbit-12")
    await visitor.press("Finish")
    await expect(page.get_by_role("heading", name="Password Reset Confirmation")).to_be_visible()
    await visitor.press("OK")
    await visitor.fill(Email=visitor.email, Password="Meadow-Lantern-Orbit-12")
    await visitor.press("Submit")
    await expect(page.get_by_role("heading", name="Secure login - step 2")).to_be_visible()
    await visitor.leave()
