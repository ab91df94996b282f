"""The task list: nothing overflows, it is narrowed without scripts, a look comes before Pickup."""

import re
from itertools import product

from playwright.async_api import Browser, expect

from tests.browser.visitor import Visitor, new_id
from tests.support.council import Council
from tests.support.eventually import eventually
from tests.support.portal import Portal

UNBROKEN = "Wolfeschlegelsteinhausenbergerdorffwelche" * 2
WIDTHS = (320, 640, 704, 768, 900, 980, 1024, 1100, 1280)
BROKEN_WORDS = """() => {
    const texts = document.createTreeWalker(document.querySelector(".portal-desk"), NodeFilter.SHOW_TEXT);
    const broken = [], range = document.createRange();
    while (texts.nextNode()) {
        if (texts.currentNode.parentElement.closest(".govuk-visually-hidden")) continue;
        for (const word of texts.currentNode.data.matchAll(/[A-Za-z]+/g)) {
            range.setStart(texts.currentNode, word.index);
            range.setEnd(texts.currentNode, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) broken.push(word[0]);
        }
    }
    return broken;
}"""
TOO_WIDE = """() => [...document.querySelectorAll(".portal-desk table")]
    .filter((table) => table.getBoundingClientRect().width > table.parentElement.getBoundingClientRect().width + 1)
    .map((table) => table.getAttribute("aria-labelledby"))"""


async def test_a_long_name_overflows_at_no_width_and_a_look_comes_before_pickup(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor = await Visitor.arrive(browser, portal)
    page, group = visitor.page, f"wg-{new_id()}"
    await visitor.have_account()
    await bristol.define_group(group, [visitor.email], name=UNBROKEN)
    long = {"person_id": "P-2", "name": f"{UNBROKEN} Example"}
    await visitor.be_delegated(bristol, subject=long, comments=f"{UNBROKEN} " * 10)
    await visitor.be_delegated(bristol)
    await visitor.be_delegated(bristol, assignee={"kind": "work_group", "work_group_id": group}, subject=long)
    await visitor.sign_in()
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, width
    answer = await page.request.get("/tasks")
    assert len(await answer.body()) < 100_000
    await page.get_by_label("Name begins with").fill("exam gabr")
    await page.get_by_label("Name begins with").press("Enter")
    await expect(page.get_by_role("table", name="Currently Assigned Tasks").get_by_role("row")).to_have_count(2)
    await expect(page.get_by_label("Name begins with")).to_have_value("exam gabr")
    assert "gabr" not in page.url
    await visitor.press("Show all")
    await page.get_by_role("link", name=re.compile("look before Pickup")).click()
    await expect(page.get_by_text("Nobody has picked it up yet.")).to_be_visible()
    await visitor.press("Pickup")
    await expect(page.get_by_role("heading", name="Other Professional/Service")).to_be_visible()
    await visitor.leave()


async def test_no_ordinary_word_is_broken_and_no_list_is_wider_than_its_page(
    browser: Browser, portal: Portal, bristol: Council, oxfordshire: Council
) -> None:
    """With every column that there is: two councils, and a manager's Re-Assign."""
    visitor = await Visitor.arrive(browser, portal)
    page, group = visitor.page, f"wg-{new_id()}"
    await visitor.have_account()
    await bristol.define_group(group, [visitor.email], name="Example Secondary School")
    for council in (bristol, oxfordshire):
        await visitor.be_delegated(council, comments="Please complete the report.")
    await visitor.be_delegated(bristol, assignee={"kind": "work_group", "work_group_id": group})
    await visitor.be_delegated(bristol, assignee={"kind": "work_group", "work_group_id": group})
    await visitor.sign_in()
    await page.get_by_role("button", name=re.compile("^Pickup")).first.click()
    await page.goto("/tasks")
    headings = page.get_by_role("table", name="Currently Assigned Tasks").get_by_role("columnheader")
    await expect(headings.filter(has_text=re.compile("Council|Re-Assign"))).to_have_count(2)
    for address, width in product(("/tasks", "/tasks?order=received"), WIDTHS):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto(address)
        assert (width, await page.evaluate(BROKEN_WORDS), await page.evaluate(TOO_WIDE)) == (width, [], [])
    await visitor.leave()


async def test_a_task_says_whether_its_form_was_started_and_the_list_can_be_narrowed_to_that(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=False)
    page = visitor.page
    await visitor.have_account()
    first = await visitor.be_delegated(bristol, due_on="2030-01-01")
    await visitor.be_delegated(bristol, due_on="2030-02-01")
    await visitor.sign_in()
    tags = page.get_by_role("table", name="Currently Assigned Tasks").locator(".govuk-tag")
    await expect(tags).to_have_text(["Not started", "Not started"])
    await visitor.open_form(first)
    await page.goto("/tasks")
    await expect(tags).to_have_text(["Not started", "Not started"])
    await visitor.open_form(first)
    await page.get_by_role("textbox").first.fill("Gabe")
    await visitor.press("Save")

    async def says_so() -> bool:
        await page.goto("/tasks")
        return await tags.all_inner_texts() == ["In progress", "Not started"]

    await eventually(says_so)
    await page.get_by_label("Status", exact=True).select_option(label="In progress")
    await visitor.press("Show")
    await expect(tags).to_have_text(["In progress"])
    await visitor.leave()
