"""What was typed survives: no scripts, no connection, no session, two windows, two presses."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.page_checks import look
from tests.browser.visitor import Visitor
from tests.support.council import Council
from tests.support.documents import EICAR, pdf
from tests.support.person import PASSWORD
from tests.support.portal import Portal

SAVED = re.compile(r"Saved \d\d:\d\d")


async def at_form(
    browser: Browser, portal: Portal, council: Council, *, scripts: bool, number: int = 1
) -> tuple[Visitor, str]:
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    await visitor.have_account()
    task_id = await visitor.be_delegated(council)
    await visitor.sign_in()
    await visitor.open_form(task_id, number)
    return visitor, task_id


async def saved(page: Page, task_id: str, label: str, number: int = 1) -> str:
    await page.goto(f"/forms/{task_id}/{number}")
    return await page.get_by_label(label, exact=True).input_value()


async def test_typing_is_saved_by_itself(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=True)
    await visitor.fill(**{"Last name:": "Example"})
    await expect(visitor.page.get_by_text(SAVED)).to_be_visible()
    assert await saved(visitor.page, task_id, "Last name:") == "Example"
    await visitor.leave()


async def test_close_saves_and_the_form_opens_where_it_was_left(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=False)
    await visitor.fill(**{"Last name:": "Example"})
    await visitor.press("Close")
    await expect(visitor.page).to_have_title("Professional Portal - tasks to complete")
    assert await saved(visitor.page, task_id, "Last name:") == "Example"
    await visitor.leave()


async def test_enter_in_a_field_saves_and_presses_nothing_else(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=False)
    await visitor.fill(**{"Last name:": "Example"})
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_text(SAVED)).to_be_visible()
    assert visitor.page.url.endswith(f"/forms/{task_id}/1")
    assert await saved(visitor.page, task_id, "Last name:") == "Example"
    await visitor.leave()


async def test_a_lost_connection_loses_nothing(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=True)
    await visitor.page.context.set_offline(True)
    await visitor.fill(**{"Last name:": "Example"})
    await expect(visitor.page.get_by_text("kept in this browser")).to_be_visible()
    await visitor.page.context.set_offline(False)
    await expect(visitor.page.get_by_text(SAVED)).to_be_visible()
    assert await saved(visitor.page, task_id, "Last name:") == "Example"
    await visitor.leave()


async def test_a_page_closed_before_it_was_saved_is_restored(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=True, number=2)
    page = visitor.page
    await page.context.set_offline(True)
    await page.get_by_role("button", name=re.compile(r"^\+ Add another row to What Special")).click()
    await page.get_by_label("Need (B) and severity of need").nth(1).fill("Typed offline")
    await page.close()
    await page.context.set_offline(False)
    visitor.page = page = await page.context.new_page()
    await page.goto(f"/forms/{task_id}/2")
    await expect(page.get_by_label("Need (B) and severity of need").last).to_have_value("Typed offline")
    await expect(page.get_by_text(SAVED)).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Need (B) and severity of need").first).to_have_value("Typed offline")
    await visitor.leave()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_session_that_ended_meanwhile_costs_no_words(
    browser: Browser, portal: Portal, bristol: Council, scripts: bool
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=scripts)
    await visitor.page.context.clear_cookies()
    await visitor.fill(**{"Last name:": "Example"})
    if scripts:
        await expect(visitor.page.get_by_role("dialog", name="You have been signed out")).to_be_visible()
        await visitor.sign_in(at=f"/sign-in?next=/forms/{task_id}/1")
        await expect(visitor.page.get_by_label("Last name:")).to_have_value("Example")
        await expect(visitor.page.get_by_text(SAVED)).to_be_visible()
    else:
        await visitor.press("Save")
        await expect(visitor.page.get_by_text("What you typed is kept.")).to_be_visible()
        await visitor.sign_in(at="")
        await visitor.press("Continue")
        await expect(visitor.page.get_by_text(SAVED)).to_be_visible()
    assert await saved(visitor.page, task_id, "Last name:") == "Example"
    await visitor.leave()


@pytest.mark.parametrize("is_other", [False, True], ids=["the-same", "somebody-else"])
async def test_signing_in_again_over_the_page_goes_on_from_there_for_the_same_person(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None, is_other: bool
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=True)
    page, other = visitor.page, await Visitor.arrive(browser, portal)
    await other.have_account()
    await page.context.clear_cookies()
    await visitor.fill(**{"Last name:": "Example"})
    over = page.get_by_role("dialog", name="You have been signed out")
    await expect(over).to_be_visible()
    await expect(page.get_by_label("Last name:")).to_be_hidden()
    await over.get_by_role("button", name="Sign in", exact=True).click()
    inside = page.frame_locator('iframe[title="Sign in"]')
    await expect(inside.get_by_role("heading", name="Secure login - step 1")).to_be_visible()
    await expect(inside.get_by_role("link")).to_have_count(0)
    await look(page, "sign-in-again", shots)
    email = other.email if is_other else visitor.email
    seen = len(await asyncio.to_thread(portal.mail.codes_for, email))
    await inside.get_by_label("Email").fill(email)
    await inside.get_by_label("Password").fill(PASSWORD)
    await inside.get_by_role("button", name="Submit").click()
    code = await asyncio.to_thread(portal.mail.code_for, email, more_than=seen)
    await inside.get_by_label("Code").fill(code)
    await inside.get_by_role("button", name="Finish").click()
    if is_other:
        await expect(page.get_by_role("heading", level=1)).not_to_contain_text("signed out")
        await expect(page.get_by_label("Last name:")).to_have_count(0)
    else:
        await expect(over).to_be_hidden()
        await expect(page.get_by_label("Last name:")).to_have_value("Example")
        await expect(page.get_by_text(SAVED)).to_be_visible()
        await visitor.press("Save")
        assert await saved(page, task_id, "Last name:") == "Example"
    await other.leave()
    await visitor.leave()


async def test_a_session_that_timed_out_at_the_server_costs_no_words(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=False)
    await visitor.fill(**{"Last name:": "Example"})
    portal.set_clock("PT31M")
    try:
        await visitor.press("Save")
        await expect(visitor.page.get_by_text("What you typed is kept.")).to_be_visible()
        await visitor.sign_in(at="")
        await visitor.press("Continue")
        await expect(visitor.page.get_by_text(SAVED)).to_be_visible()
        assert await saved(visitor.page, task_id, "Last name:") == "Example"
        portal.set_clock("PT1H2M")
        await visitor.page.goto("/tasks")
        await expect(visitor.page.get_by_text("because nothing happened for a while")).to_be_visible()
    finally:
        portal.set_clock("PT0S")
    await visitor.leave()


async def test_what_one_person_typed_is_never_saved_as_anothers(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=False)
    await visitor.page.context.clear_cookies()
    await visitor.fill(**{"Last name:": "Example"})
    await visitor.press("Save")
    owner, other = visitor.email, await Visitor.arrive(browser, portal)
    await other.have_account()
    visitor.email = other.email
    await visitor.sign_in(at="")
    await visitor.press("Continue")
    await expect(visitor.page.get_by_role("heading", name="That was typed by somebody else")).to_be_visible()
    visitor.email = owner
    await other.leave()
    await visitor.leave()
    assert task_id


async def test_log_out_leaves_nothing_typed_in_the_browser(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, _ = await at_form(browser, portal, bristol, scripts=True)
    page = visitor.page
    await page.route(
        "**/forms/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    await visitor.fill(**{"Last name:": "Example"})
    await expect(page.get_by_text("kept in this browser")).to_be_visible()
    assert await page.evaluate("Object.keys(localStorage).length") == 1
    await page.get_by_text("Sandra Professional").click()
    await visitor.press("Logout")
    await expect(page.get_by_role("heading", name="Secure login - step 1")).to_be_visible()
    assert await page.evaluate("Object.keys(localStorage).length") == 0
    await visitor.leave()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_two_windows_merge_and_the_same_answer_shows_both_versions(
    browser: Browser, portal: Portal, bristol: Council, scripts: bool
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=scripts)
    first, second = visitor.page, await visitor.page.context.new_page()
    await second.goto(f"/forms/{task_id}/1")
    await first.get_by_label("Last name:").fill("First window")
    await first.get_by_label("Preferred name:").fill("Gabe")
    await first.get_by_role("button", name="Save", exact=True).click()
    await expect(first.get_by_text(SAVED)).to_be_visible()
    await second.get_by_label("Last name:").fill("Second window")
    await second.get_by_role("button", name="Save", exact=True).click()
    await expect(second.get_by_text("You changed this answer on two pages")).to_be_visible()
    await expect(second.get_by_label("Preferred name:")).to_have_value("Gabe")
    conflict = second.get_by_role("group", name="You changed this answer on two pages. Which one should stay?")
    await expect(conflict).to_contain_text("First window")
    await expect(conflict).to_contain_text("Second window")
    await conflict.get_by_label(re.compile("^The other answer")).check()
    await second.get_by_role("button", name="Keep this answer").click()
    await expect(second.get_by_text("You changed this answer on two pages")).to_have_count(0)
    assert await saved(second, task_id, "Last name:") == "First window"
    await visitor.leave()


async def test_submitting_twice_submits_once(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=False, number=2)
    await visitor.answer_all()
    await visitor.press("Save")
    pages = [visitor.page, await visitor.page.context.new_page()]
    for page in pages:
        await page.goto(f"/forms/{task_id}/submit")
    for page in pages:
        await page.get_by_role("button", name="Yes").click()
        await expect(page.get_by_role("heading", name="Contribution submitted")).to_be_visible()
    receipts = [await page.locator("dd").last.inner_text() for page in pages]
    assert receipts[0] == receipts[1]
    await visitor.leave()


async def test_a_page_left_open_over_the_submission_says_so(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=False, number=2)
    stale = await visitor.page.context.new_page()
    await stale.goto(f"/forms/{task_id}/1")
    await visitor.answer_all()
    await visitor.press("Submit Contribution")
    await visitor.press("Yes")
    await expect(visitor.page.get_by_role("heading", name="Contribution submitted")).to_be_visible()
    await stale.get_by_label("Last name:").fill("Too late")
    await stale.get_by_role("button", name="Save", exact=True).click()
    await expect(stale.get_by_role("heading", name="Contribution submitted")).to_be_visible()
    await expect(stale.get_by_text("what you changed after that is not part of it")).to_be_visible()
    await visitor.leave()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_what_is_no_date_stays_as_typed_with_a_sentence(
    browser: Browser, portal: Portal, bristol: Council, scripts: bool
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=scripts, number=2)
    await visitor.fill(Date_Assessment_Completed="31/2/2026")
    await visitor.press("Save")
    await expect(visitor.page.get_by_role("alert")).to_contain_text("must be a real date")
    assert await saved(visitor.page, task_id, "Date Assessment Completed", 2) == "31/2/2026"
    await visitor.leave()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_an_answer_that_is_too_long_stays_on_the_page_and_the_rest_is_saved(
    browser: Browser, portal: Portal, bristol: Council, scripts: bool
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=scripts, number=2)
    need = visitor.page.get_by_label("Need (B) and severity of need")
    await need.fill("word " * 4_001)
    if scripts:
        await expect(visitor.page.get_by_text("20,000 characters or fewer")).to_be_visible()
        await expect(visitor.page.get_by_text("except the answers with a problem")).to_be_visible()
    await visitor.fill(Date_Assessment_Completed="27/3/2026")
    await visitor.press("Save")
    await expect(visitor.page.get_by_role("alert")).to_contain_text("20,000 characters or fewer")
    assert len(await need.input_value()) == 20_005
    await visitor.page.evaluate("localStorage.clear()") if scripts else None
    assert await saved(visitor.page, task_id, "Date Assessment Completed", 2) == "27/3/2026"
    await visitor.leave()


async def test_each_refused_file_is_named_with_the_reason(
    browser: Browser, portal: Portal, bristol: Council, tmp_path: Path
) -> None:
    visitor, _ = await at_form(browser, portal, bristol, scripts=False, number=3)
    contents = {"empty.pdf": b"", "large.pdf": pdf() + bytes(10 * 1024 * 1024), "virus.pdf": EICAR, "good.pdf": pdf()}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    await visitor.page.get_by_label("Choose File").set_input_files([tmp_path / name for name in contents])
    await visitor.press("Upload Document")
    summary = visitor.page.get_by_role("alert")
    await expect(summary).to_contain_text("empty.pdf: The selected file is empty")
    await expect(summary).to_contain_text("large.pdf: The selected file must be smaller than 10MB")
    await expect(summary).to_contain_text("virus.pdf: The selected file")
    await expect(summary).not_to_contain_text("good.pdf")
    await expect(visitor.page.get_by_role("button", name="Remove good.pdf")).to_be_visible()
    await visitor.press("Upload Document")
    await expect(summary).to_contain_text("Choose a file to upload.")
    await visitor.leave()
