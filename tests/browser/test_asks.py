"""Declining a form and asking for more time, from the form to the council's answer and back."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.page_checks import check
from tests.browser.test_for_everyone import tab_to
from tests.browser.visitor import ACCEPTED, Visitor
from tests.support.council import Council
from tests.support.eventually import eventually
from tests.support.portal import Portal

pytestmark = pytest.mark.usefixtures("valid_html")
DECIDED = "council.delegation.decided.v1"
DECLINED = "portal.delegation.declined.v1"
EXTENSION = "portal.extension.requested.v1"


async def enter_date(page: Page, legend: str, day: date) -> None:
    group = page.get_by_role("group", name=legend)
    for label, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        await group.get_by_label(label).fill(str(part))


async def form_says(page: Page, task_id: str, words: str) -> None:
    async def said() -> bool:
        await page.goto(f"/forms/{task_id}/1")
        return await page.get_by_text(words).is_visible()

    await eventually(said)


async def at_a_form(
    browser: Browser, portal: Portal, council: Council, *, scripts: bool = True
) -> tuple[Visitor, str, str]:
    """Somebody on the first page of a form; its task and its delegation."""
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    await visitor.have_account()
    task_id = await visitor.be_delegated(council)
    await visitor.sign_in()
    await visitor.open_form(task_id)
    return visitor, task_id, (await council.expect(ACCEPTED, task_id=task_id)).body["delegation_id"]


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no-script"])
async def test_a_form_is_declined_and_given_back_with_the_councils_words(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None, scripts: bool
) -> None:
    visitor, task_id, delegation_id = await at_a_form(browser, portal, bristol, scripts=scripts)
    page = visitor.page
    await page.get_by_label("Preferred name").fill("Gabe")
    await visitor.press("Decline this form")
    await expect(page.get_by_role("heading", name="Decline this form")).to_be_visible()
    if scripts:
        await check(visitor, "decline", shots)
    await visitor.press("Decline")
    await expect(page.get_by_role("link", name="Select the whole form or parts of it.")).to_be_visible()
    await expect(page.get_by_role("link", name="Select a reason.")).to_be_visible()
    await page.get_by_label("The whole form").check()
    await page.get_by_label("Somebody else should be asked").check()
    await visitor.press("Decline")
    await expect(page.get_by_role("link", name="Explain it to the council.")).to_be_visible()
    await expect(page.get_by_label("Somebody else should be asked")).to_be_checked()
    if scripts:
        await check(visitor, "decline-error", shots)
    await page.get_by_label("Explain it to the council").fill("We passed him on in June.")
    await page.get_by_label("Who should be asked instead?").fill("Northside Team")
    await visitor.press("Decline")
    await expect(page.get_by_text("The council has been told that you decline the form.")).to_be_visible()
    await expect(page.get_by_text("Declined", exact=True)).to_be_visible()
    told = (await bristol.expect(DECLINED, delegation_id=delegation_id)).body
    assert (told["reason_code"], told["explanation"]) == ("not_the_right_person", "We passed him on in June.")
    await page.goto(f"/forms/{task_id}/1")
    await expect(page.get_by_role("heading", name="You declined this form")).to_be_visible()
    if scripts:
        await check(visitor, "declined", shots)

    answer = {"delegation_id": delegation_id, "decision": "refused", "comments": "Please tell us what you saw in May."}
    await bristol.publish(DECIDED, answer)
    await form_says(page, task_id, "Please tell us what you saw in May.")
    await expect(page.get_by_label("Preferred name")).to_have_value("Gabe")
    await visitor.leave()


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no-script"])
async def test_more_time_is_asked_for_and_given(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None, scripts: bool
) -> None:
    visitor, task_id, delegation_id = await at_a_form(browser, portal, bristol, scripts=scripts)
    page = visitor.page
    await visitor.press("Ask for more time")
    await expect(page.get_by_role("heading", name="Ask for more time")).to_be_visible()
    if scripts:
        await check(visitor, "more-time", shots)
    await page.get_by_label("An appointment for an examination or a test was missed").check()
    await page.get_by_label("Explain it to the council").fill("He was ill; it is booked again.")
    await visitor.press("Ask for more time")
    await expect(page.get_by_role("link", name=re.compile("Enter a date"))).to_be_visible()
    until = date.today() + timedelta(days=90)  # noqa: DTZ011 - the portal's day, whatever the hour
    await enter_date(page, "Until when?", until)
    await visitor.press("Ask for more time")
    await expect(page.get_by_role("link", name="Enter the date of the appointment.")).to_be_visible()
    if scripts:
        await check(visitor, "more-time-error", shots)
    await page.get_by_label("The school or setting is closed for four weeks or more").check()
    await visitor.press("Ask for more time")
    await expect(page.get_by_role("link", name="Enter the first day of the closure.")).to_be_visible()
    await expect(page.get_by_role("link", name="Enter the day on which it opens again.")).to_be_visible()
    await page.get_by_label("An appointment for an examination or a test was missed").check()
    await enter_date(page, "If an appointment was missed, when was it?", until - timedelta(days=100))
    await visitor.press("Ask for more time")
    await expect(page.get_by_text("The council has been asked for more time.")).to_be_visible()
    told = (await bristol.expect(EXTENSION, delegation_id=delegation_id)).body
    assert (told["until"], told["reason_code"]) == (until.isoformat(), "missed_appointment")
    await form_says(page, task_id, "has not answered yet")
    await bristol.publish(DECIDED, {"delegation_id": delegation_id, "decision": "accepted"})
    await form_says(page, task_id, "has agreed")
    if scripts:
        await check(visitor, "form-more-time", shots)
    await visitor.leave()


async def test_a_form_is_declined_by_keyboard(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, _, delegation_id = await at_a_form(browser, portal, bristol)
    page, keys = visitor.page, visitor.page.keyboard
    await tab_to(page, "Decline this form")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Decline this form")).to_be_visible()
    await tab_to(page, "The whole form")
    await keys.press("Space")
    await tab_to(page, "The child or young person is not known to us")
    await keys.press("ArrowDown")
    await expect(page.get_by_label("We are no longer involved")).to_be_checked()
    await tab_to(page, "Explain it to the council")
    await keys.type("We closed the case in May.")
    await tab_to(page, "Decline")
    await keys.press("Enter")
    await expect(page.get_by_text("The council has been told that you decline the form.")).to_be_visible()
    told = (await bristol.expect(DECLINED, delegation_id=delegation_id)).body
    assert (told["reason_code"], told["explanation"]) == ("no_longer_involved", "We closed the case in May.")
    await visitor.leave()
