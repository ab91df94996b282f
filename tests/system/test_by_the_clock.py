"""What ends by the clock, at the pages of a council that is strict, in its messages and in the mailbox."""

import asyncio
import json
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from chassis import clock
from tests.support.council import Council
from tests.support.engines import ROOT
from tests.support.eventually import eventually, wait_until
from tests.support.person import PASSWORD, TASKS, Page, Person, Upload
from tests.support.portal import Portal
from tests.system.test_absences import TEXT, _with_colleague
from tests.system.test_absences import fill as go_away
from tests.system.test_main_job import ACCEPTED, new_email, new_id

STRICT: dict[str, Any] = {
    "code": "harbour",
    "hosts": ["localhost"],
    "second_factor": "app",
    "dormant_days": 55,
    "trusted_days": 5,
    "opens_accounts": True,
    "temporary_password_days": 2,
}
ASSIGNED = "portal.delegation.assigned.v1"
RESET = "council.account.reset.v1"
OTHER = "Marsh-kettle-9-lantern"
TRUST = "Do not ask for a code in this browser for 5 days"
APP = "Authenticator app"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with a third council, that is strict in all that it can be."""
    home = tmp_path_factory.mktemp("strict")
    shutil.copytree(ROOT / "deploy/authorities", home / "authorities")
    like = json.loads((home / "authorities/bristol.json").read_text())
    (home / "authorities/harbour.json").write_text(json.dumps({**like, **STRICT}))
    portal = Portal.at(home / "data", PORTAL_AUTHORITIES_DIR=str(home / "authorities"))
    try:
        portal.up()
        yield portal
    finally:
        portal.down()


class Owner:
    """Somebody with an account, at the strict council's own address."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.email, self.password = portal, new_email("strict"), PASSWORD
        self.app = pyotp.TOTP(pyotp.random_base32())
        self.days = 0

    def browser(self) -> Person:
        """A new one, that nobody trusts."""
        return Person(f"http://localhost:{self.portal.port}")

    def later(self, days: int) -> None:
        """So many days from now, for every service; and for the phone."""
        self.days = days
        self.portal.set_clock(f"P{days}D")

    def app_code(self) -> str:
        """What the phone shows."""
        return self.app.at(int(time.time()) + self.days * 86_400)

    def give_password(self, person: Person) -> Page:
        """Step 1 of signing in."""
        return person.press(person.open("/sign-in"), "Submit", {"Email": self.email, "Password": self.password})

    def sign_in_by_email(self, person: Person) -> Page:
        """Both steps, for somebody who has no app."""
        seen = len(self.portal.mail.codes_for(self.email))
        page = self.give_password(person)
        return person.press(page, "Finish", {"Code": self.portal.mail.code_for(self.email, more_than=seen)})

    def add_the_app(self, person: Person, page: Page) -> None:
        """By the key beside the QR code, on the only page that opens."""
        for address in ("/tasks", "/account", "/account/sessions"):
            assert person.open(address).title.startswith(APP), address
        assert "This portal lets nobody in without an authenticator app." in page.text
        assert page.tree.xpath("//div[@class='portal-qr']//*[local-name()='svg']")
        self.app = pyotp.TOTP("".join(page.tree.xpath("string(//span[@class='portal-key'])").split()))
        added = person.press(page, "Add the app", {"Code": self.app_code(), "Password": self.password})
        assert added.title.startswith("Your recovery codes")
        assert person.open("/tasks").title == TASKS

    def asks_for_a_reset(self, person: Person) -> str:
        """The subject of the email that comes of it."""
        seen = len(self.portal.mail.to(self.email))
        person.press(person.open("/reset/1"), "Next", {"Email": self.email})
        return str(self.portal.mail.wait_for(self.email, more_than=seen)["Subject"])

    def resets(self, person: Person) -> None:
        """All three steps."""
        seen = len(self.portal.mail.codes_for(self.email))
        page = person.press(person.open("/reset/1"), "Next", {"Email": self.email})
        page = person.press(page, "Next", {"Code": self.portal.mail.code_for(self.email, more_than=seen)})
        page = person.press(page, "Finish", {"Your new password": OTHER, "Confirm password": OTHER})
        assert page.title.startswith("Password Reset Confirmation")
        self.password = OTHER


async def test_the_app_of_the_first_sign_in_a_trust_a_dormant_account_and_the_councils_help(
    timed_portal: Portal,
) -> None:
    """F41, F42, F55 and ADR 0052, in the order in which somebody meets them."""
    owner = Owner(timed_portal)

    def begins() -> None:
        with owner.browser() as person:
            person.register(timed_portal.mail, owner.email)
            owner.add_the_app(person, owner.sign_in_by_email(person))

    def trusts_a_browser() -> None:
        with owner.browser() as person:
            owner.later(1)
            page = person.press(owner.give_password(person), "Finish", {"Code": owner.app_code(), TRUST: True})
            person.press(page, "Logout")
            assert owner.give_password(person).title == TASKS, "the password alone"
            person.press(person.open("/tasks"), "Logout")
            owner.later(7)
            page = owner.give_password(person)
            assert page.address == "/sign-in/code", "the trust has ended"
            assert person.press(page, "Finish", {"Code": owner.app_code()}).title == TASKS

    def is_dormant() -> None:
        owner.later(7 + 56)
        with owner.browser() as person:
            assert owner.asks_for_a_reset(person).startswith("Ask the council to reset your password")

    def comes_back() -> Person:
        person = owner.browser()
        wait_until(lambda: "code to reset" in owner.asks_for_a_reset(person))
        owner.resets(person)
        assert person.press(owner.give_password(person), "Finish", {"Code": owner.app_code()}).title == TASKS
        return person

    def starts_again_without_the_phone(person: Person) -> None:
        wait_until(lambda: person.open("/tasks").title.startswith("Secure login"))
        owner.add_the_app(person, owner.sign_in_by_email(person))

    async with Council.of(timed_portal.addresses, "harbour") as harbour:
        await asyncio.to_thread(begins)
        delegation_id = new_id()
        await harbour.delegate(delegation_id, owner.email, due_on="2031-09-05")
        await harbour.expect(ACCEPTED, delegation_id=delegation_id)
        await asyncio.to_thread(trusts_a_browser)
        await asyncio.to_thread(is_dormant)
        await harbour.publish(RESET, {"email": owner.email, "what": "dormancy"})
        person = await asyncio.to_thread(comes_back)
        with person:
            await harbour.publish(RESET, {"email": owner.email, "what": "second-factor"})
            await asyncio.to_thread(starts_again_without_the_phone, person)


async def test_a_temporary_password_is_as_wrong_as_any_after_its_days(timed_portal: Portal) -> None:
    """F35: before them it opens the page where its owner chooses their own."""
    owner = Owner(timed_portal)
    who = {"forename": "Sandra", "surname": "Example", "role": "SENCO", "organisation": "Example School"}
    async with Council.of(timed_portal.addresses, "harbour") as harbour:
        await harbour.publish("council.account.opened.v1", {"email": owner.email, **who})

    def ends() -> None:
        owner.password = timed_portal.mail.temporary_password_for(owner.email)
        with owner.browser() as person:
            assert owner.sign_in_by_email(person).title.startswith("Finish setting up your account")
        owner.later(3)
        with owner.browser() as person:
            late = owner.give_password(person)
            owner.password = OTHER
            wrong = owner.give_password(person)
        assert (late.response.status_code, late.text) == (wrong.response.status_code, wrong.text) == (401, wrong.text)

    await asyncio.to_thread(ends)


def count(portal: Portal, email: str, forms: int) -> Page:
    """The list of somebody, once it has so many forms."""
    with Person(portal.gateway) as person:
        person.sign_in(portal.mail, email)
        return person.open_until("/tasks", f"Currently Assigned Tasks ({forms})")


def register(portal: Portal, **people: str) -> None:
    with Person(portal.gateway) as person:
        for name, email in people.items():
            person.register(portal.mail, email, name.title())


async def delegated(council: Council, email: str, **changes: Any) -> dict[str, Any]:
    delegation_id = new_id()
    await council.delegate(delegation_id, email, **changes)
    return (await council.expect(ACCEPTED, delegation_id=delegation_id)).body


async def test_who_is_back_gets_forms_again(timed_portal: Portal, bristol: Council) -> None:
    """F65: the day after the last one of Automatic Replies."""
    portal, sandra, tom = timed_portal, new_email("sandra"), new_email("tom")
    await bristol.define_group(f"wg-{new_id()}", [tom, sandra])

    def leaves() -> None:
        register(portal, tom=tom, sandra=sandra)
        with Person(portal.gateway) as person:
            person.sign_in(portal.mail, sandra)
            page = wait_until(lambda: _with_colleague(person, tom))
            assert "have been told" in go_away(person, page, tom).text

    await asyncio.to_thread(leaves)
    for day in (0, 10):
        portal.set_clock(f"P{day}D")
        away = await delegated(bristol, sandra)
        assert away["absence"] == TEXT
        moved = (await bristol.expect(ASSIGNED, delegation_id=away["delegation_id"])).body
        assert (moved["to"]["email"], moved["how"]) == (tom, "re_routed")
    portal.set_clock("P11D")
    back = await delegated(bristol, sandra)
    assert not back.get("absence")
    assert back["assigned_to"]["email"] == sandra
    await asyncio.to_thread(count, portal, sandra, 1)


async def test_of_a_late_form_managers_hear_and_it_outlives_who_leaves(timed_portal: Portal, bristol: Council) -> None:
    """F59, F94 and F121: by reminders, a departure that a council tells, and another recipient after a decline."""
    portal, group = timed_portal, f"wg-{new_id()}"
    morag, sandra, tom = new_email("morag"), new_email("sandra"), new_email("tom")
    await bristol.define_group(group, [morag, sandra, tom])
    await asyncio.to_thread(register, portal, morag=morag, sandra=sandra, tom=tom)
    due_on = (clock.today() + timedelta(days=20)).isoformat()
    to_group = {"kind": "work_group", "work_group_id": group}
    late = await delegated(bristol, sandra, assignee=to_group, due_on=due_on)

    def picks_up() -> None:
        with Person(portal.gateway) as person:
            person.press(person.sign_in(portal.mail, sandra), "Pickup")

    def manager_is_told() -> bool:
        return any(row["Subject"].startswith("Late in your work group") for row in portal.mail.to(morag))

    await asyncio.to_thread(picks_up)
    assert not manager_is_told()
    portal.set_clock("P26D")
    await eventually(manager_is_told, every=0.5)

    left_at = (clock.now() + timedelta(days=26)).isoformat()
    departed = {"email": sandra, "assignee": {"kind": "person", "email": tom}, "departed_at": left_at}
    await bristol.publish("council.professional.departed.v1", departed)
    moved = await bristol.expect(ASSIGNED, delegation_id=late["delegation_id"], how="re_delegated")
    assert moved.body["to"]["email"] == tom
    await asyncio.to_thread(count, portal, sandra, 0)

    def declines() -> None:
        with Person(portal.gateway) as person:
            person.sign_in(portal.mail, tom)
            page = person.open(f"/tasks/{late['task_id']}/decline")
            chosen: dict[str, str | bool | Upload] = {"The whole form": True, "Somebody else should be asked": True}
            person.press(page, "Decline", {**chosen, "Explain": "I am not her successor."})

    await asyncio.to_thread(declines)
    await bristol.expect("portal.delegation.declined.v1", delegation_id=late["delegation_id"])
    decided = {"delegation_id": late["delegation_id"], "decision": "re-delegated"}
    assignee = {"kind": "person", "email": morag}
    await bristol.publish("council.delegation.decided.v1", {**decided, "assignee": assignee})
    assert "Gabriel Example" in (await asyncio.to_thread(count, portal, morag, 1)).text
