"""Tasks Assigned to your Work Groups, and Pickup."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.test_for_everyone import tab_to
from tests.browser.visitor import ACCEPTED, Visitor, new_email, new_id
from tests.support.council import Council
from tests.support.portal import Portal


async def test_one_picks_up_and_the_other_reads_who_has_it(browser: Browser, portal: Portal, bristol: Council) -> None:
    first, second = await Visitor.arrive(browser, portal), await Visitor.arrive(browser, portal, scripts=False)
    group, delegation_id = f"wg-{new_id()}", new_id()
    await bristol.define_group(group, [first.email, second.email])
    assignee = {"kind": "work_group", "work_group_id": group}
    await bristol.delegate(delegation_id, assignee=assignee, due_on="2031-09-05")
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)
    for visitor in (first, second):
        await visitor.have_account()
        await visitor.sign_in()
        waiting = visitor.page.get_by_role("table", name="Tasks Assigned to your Work Groups")
        await expect(waiting.get_by_role("row").filter(has_text=f"Group {group}")).to_contain_text("05-Sep-2031")
    pickup = re.compile("^Pickup")
    await first.page.get_by_role("button", name=pickup).click()
    await expect(first.page.get_by_role("heading", name="Other Professional/Service")).to_be_visible()
    await second.page.get_by_role("button", name=pickup).click()
    await expect(second.page.get_by_role("heading", name="Sandra Professional has this form")).to_be_visible()
    await second.page.get_by_role("link", name="Go to your tasks").click()
    await expect(second.page.get_by_text("Tasks Assigned to your Work Groups")).to_have_count(0)
    await first.press("Close")
    await expect(first.page.get_by_role("link", name=re.compile("^EHC Needs"))).to_be_visible()
    await first.leave()
    await second.leave()


async def test_a_manager_re_assigns_by_keyboard(browser: Browser, portal: Portal, bristol: Council) -> None:
    manager, member = await Visitor.arrive(browser, portal), await Visitor.arrive(browser, portal, scripts=False)
    group = f"wg-{new_id()}"
    await bristol.define_group(group, [manager.email, member.email])
    task_id = await manager.be_delegated(bristol, assignee={"kind": "work_group", "work_group_id": group})
    for visitor in (manager, member):
        await visitor.have_account()
        await visitor.sign_in()
    await member.page.get_by_role("button", name=re.compile("^Pickup")).click()
    await expect(member.page.get_by_role("heading", name="Other Professional/Service")).to_be_visible()
    await expect(member.page.get_by_role("link", name="Group member tasks")).to_have_count(0)
    keys = manager.page.keyboard
    await manager.page.reload()
    await tab_to(manager.page, "Group member tasks")
    await keys.press("Enter")
    await expect(manager.page.get_by_role("heading", name="Group member tasks")).to_be_visible()
    await tab_to(manager.page, "Re-Assign")
    await keys.press("Enter")
    await expect(manager.page.get_by_role("heading", name="Choose Professional to Re-Assign to")).to_be_visible()
    await tab_to(manager.page, "Select")
    await keys.press("ArrowDown")
    await keys.press("ArrowUp")
    await expect(manager.page.get_by_label(f"Select Group {group}")).to_be_checked()
    await tab_to(manager.page, "OK")
    await keys.press("Enter")
    await expect(manager.page.get_by_role("alert")).to_contain_text("The form was re-assigned.")
    await expect(manager.page.get_by_role("link", name="Group member tasks")).to_have_attribute("aria-current", "true")
    await member.press("Save")
    await expect(member.page.get_by_role("heading", name="Nobody has picked up this form yet")).to_be_visible()
    await member.page.get_by_role("link", name="Go to your tasks").click()
    await expect(member.page.get_by_role("button", name=re.compile("^Pickup"))).to_be_visible()
    await manager.page.goto(f"/tasks/{task_id}/re-assign")
    await (
        manager.page.get_by_role("radio", name=f"Select {member.email}")
        .or_(manager.page.get_by_role("radio", name="Select Sandra Professional"))
        .last.check()
    )
    await manager.press("OK")
    await expect(manager.page.get_by_role("alert")).to_contain_text("The form was re-assigned.")
    await member.page.reload()
    await expect(member.page.get_by_role("button", name=re.compile("^Pickup"))).to_have_count(0)
    await manager.leave()
    await member.leave()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_many_forms_are_given_out_by_keyboard(
    browser: Browser, portal: Portal, bristol: Council, *, scripts: bool
) -> None:
    manager, group = await Visitor.arrive(browser, portal, scripts=scripts), f"wg-{new_id()}"
    page, keys, member = manager.page, manager.page.keyboard, new_email("member")
    await bristol.define_group(group, [manager.email, member])
    for _ in range(2):
        await manager.be_delegated(bristol, assignee={"kind": "work_group", "work_group_id": group})
    await manager.have_account()
    await manager.sign_in()
    steps = {
        "Group member tasks": page.get_by_role("heading", name="Tasks Waiting in Work Groups you Manage"),
        "Select all on this page": page.get_by_role("checkbox", checked=True).first,
        "Re-Assign selected": page.get_by_text("2 forms are selected"),
    }
    for name, what_is_seen in steps.items():
        await tab_to(page, name)
        await keys.press("Enter")
        await expect(what_is_seen).to_be_visible()
    await tab_to(page, "Select")
    await keys.press("ArrowDown")
    await tab_to(page, "OK")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Forms re-assigned")).to_be_visible()
    await expect(page.get_by_text("2 forms were re-assigned.")).to_be_visible()
    await manager.leave()


async def test_a_retracted_form_moves_to_its_tab_and_says_so(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    visitor = await Visitor.arrive(browser, portal, scripts=False)
    await visitor.have_account()
    delegation_id = new_id()
    await bristol.delegate(delegation_id, visitor.email)
    accepted = await bristol.expect(ACCEPTED, delegation_id=delegation_id)
    await visitor.sign_in()
    await visitor.open_form(str(accepted.body["task_id"]))
    body = {"delegation_id": delegation_id, "reason": "Sent in error"}
    await bristol.publish("council.delegation.retracted.v1", body)
    tab = visitor.page.get_by_role("link", name="Recently Retracted Tasks (1)")
    for _ in range(50):
        await visitor.page.goto("/tasks")
        if await tab.count():
            break
        await visitor.page.wait_for_timeout(100)
    await expect(tab).to_be_visible()
    await visitor.page.goto(f"/forms/{accepted.body['task_id']}/1")
    await expect(visitor.page.get_by_role("heading", name="This form was withdrawn")).to_be_visible()
    await visitor.leave()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_member_gives_several_forms_back_at_once(
    browser: Browser, portal: Portal, bristol: Council, *, scripts: bool
) -> None:
    member, group = await Visitor.arrive(browser, portal, scripts=scripts), f"wg-{new_id()}"
    page = member.page
    await bristol.define_group(group, [new_email("manager"), member.email])
    for _ in range(2):
        await member.be_delegated(bristol, assignee={"kind": "work_group", "work_group_id": group})
    await member.have_account()
    await member.sign_in()
    for _ in range(2):
        await page.get_by_role("button", name=re.compile("^Pickup")).first.click()
        await expect(page.get_by_role("heading", name="Other Professional/Service")).to_be_visible()
        await page.goto("/tasks")
    await member.press("Re-Assign selected")
    await expect(page).to_have_title(re.compile("^Error: "))
    await page.get_by_role("link", name="Select all on this page").click()
    await member.press("Re-Assign selected")
    await page.get_by_label(f"Select Group {group}").check()
    await member.press("OK")
    await expect(page.get_by_text(f"2 forms were re-assigned. Group {group} has them now.")).to_be_visible()
    await member.press("Back to your tasks")
    waiting = page.get_by_role("table", name="Tasks Assigned to your Work Groups")
    await expect(waiting.get_by_role("button", name=re.compile("^Pickup"))).to_have_count(2)
    await member.leave()
