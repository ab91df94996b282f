"""What is done with several forms at once, by keyboard: printed, and a colleague's given away."""

import re
from pathlib import Path

import pikepdf
import pytest
from playwright.async_api import Browser, expect

from tests.browser.page_checks import check
from tests.browser.test_for_everyone import tab_to
from tests.browser.visitor import FORM, Visitor, new_email, new_id
from tests.support.council import Council
from tests.support.portal import Portal

pytestmark = pytest.mark.usefixtures("valid_html")
PRINT = "Print selected as one PDF"
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@SCRIPTS
async def test_selected_forms_are_printed_by_keyboard(
    browser: Browser, portal: Portal, bristol: Council, *, scripts: bool
) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=scripts)
    page, keys = visitor.page, visitor.page.keyboard
    await visitor.have_account()
    for _ in range(2):
        await visitor.be_delegated(bristol)
    await visitor.sign_in()
    await tab_to(page, PRINT)
    await keys.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Select at least one form.")
    await tab_to(page, "Select all on this page")
    await keys.press("Enter")
    await expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    await tab_to(page, PRINT)
    async with page.expect_download() as coming:
        await keys.press("Enter")
    download = await coming.value
    assert re.fullmatch(r"2 forms \d{4}-\d\d-\d\d\.pdf", download.suggested_filename)
    with pikepdf.open(await download.path()) as document, document.open_outline() as outline:
        assert [each.title for each in outline.root][1:] == [f"{number}. {FORM}: Gabriel Example" for number in (1, 2)]
    await expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    await visitor.leave()


@SCRIPTS
async def test_all_that_a_colleague_has_is_given_away_by_keyboard(
    browser: Browser, portal: Portal, bristol: Council, *, scripts: bool
) -> None:
    manager, group = await Visitor.arrive(browser, portal, scripts=scripts), f"wg-{new_id()}"
    colleague = await Visitor.arrive(browser, portal)
    page, keys = manager.page, manager.page.keyboard
    await bristol.define_group(group, [manager.email, colleague.email])
    for _ in range(2):
        await manager.be_delegated(bristol, assignee={"kind": "work_group", "work_group_id": group})
    for visitor in (manager, colleague):
        await visitor.have_account()
        await visitor.sign_in()
    for _ in range(2):
        await colleague.page.get_by_role("button", name=re.compile("^Pickup")).first.click()
        await expect(colleague.page.get_by_role("heading", name="Other Professional/Service")).to_be_visible()
        await colleague.page.goto("/tasks")
    await page.goto("/group-tasks")
    after_the_button = page.locator("form#selected ~ *, :has(> form#selected) ~ *")
    await expect(after_the_button.get_by_role("heading", name="Professionals")).to_be_visible()
    row = page.get_by_role("table", name="Professionals").get_by_role("row").filter(has_text="Sandra Professional")
    await expect(row.get_by_role("cell").nth(1)).to_have_text("2")
    await tab_to(page, "Re-Assign all forms of Sandra Professional")
    await keys.press("Enter")
    await expect(page.get_by_text("2 forms are selected")).to_be_visible()
    await tab_to(page, "Select")
    await keys.press("Space")
    await expect(page.get_by_label(f"Select Group {group}")).to_be_checked()
    await tab_to(page, "OK")
    await keys.press("Enter")
    await expect(page.get_by_text(f"2 forms were re-assigned. Group {group} has them now.")).to_be_visible()
    await manager.press("Back to group member tasks")
    await expect(page.get_by_role("table", name="Professionals")).to_have_count(0)
    await manager.leave()
    await colleague.leave()


async def test_what_a_member_has_declined_stays_in_the_managers_sight(
    browser: Browser, portal: Portal, bristol: Council, shots: Path | None
) -> None:
    manager, group = await Visitor.arrive(browser, portal), f"wg-{new_id()}"
    member, page = await Visitor.arrive(browser, portal, scripts=False), manager.page
    await bristol.define_group(group, [manager.email, member.email])
    for visitor in (manager, member):
        await visitor.have_account()
        await visitor.sign_in()
    task_ids = [
        await manager.be_delegated(bristol, assignee={"kind": "work_group", "work_group_id": group}) for _ in range(3)
    ]
    await member.page.goto("/tasks")
    await member.page.get_by_role("button", name=re.compile("^Pickup")).first.click()
    await expect(member.page.get_by_role("heading", name="Other Professional/Service")).to_be_visible()
    taken = member.page.url.split("/")[-2]
    _, declined = (task_id for task_id in task_ids if task_id != taken)
    for task_id in (taken, declined):
        await member.page.goto(f"/tasks/{task_id}/decline")
        if task_id == taken:  # of what waits in the group parts cannot be declined
            await member.page.get_by_label("The whole form").check()
        await member.page.get_by_label("The child or young person is not known to us").check()
        await member.page.get_by_label("Explain it to the council").fill("We have no record.")
        await member.press("Decline" if task_id == taken else "Decline this form")
        await expect(member.page.get_by_text("The council has been told that you decline the form.")).to_be_visible()
    await page.goto("/group-tasks")
    for name, choices in (
        ("Tasks Waiting in Work Groups you Manage", 1),
        ("Tasks Picked-up from Work Groups you Manage", 0),
    ):
        table = page.get_by_role("table", name=name)
        row = table.get_by_role("row").filter(has_text="Declined")
        await expect(row).to_have_count(1)
        await expect(row.get_by_role("checkbox")).to_have_count(0)
        await expect(row.get_by_role("link")).to_have_count(0)
        await expect(table.get_by_role("checkbox")).to_have_count(choices)
    await check(manager, "group-tasks-declined", shots)
    await member.leave()
    await manager.leave()


async def test_the_pages_of_the_desk(browser: Browser, portal: Portal, bristol: Council, shots: Path | None) -> None:
    visitor, group = await Visitor.arrive(browser, portal), f"wg-{new_id()}"
    page = visitor.page
    await visitor.have_account()
    tom = await Visitor.arrive(browser, portal)
    await tom.have_account()
    await bristol.define_group(group, [visitor.email, new_email("member"), tom.email])
    task_id = await visitor.be_delegated(bristol)
    for _ in range(2):
        await visitor.be_delegated(bristol, assignee={"kind": "work_group", "work_group_id": group})
    await visitor.sign_in()
    await page.get_by_role("button", name=re.compile("^Pickup")).first.click()
    await expect(page.get_by_role("heading", name="Other Professional/Service")).to_be_visible()
    await visitor.open_form(task_id, 2)
    await visitor.answer_all()
    await visitor.press("Save")
    await page.goto(f"/forms/{task_id}/submit")
    await visitor.press("Yes")
    await expect(page.get_by_role("heading", name="Contribution submitted")).to_be_visible()
    await page.goto("/tasks?tab=submitted")
    await visitor.press(PRINT)
    await page.get_by_role("link", name="Select at least one form.").click()
    await expect(page.get_by_role("checkbox").first).to_be_focused()
    await check(visitor, "tasks-submitted-none-selected", shots)
    await page.goto("/group-tasks")
    await check(visitor, "group-tasks-both", shots)
    await page.get_by_role("checkbox").first.check()
    await visitor.press(PRINT)
    await expect(page.get_by_role("heading", name="No form was printed")).to_be_visible()
    await check(visitor, "not-printed", shots)
    await visitor.press("Back to group member tasks")
    await page.get_by_role("link", name=re.compile("^Re-Assign")).first.click()
    await expect(page.get_by_text(f"Suggested: Sandra Professional ({tom.email}). Open forms: 0")).to_be_visible()
    marked = page.get_by_role("row").filter(has_text="Suggested")
    await expect(marked).to_contain_text(tom.email)
    await expect(marked.get_by_role("radio", name="Select Sandra Professional, suggested")).not_to_be_checked()
    await expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    await check(visitor, "re-assign-suggested", shots)
    await tom.leave()
    await visitor.leave()
