"""Answer tables: room to write, Full Screen, and a removed row that comes back."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.test_nothing_is_lost import SAVED, at_form
from tests.support.council import Council
from tests.support.portal import Portal

NEED = "Need (B) and severity of need"
LEAST_EM = 18
"""What is left of 20 em of a column, its padding taken."""


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_removed_row_can_be_put_back(browser: Browser, portal: Portal, bristol: Council, scripts: bool) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=scripts, number=2)
    page = visitor.page
    await page.get_by_label(NEED).fill("Reading and writing")
    await visitor.press("Save")
    needs = page.get_by_role("table", name="What Special Educational Needs have you identified?")
    await needs.get_by_role("button", name="- Remove row 1").click()
    await expect(page.get_by_text(re.compile(r"^Row (1 )?removed\."))).to_be_visible()
    if scripts:
        await expect(page.get_by_text(SAVED)).to_be_visible()
    await visitor.press("Undo")
    await expect(page.get_by_label(NEED)).to_have_value("Reading and writing")
    await visitor.press("Save")
    await page.goto(f"/forms/{task_id}/2")
    await expect(page.get_by_label(NEED)).to_have_value("Reading and writing")
    await visitor.leave()


async def test_every_cell_has_room_to_write_at_every_width(browser: Browser, portal: Portal, bristol: Council) -> None:
    visitor, _ = await at_form(browser, portal, bristol, scripts=False, number=2)
    for width in (390, 768, 1280, 1920):
        await visitor.page.set_viewport_size({"width": width, "height": 900})
        cells = await visitor.page.locator(".portal-answer-table :is(textarea, select)").all()
        boxes = [box for cell in cells if (box := await cell.bounding_box())]
        assert len(boxes) == len(cells) > 0
        assert min(box["width"] for box in boxes) >= min(LEAST_EM * 16, width - 110)
    await visitor.leave()


async def test_full_screen_is_the_whole_window_and_keeps_saving(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor, task_id = await at_form(browser, portal, bristol, scripts=True, number=2)
    page = visitor.page
    await page.get_by_role("button", name=re.compile("^Full Screen ?: What Special")).click()
    full = page.get_by_role("dialog", name="Full Screen")
    box = await full.bounding_box()
    assert box
    assert (box["width"], box["height"]) == (1280, 900)
    await full.get_by_label(NEED).fill("Written on the whole screen")
    await expect(full.get_by_text(SAVED)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(full).to_be_hidden()
    await expect(page.get_by_role("button", name=re.compile("^Full Screen ?: What Special"))).to_be_focused()
    await expect(page.get_by_text(SAVED)).to_be_visible()
    await page.goto(f"/forms/{task_id}/2")
    await expect(page.get_by_label(NEED)).to_have_value("Written on the whole screen")
    await visitor.leave()
