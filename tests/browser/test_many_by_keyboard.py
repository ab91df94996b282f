"""Fifty forms re-assigned at once by keyboard: how many keys that takes, whatever the number of rows (M8, M25)."""

import asyncio

from playwright.async_api import Browser, expect

from tests.browser.keys import Keys
from tests.browser.visitor import ACCEPTED, Visitor, new_email, new_id
from tests.support.council import Council
from tests.support.eventually import wait_until
from tests.support.person import Person
from tests.support.portal import Portal

WAITING, PICKED_UP = 25, 25
"""A page of each: what the largest request carries."""
MOST_PRESSES = 5
MOST_TABS = 16
"""Two in the list; what is left goes by the head of the page on which a colleague is chosen."""


async def with_fifty(portal: Portal, council: Council, manager: Visitor) -> None:
    """Half of them wait in a group, half are picked up by a member."""
    group, member = f"wg-{new_id()}", new_email("member")
    await council.define_group(group, [manager.email, member])
    delegations = [new_id() for _ in range(WAITING + PICKED_UP)]
    for delegation_id in delegations:
        await council.delegate(delegation_id, assignee={"kind": "work_group", "work_group_id": group})
    for delegation_id in delegations:
        await council.expect(ACCEPTED, delegation_id=delegation_id)

    def pick_up() -> None:
        with Person(portal.gateway) as person:
            person.register(portal.mail, member)
            person.sign_in(portal.mail, member)
            for _ in range(PICKED_UP):
                wait_until(lambda: person.press(person.open("/tasks"), "Pickup").address.startswith("/forms/"))

    await asyncio.to_thread(pick_up)


async def test_fifty_forms_are_re_assigned_in_one_request_and_five_keys(
    browser: Browser, portal: Portal, bristol: Council
) -> None:
    """From the first box of the list to the fifty re-assigned.

    Counted as one of the five is each key that does something: Enter, an arrow. Tab moves only, and is counted apart:
    it may be pressed a fixed number of times, so that no key is pressed for a row.
    """
    manager = await Visitor.arrive(browser, portal, scripts=False)
    page, keys = manager.page, Keys(manager.page)
    await manager.have_account()
    await with_fifty(portal, bristol, manager)
    await manager.sign_in()
    await page.goto("/group-tasks")
    boxes = page.get_by_role("checkbox")
    await expect(boxes).to_have_count(WAITING + PICKED_UP)
    await boxes.first.focus()
    await keys.to("Select all on this page", back=True)
    await keys.press("Enter")
    await expect(page.get_by_role("checkbox", checked=True)).to_have_count(WAITING + PICKED_UP)
    await keys.enter("Re-Assign selected")
    assert keys.tabs <= 2
    await expect(page.get_by_text("50 forms are selected")).to_be_visible()
    await keys.to("Select")
    await keys.press("ArrowDown")
    await expect(page.get_by_role("table", name="Users within").get_by_role("radio", checked=True)).to_be_visible()
    await keys.press("Enter")
    await expect(page.get_by_text("50 forms were re-assigned.")).to_be_visible()
    assert (keys.presses <= MOST_PRESSES, keys.tabs <= MOST_TABS) == (True, True), keys
    await manager.leave()
