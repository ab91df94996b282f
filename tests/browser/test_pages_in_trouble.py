"""The pages that few people see, for everyone too: before Pickup, withdrawn, not saved yet, in conflict, away."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.page_checks import check
from tests.browser.test_nothing_is_lost import SAVED, at_form
from tests.browser.visitor import ACCEPTED, Visitor, new_id
from tests.support.council import Council
from tests.support.eventually import eventually
from tests.support.portal import Portal

pytestmark = pytest.mark.usefixtures("valid_html")
LAST_NAME = "Last name:"


@contextmanager
def hanging(portal: Portal, part: str) -> Iterator[None]:
    """A service that answers nobody."""
    portal.kill(part, signal.SIGSTOP)
    try:
        yield
    finally:
        portal.kill(part, signal.SIGCONT)


async def without_our_scripts(visitor: Visitor) -> None:
    """As where they did not arrive; the walk's own still run."""
    await visitor.page.route("**/*.mjs", lambda route: route.abort())
    await visitor.page.reload()


async def test_the_pages_before_pickup_and_after_a_withdrawal(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None
) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page, group, delegation_id = visitor.page, f"wg-{new_id()}", new_id()
    await visitor.have_account()
    await bristol.define_group(group, [visitor.email])
    assignee = {"kind": "work_group", "work_group_id": group}
    await bristol.delegate(delegation_id, assignee=assignee, comments="Please read the letter first.\n" * 20)
    task_id = (await bristol.expect(ACCEPTED, delegation_id=delegation_id)).body["task_id"]
    await visitor.sign_in()
    await page.get_by_role("link", name=re.compile("look before Pickup")).click()
    await expect(page.get_by_text("Nobody has picked it up yet.")).to_be_visible()
    await check(visitor, "look", shots)
    await visitor.press("Pickup")
    await visitor.open_form(str(task_id))
    await without_our_scripts(visitor)
    await visitor.fill(**{LAST_NAME: "Example, typed while the council withdrew it"})
    body = {"delegation_id": delegation_id, "reason": "Sent in error"}
    await bristol.publish("council.delegation.retracted.v1", body)
    beside = await page.context.new_page()

    async def is_withdrawn() -> bool:
        await beside.goto(f"/forms/{task_id}/submitted")
        return bool(await beside.get_by_role("heading", name="This form was withdrawn").count())

    await eventually(is_withdrawn)
    await visitor.press("Save")
    await expect(page.locator(".portal-typed")).to_contain_text("typed while the council withdrew it")
    await check(visitor, "withdrawn-while-typing", shots)
    await page.goto(f"/forms/{task_id}/submitted")
    await expect(page.get_by_text("has withdrawn this form")).to_be_visible()
    await check(visitor, "withdrawn", shots)
    await page.goto("/tasks?tab=retracted")
    await check(visitor, "tasks-retracted-one", shots)
    await visitor.leave()


async def test_the_pages_of_what_is_not_saved_yet(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=True)
    page = visitor.page
    await without_our_scripts(visitor)
    await visitor.fill(**{LAST_NAME: "Example"})
    with hanging(portal, "forms"):
        await visitor.press("Save")
        await expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
        await check(visitor, "unsaved", shots)
    await visitor.press("Try again")
    await expect(page.get_by_text(SAVED)).to_be_visible()
    await visitor.fill(**{LAST_NAME: "Example-Sample"})
    await page.context.clear_cookies()
    await visitor.press("Save")
    await expect(page.get_by_text("What you typed is kept.")).to_be_visible()
    await check(visitor, "sign-in-kept", shots)
    await visitor.sign_in(at="")
    await expect(page.get_by_role("heading", name="What you typed is kept")).to_be_visible()
    await check(visitor, "resume", shots)
    await visitor.press("Continue")
    await expect(page.get_by_label(LAST_NAME)).to_have_value("Example-Sample")
    assert page.url.endswith(f"/forms/{task_id}/1")
    await visitor.leave()


async def test_the_pages_of_a_conflict_and_of_a_service_that_is_away(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=True)
    page = visitor.page
    await without_our_scripts(visitor)
    beside = await page.context.new_page()
    await beside.goto(f"/forms/{task_id}/1")
    await beside.get_by_label(LAST_NAME).fill("First window")
    await beside.get_by_role("button", name="Save", exact=True).click()
    await expect(beside.get_by_text(SAVED)).to_be_visible()
    await beside.close()
    await visitor.fill(**{LAST_NAME: "Second window"})
    await visitor.press("Save")
    await expect(page.get_by_role("group", name=re.compile("You changed this answer on two pages"))).to_be_visible()
    await check(visitor, "conflict", shots)
    await page.goto(f"/forms/{task_id}/check")
    await check(visitor, "check-conflict", shots)
    with hanging(portal, "forms"):
        await page.goto(f"/forms/{task_id}/1")
        await expect(page.get_by_role("heading", name="the portal is not available right now")).to_be_visible()
        await check(visitor, "away", shots)
    await visitor.leave()
