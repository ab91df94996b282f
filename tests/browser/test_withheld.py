"""A council that insists on an app, beside one that does not: what the list says of it, and how its forms are seen."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.page_checks import check
from tests.browser.test_without_a_code import at_oxfordshire
from tests.browser.visitor import ACCEPTED, Visitor, new_id
from tests.support.council import Council, request
from tests.support.engines import ROOT
from tests.support.person import PASSWORD
from tests.support.portal import Portal

CHILD = "Wilhelmina Example"
NOTICE = "Oxfordshire County Council shows its forms only to whoever signs in with a code from an authenticator app"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal where Oxfordshire lets nobody in without an app."""
    home = tmp_path_factory.mktemp("strict")
    shutil.copytree(ROOT / "deploy/authorities", home / "authorities")
    strict = home / "authorities/oxfordshire.json"
    strict.write_text(json.dumps({**json.loads(strict.read_text()), "second_factor": "app"}))
    portal = Portal.at(home / "data", PORTAL_AUTHORITIES_DIR=str(home / "authorities"))
    try:
        portal.up()
        yield portal
    finally:
        portal.down()


async def delegate(council: Council, visitor: Visitor, child: str) -> str:
    """One form to them, and one to a work group of theirs, about this child; the task of the first."""
    delegation_id, group = new_id(), f"wg-{new_id()}"
    subject = {**request(delegation_id, visitor.email)["subject"], "name": child}
    await council.define_group(group, [visitor.email])
    waiting = {"kind": "work_group", "work_group_id": group}
    await council.delegate(f"G-{delegation_id}", assignee=waiting, subject=subject)
    await council.expect(ACCEPTED, delegation_id=f"G-{delegation_id}")
    await council.delegate(delegation_id, visitor.email, subject=subject)
    return str((await council.expect(ACCEPTED, delegation_id=delegation_id)).body["task_id"])


async def give_password(visitor: Visitor) -> None:
    await visitor.fill(Email=visitor.email, Password=PASSWORD)
    await visitor.press("Submit")


async def log_out(visitor: Visitor) -> None:
    await visitor.page.locator("summary").first.click()
    await visitor.press("Logout")
    await expect(visitor.page.get_by_text("You are signed out.")).to_be_visible()


async def do_what_it_says(visitor: Visitor, shots: Path | None, *, scripts: bool) -> pyotp.TOTP:
    """At the council's own address, for somebody who has no app yet; the app that they have then."""
    page, seen = visitor.page, len(visitor.portal.mail.codes_for(visitor.email))
    await page.goto(at_oxfordshire(visitor.portal, "/sign-in"))
    await give_password(visitor)
    await visitor.fill(Code=await visitor.code(more_than=seen))
    await visitor.press("Finish")
    await expect(page.get_by_text("This portal lets nobody in without an authenticator app.")).to_be_visible()
    if scripts:
        await check(visitor, "account-security-first", shots)
    app = pyotp.TOTP("".join((await page.locator(".portal-key").inner_text()).split()))
    await visitor.fill(Code=app.now(), Password=PASSWORD)
    await visitor.press("Add the app")
    await expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    return app


async def shows(visitor: Visitor, notice: Locator, forms: int, *, strict: bool) -> None:
    """How many forms the list has and counts, and whether anything in it is the strict council's."""
    page = visitor.page
    await expect(page).to_have_title(re.compile("tasks to complete"))
    await expect(page.get_by_role("link", name=f"Currently Assigned Tasks ({forms})")).to_be_visible()
    own, waiting = page.get_by_role("table", name="Currently"), page.get_by_role("table", name="Work Groups")
    for table in (own, waiting):
        rows = table.get_by_role("row")
        await expect(rows).to_have_count(forms + 1)
        await expect(rows.filter(has_text=CHILD)).to_have_count(int(strict))
    await expect(notice).to_have_count(int(not strict))
    await expect(page.get_by_role("option", name="Oxfordshire")).to_have_count(int(strict))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
async def test_its_forms_are_seen_by_whoever_does_what_the_list_says(  # noqa: PLR0917
    browser: Browser, portal: Portal, bristol: Council, oxfordshire: Council, shots: Path | None, scripts: bool
) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    page = visitor.page
    await visitor.have_account()
    await delegate(bristol, visitor, "Gabriel Example")
    strict = await delegate(oxfordshire, visitor, CHILD)
    notice = page.get_by_text(NOTICE)
    await visitor.sign_in()
    await shows(visitor, notice, 1, strict=False)
    if scripts:
        await check(visitor, "tasks-withheld", shots)
    await page.get_by_label("Name begins with").fill("Wilhelmina")
    await visitor.press("Show")
    await expect(page.get_by_text("No form fits what you have chosen.")).to_be_visible()
    await expect(page.get_by_text(CHILD)).to_have_count(0)
    await page.goto(f"/forms/{strict}/1")
    await expect(page.get_by_text(CHILD)).to_have_count(0)
    await expect(page.get_by_role("heading", name="This form needs a stronger sign-in")).to_be_visible()
    if scripts:
        await check(visitor, "form-withheld", shots)
    await page.goto("/tasks")
    await log_out(visitor)
    app = await do_what_it_says(visitor, shots, scripts=scripts)
    await page.goto(at_oxfordshire(portal, "/tasks"))
    await shows(visitor, notice, 2, strict=True)
    await log_out(visitor)
    await page.goto("/sign-in")
    await give_password(visitor)
    await visitor.fill(Code=app.generate_otp(int(time.time()) // 30 + 1))
    await visitor.press("Finish")
    await shows(visitor, notice, 2, strict=True)
    await visitor.leave()
