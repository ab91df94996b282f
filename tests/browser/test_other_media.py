"""The list and a form where colours are the reader's own, and on paper: all can be read, and nothing is cut."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.page_checks import RULES
from tests.browser.visitor import Visitor, new_email, new_id
from tests.support.council import Council
from tests.support.portal import Portal

PAPER_PX = 718
"""The width of A4 between margins of one centimetre, at 96 pixels an inch."""
LONG = "Reads two lines and stops.\n" * 30
_CUT = """() => [...document.querySelectorAll("main, main *")]
  .filter((one) => one.checkVisibility() && !one.closest(".govuk-visually-hidden, [aria-hidden=true]"))
  .filter((one) => (one.closest("thead") || one).getBoundingClientRect().width > 1)
  .filter((one) => getComputedStyle(one).overflow !== "visible" && one.matches(":not(select, input, .portal-fold *)"))
  .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
  .map((one) => one.outerHTML.slice(0, 120))"""
"""What hides a part of what stands in it; the headings of rows that are cards are only heard."""
_UNSEEN = """() => {
  const seen = (style) => ["Top", "Left"].some((side) => style[`border${side}Style`] !== "none"
      && parseFloat(style[`border${side}Width`]) > 0)
    || style.textDecorationLine.includes("underline");
  return [...document.querySelectorAll("main :is(button, input, select, textarea, a.govuk-button)")]
    .filter((one) => one.checkVisibility() && one.type !== "hidden" && !one.closest("[aria-hidden=true]"))
    .filter((one) => !one.matches("[aria-hidden=true]"))
    .filter((one) => ![one, one.labels?.[0]].filter(Boolean).some((each) =>
      [null, "::before"].some((part) => seen(getComputedStyle(each, part)))))
    .map((one) => one.outerHTML.slice(0, 120));
}"""
"""Controls without an edge: a background, which is all that some have, is not drawn there."""


async def list_and_form(browser: Browser, portal: Portal, council: Council) -> tuple[Visitor, str]:
    """Somebody with a form, long answers in it, who manages a group that another form waits in."""
    visitor, group = await Visitor.arrive(browser, portal), f"wg-{new_id()}"
    await visitor.have_account()
    await council.define_group(group, [visitor.email, new_email("member")])
    task_id = await visitor.be_delegated(council, comments="Please read the letter first. " * 20)
    await visitor.be_delegated(council, assignee={"kind": "work_group", "work_group_id": group})
    await visitor.sign_in()
    await visitor.open_form(task_id, 2)
    await visitor.page.get_by_label("Need (B) and severity of need").fill(LONG)
    await visitor.press("Save")
    return visitor, task_id


async def _whole(page: Page, *texts: Locator) -> None:
    for text in texts:
        await expect(text.filter(visible=True).first).to_be_visible()
    assert await page.evaluate(_CUT) == []
    assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


async def test_colours_of_ones_own(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, task_id = await list_and_form(browser, portal, bristol)
    page = visitor.page
    await page.emulate_media(forced_colors="active")
    buttons = {
        "/tasks": ("Show", "Pickup EHC", "Re-Assign selected", "Print selected as one PDF"),
        f"/forms/{task_id}/2": ("Save", "Close", "Submit Contribution", "- Remove row 1", "Choose a date"),
    }
    for address, names in buttons.items():
        for width in (320, 1280):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.goto(address)
            shown = [page.get_by_role("button", name=name).last for name in names if "selected" not in name]
            await _whole(page, *shown)
            assert await page.evaluate(_UNSEEN) == [], address
        found = await Axe().run(page, options={"runOnly": RULES})
        assert found.violations_count == 0, found.generate_report()
    await visitor.leave()


@pytest.mark.parametrize("name", ["tasks", "form", "print"])
async def test_on_paper(browser: Browser, portal: Portal, bristol: Council, name: str) -> None:
    visitor, task_id = await list_and_form(browser, portal, bristol)
    page = visitor.page
    await page.emulate_media(media="print")
    await page.set_viewport_size({"width": PAPER_PX, "height": 1000})
    pages = {"tasks": "/tasks", "form": f"/forms/{task_id}/2", "print": f"/forms/{task_id}/print"}
    await page.goto(pages[name])
    await _whole(page, page.get_by_role("heading", level=1), page.locator("main").get_by_text("Gabriel Example"))
    await expect(page.get_by_role("link", name="Help")).to_be_hidden()
    await expect(page.locator("main").get_by_role("button", name="Submit Contribution")).to_have_count(0)
    await visitor.leave()
