"""What a browser keeps of a form until it is saved: sealed, for one person, for some days; and a form that is over."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.test_nothing_is_lost import SAVED, at_form
from tests.browser.visitor import ACCEPTED, Visitor, new_email, new_id
from tests.support.council import Council
from tests.support.eventually import eventually
from tests.support.portal import Portal

TYPED = ("Gabriel was hurt at home. " * 38)[:980]
NEED = "Need (B) and severity of need"
STORE = "JSON.stringify({...localStorage})"


def now() -> str:
    return datetime.now(UTC).isoformat()


async def save_nothing(page: Page) -> None:
    async def fail(route: Route) -> None:
        if route.request.method == "POST":
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/forms/**", fail)


async def with_typing_kept(browser: Browser, portal: Portal, council: Council) -> tuple[Visitor, str]:
    """Something typed that could not be saved, and a session that is over."""
    visitor, task_id = await at_form(browser, portal, council, scripts=True, number=2)
    await save_nothing(visitor.page)
    await visitor.fill(**{NEED: TYPED})
    await expect(visitor.page.get_by_text("kept in this browser")).to_be_visible()
    await visitor.page.unroute("**/forms/**")
    await visitor.page.goto("/help")
    await visitor.page.context.clear_cookies()
    return visitor, task_id


async def test_what_is_kept_has_no_clear_word_and_comes_back_whole(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor, task_id = await with_typing_kept(browser, portal, bristol)
    await visitor.page.goto("/sign-in")
    stored = await visitor.page.evaluate(STORE)
    assert "portal:unsaved:" in stored
    assert not re.search("Gabriel|hurt|severity", stored)
    await visitor.sign_in(at=f"/sign-in?next=/forms/{task_id}/2")
    await expect(visitor.page.get_by_label(NEED).last).to_have_value(TYPED)
    await expect(visitor.page.get_by_text(SAVED)).to_be_visible()
    await eventually(lambda: visitor.page.evaluate(f"{STORE} === '{{}}'"))
    await visitor.leave()


async def test_the_next_person_finds_nothing(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, _ = await with_typing_kept(browser, portal, bristol)
    other = await Visitor.arrive(browser, portal)
    await other.have_account()
    visitor.email = other.email
    await visitor.sign_in()
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("tasks to complete")
    await eventually(lambda: visitor.page.evaluate(f"{STORE} === '{{}}'"))
    await other.leave()
    await visitor.leave()


async def test_thirty_days_later_nothing_is_left(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, _ = await with_typing_kept(browser, portal, bristol)
    await visitor.page.clock.install(time=datetime.now(UTC) + timedelta(days=30))
    await visitor.page.goto("/sign-in")
    await eventually(lambda: visitor.page.evaluate(f"{STORE} === '{{}}'"))
    await visitor.leave()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_form_moved_while_typing_says_so_and_shows_what_was_typed(
    browser: Browser, portal: Portal, bristol: Council, scripts: bool
) -> None:
    visitor, _ = await at_form(browser, portal, bristol, scripts=scripts)
    page, other = visitor.page, new_email("other")
    departed = {"email": visitor.email, "assignee": {"kind": "person", "email": other}, "departed_at": now()}
    await bristol.publish("council.professional.departed.v1", departed)
    await asyncio.to_thread(portal.mail.wait_for, other)
    await visitor.fill(**{"Last name:": TYPED})
    if not scripts:
        await visitor.press("Save")
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"{other} has this form now")
    typed = page.locator(".portal-typed")
    await expect(typed).to_contain_text("Last name:")
    await expect(typed).to_contain_text(TYPED)
    await visitor.leave()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_form_withdrawn_while_typing_says_so_and_shows_what_was_typed(
    browser: Browser, portal: Portal, bristol: Council, scripts: bool
) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    await visitor.have_account()
    delegation_id = new_id()
    await bristol.delegate(delegation_id, visitor.email)
    task_id = str((await bristol.expect(ACCEPTED, delegation_id=delegation_id)).body["task_id"])
    await visitor.sign_in()
    await visitor.open_form(task_id)
    page = visitor.page
    body = {"delegation_id": delegation_id, "reason": "Sent in error", "retracted_at": now()}
    await bristol.publish("council.delegation.retracted.v1", body)
    beside = await page.context.new_page()

    async def is_over() -> bool:
        await beside.goto("/tasks?tab=retracted")
        return bool(await beside.get_by_role("link", name="Recently Retracted Tasks (1)").count())

    await eventually(is_over)
    await visitor.fill(**{"Last name:": TYPED})
    if not scripts:
        await visitor.press("Save")
    await expect(page.get_by_role("heading", name="This form was withdrawn")).to_be_visible()
    await expect(page.get_by_text("The council has withdrawn this form")).to_be_visible()
    typed = page.locator(".portal-typed")
    await expect(typed).to_contain_text("Last name:")
    await expect(typed).to_contain_text(TYPED)
    await expect(typed).not_to_contain_text("First name:")
    if scripts:
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await visitor.press("Copy what I typed")
        await expect(typed).to_contain_text("Copied")
        assert TYPED in await page.evaluate("navigator.clipboard.readText()")
        await page.reload()
        await expect(typed).to_contain_text(TYPED)
    await visitor.leave()


async def test_where_a_browser_can_keep_nothing_the_page_promises_nothing(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    """As over http to a machine that is not one's own: there is no cryptography."""
    visitor, _ = await at_form(browser, portal, bristol, scripts=True, number=2)
    page = visitor.page
    await page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    await page.reload()
    await save_nothing(page)
    await visitor.fill(**{NEED: TYPED})
    state = page.locator('[data-portal="saved"]')
    await expect(state).to_have_text("Not saved yet. Leave this page open: we are trying again.")
    assert await page.evaluate(STORE) == "{}"
    await page.unroute("**/forms/**")
    await expect(state).to_have_text(SAVED)
    await visitor.leave()
