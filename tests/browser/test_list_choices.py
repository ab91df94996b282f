"""The order of the list and what it is narrowed to: by headings or a select, kept between visits, and said in words."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.page_checks import check
from tests.browser.test_for_everyone import tab_to
from tests.browser.visitor import Visitor, new_id
from tests.support.council import Council
from tests.support.portal import Portal

pytestmark = pytest.mark.usefixtures("valid_html")

EHC, CONSULTATION = "EHC Needs Assessment Contributions", "Consultation Response"
OTHER_FORM = {"form": "consultation-response", "prefill": {}}
WHOLE = [EHC, CONSULTATION, EHC]


def listed(page: Page) -> Locator:
    return page.get_by_role("table", name="Currently Assigned Tasks")


async def shown(page: Page, *forms: str) -> None:
    """The forms of the list in this order."""
    await expect(listed(page).locator("td[data-label='Form Type']")).to_have_text(
        [re.compile(f"^{form}") for form in forms]
    )


async def sorted_by(page: Page, *columns: str) -> None:
    """The headings that say that the list is sorted by them."""
    await expect(listed(page).locator("th[aria-sort=ascending]")).to_have_text(
        [re.compile(f"^{column}") for column in columns]
    )


async def with_forms(visitor: Visitor, *councils: Council) -> list[str]:
    """Signed in, with three forms; their tasks by due date."""
    await visitor.have_account()
    last = await visitor.be_delegated(councils[-1], due_on="2031-03-01")
    first = await visitor.be_delegated(councils[0], due_on="2031-01-01")
    second = await visitor.be_delegated(councils[0], due_on="2031-02-01", **OTHER_FORM)
    await visitor.sign_in()
    return [first, second, last]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_the_list_is_put_in_order_by_its_headings_with_the_keyboard(
    browser: Browser, portal: Portal, bristol: Council, oxfordshire: Council, *, scripts: bool
) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    page, keys = visitor.page, visitor.page.keyboard
    await with_forms(visitor, bristol, oxfordshire)
    await shown(page, *WHOLE)
    await sorted_by(page, "Due Date")
    await tab_to(page, "Show")
    await tab_to(page, "Form Type")
    await keys.press("Enter")
    await shown(page, CONSULTATION, EHC, EHC)
    await sorted_by(page, "Form Type")
    await listed(page).get_by_role("button", name="Council", exact=True).press("Space")
    await sorted_by(page, "Council")
    await expect(listed(page).locator("td[data-label=Council]")).to_have_text(
        [re.compile("^Bris")] * 2 + [re.compile("^Ox")]
    )
    await page.get_by_label("In the order of").select_option(label="Received, the latest first")
    await visitor.press("Show")
    await shown(page, CONSULTATION, EHC, EHC)
    await sorted_by(page)
    await expect(listed(page).get_by_text(re.compile("Received [0-9]{2}-"))).to_have_count(3)
    await page.goto("/tasks?order=surname")
    await sorted_by(page, "Due Date")
    await visitor.leave()


async def test_on_a_phone_the_order_is_a_select_and_no_hidden_heading_takes_the_focus(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=False)
    page = visitor.page
    await with_forms(visitor, bristol)
    await page.set_viewport_size({"width": 320, "height": 900})
    await expect(page.locator(".portal-sort").first).to_be_hidden()
    await page.get_by_label("In the order of").select_option(label="Form Type")
    await visitor.press("Show")
    await shown(page, CONSULTATION, EHC, EHC)
    await expect(page.get_by_label("In the order of")).to_have_value("form")
    await sorted_by(page, "Form Type")
    await visitor.leave()


async def test_what_was_chosen_is_there_on_the_next_visit_said_in_words_until_all_is_shown(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page, group = visitor.page, f"wg-{new_id()}"
    await bristol.define_group(group, [visitor.email], name="Example School")
    await with_forms(visitor, bristol)
    await visitor.be_delegated(bristol, assignee={"kind": "work_group", "work_group_id": group})
    said = page.get_by_text("Only some of your forms are shown. Form Type: Consultation Response.")
    await expect(said).to_have_count(0)
    await page.get_by_label("Form Type").select_option(label=CONSULTATION)
    await page.get_by_label("In the order of").select_option(label="Received, the latest first")
    await page.get_by_label("Name begins with").fill("Gabriel")
    await visitor.press("Show")
    await shown(page, CONSULTATION)
    await expect(page.get_by_text("Name begins with: Gabriel.")).to_be_visible()
    assert "abriel" not in page.url
    await page.goto("/help")
    await page.goto("/tasks")
    await shown(page, CONSULTATION)
    await expect(said).to_be_visible()
    await expect(page.get_by_label("Name begins with")).to_have_value("")
    await expect(page.get_by_text("No form that waits in your work groups fits")).to_be_visible()
    await expect(page.get_by_role("link", name="Currently Assigned Tasks (3)")).to_be_visible()
    await page.get_by_role("link", name=re.compile("^Recently Submitted")).click()
    await expect(said).to_be_visible()
    await page.get_by_role("link", name=re.compile("^Currently Assigned")).click()
    await visitor.press("Show all")
    await shown(page, CONSULTATION, EHC, EHC)
    await sorted_by(page)
    await page.goto("/tasks")
    await shown(page, CONSULTATION, EHC, EHC)
    await expect(said).to_have_count(0)
    await visitor.leave()


async def test_another_person_in_the_same_browser_and_whoever_logged_out_see_the_whole_list(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page = visitor.page
    await with_forms(visitor, bristol)
    other = Visitor(portal, page, f"other.{visitor.email}")
    await other.have_account()
    for _ in range(2):
        await other.be_delegated(bristol)
    await page.get_by_label("Form Type").select_option(label=CONSULTATION)
    await visitor.press("Show")
    await shown(page, CONSULTATION)
    session = [one for one in await page.context.cookies() if "session" in one["name"]]
    await page.context.clear_cookies(name=session[0]["name"])
    await other.sign_in()
    await shown(page, EHC, EHC)
    await page.context.clear_cookies(name=session[0]["name"])
    await visitor.sign_in()
    await shown(page, CONSULTATION)
    await page.locator("summary").first.click()
    await visitor.press("Logout")
    await visitor.sign_in()
    await shown(page, *WHOLE)
    await visitor.leave()


async def test_a_form_is_new_until_it_is_opened_in_whichever_tab(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page = visitor.page
    await with_forms(visitor, bristol)
    new = await visitor.be_delegated(bristol, due_on="2030-01-01")
    other_tab = await page.context.new_page()
    for one in (page, other_tab, page):
        await one.goto("/tasks")
    tags = listed(page).locator(".govuk-tag--green")
    await expect(tags).to_have_count(0)
    await page.context.clear_cookies(name=re.compile("session"))
    await visitor.sign_in()
    for one in (other_tab, page, page):
        await one.goto("/tasks")
        await expect(listed(one).locator(".govuk-tag--green").first).to_have_text(re.compile("^New"))
    before = await tags.count()
    await visitor.open_form(new)
    await page.goto("/tasks")
    await expect(tags).to_have_count(before - 1)
    await expect(listed(page).get_by_role("row").nth(1)).not_to_contain_text("New")
    await visitor.leave()


async def test_the_pages_of_a_list_in_order(
    browser: Browser, portal: Portal, bristol: Council, oxfordshire: Council, shots: Path | None
) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page, group = visitor.page, f"wg-{new_id()}"
    await bristol.define_group(group, [visitor.email], name="Example Secondary School")
    await with_forms(visitor, bristol, oxfordshire)
    for _ in range(2):
        await visitor.be_delegated(bristol, assignee={"kind": "work_group", "work_group_id": group})
    await page.goto("/tasks?order=received")
    await check(visitor, "tasks-by-received", shots)
    await page.get_by_label("Council").select_option(label="Oxfordshire County Council")
    await visitor.press("Show")
    await check(visitor, "tasks-narrowed", shots)
    await visitor.leave()
