"""T62: what ends a session ends it at the next request, in whatever browser it is; and no page is kept for later."""

import time
from collections.abc import Iterator

import pyotp
import pytest

from tests.support.council import Council
from tests.support.eventually import eventually
from tests.support.measures import Measures
from tests.support.person import PASSWORD, TASKS, Page, Person, Upload
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, new_email, new_id

OTHER_PASSWORD = "Marsh-kettle-9-lantern"


class Two:
    """One person in two browsers."""

    def __init__(self, portal: Portal, desk: Person, phone: Person) -> None:
        self.portal, self.desk, self.phone = portal, desk, phone
        self.email, self.password = new_email("two"), PASSWORD
        self.seconds: dict[str, float] = {}
        desk.register(portal.mail, self.email)
        self.sign_in(desk)

    def sign_in(self, browser: Person, code: str = "") -> None:
        """Both steps, with this code or the emailed one."""
        seen = len(self.portal.mail.codes_for(self.email))
        given: dict[str, str | bool | Upload] = {"Email": self.email, "Password": self.password}
        page = browser.press(browser.open("/sign-in"), "Submit", given)
        code = code or self.portal.mail.code_for(self.email, more_than=seen)
        page = browser.press(page, "Finish", {"Code": code})
        assert page.title == TASKS, page.text

    def ends(self, what: str, page: Page, button: str, fields: dict[str, str | bool | Upload]) -> Page:
        """Presses a button at the desk, and looks at once whether the phone is signed out."""
        assert self.phone.open("/tasks").title == TASKS
        done = self.desk.press(page, button, fields)
        began = time.monotonic()
        after = self.phone.open("/tasks")
        self.seconds[what] = round(time.monotonic() - began, 2)
        assert after.title.startswith("Secure login - step 1"), what
        return done


@pytest.fixture
def two(portal: Portal) -> Iterator[Two]:
    with Person(portal.gateway) as desk, Person(portal.gateway) as phone:
        yield Two(portal, desk, phone)


def test_t62_every_other_session_is_over_at_the_next_request(two: Two, measures: Measures) -> None:
    desk, phone = two.desk, two.phone

    # A copy of the cookie is the session that is left.
    phone.client.cookies.update(desk.client.cookies)
    two.ends("logout", desk.open("/tasks"), "Logout", {})
    two.sign_in(desk)

    two.sign_in(phone)
    words = {"Your new password": OTHER_PASSWORD, "Confirm password": OTHER_PASSWORD}
    given: dict[str, str | bool | Upload] = {"Your password now": two.password, **words}
    two.ends("password changed", desk.open("/account/password"), "Change password", given)
    two.password = OTHER_PASSWORD
    assert desk.open("/tasks").title == TASKS

    two.sign_in(phone)
    page = desk.open("/account/security")
    app = pyotp.TOTP("".join(page.tree.find_class("portal-key")[0].text_content().split()))
    added = two.ends("app added", page, "Add the app", {"Code": app.now(), "Password": two.password})
    recovery = [each.text_content() for each in added.tree.xpath("//ul[contains(@class, 'portal-key')]/li")]

    two.sign_in(phone, recovery[0])
    two.ends("app removed", desk.open("/account/security"), "Remove the app", {"Password": two.password})

    two.sign_in(phone)
    two.ends("signed out elsewhere", desk.open("/account/sessions"), "Sign out", {})

    two.sign_in(phone)
    two.ends("account closed", desk.open("/account/close"), "Close your account", {"Password": two.password})
    measures.report("T62", ended_by=len(two.seconds), slowest_refusal_in_s=max(two.seconds.values()))


async def test_t62_a_council_that_takes_a_factor_away_ends_every_session(
    portal: Portal, bristol: Council, two: Two, measures: Measures
) -> None:
    page = two.desk.open("/account/security")
    app = pyotp.TOTP("".join(page.tree.find_class("portal-key")[0].text_content().split()))
    two.desk.press(page, "Add the app", {"Code": app.now(), "Password": two.password})
    await bristol.delegate(delegation_id := new_id(), two.email)
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)
    await bristol.publish("council.account.reset.v1", {"email": two.email, "what": "second-factor"})
    began = time.monotonic()
    await eventually(lambda: two.desk.open("/tasks").title.startswith("Secure login - step 1"))
    measures.report("T62", by_a_council_in_s=round(time.monotonic() - began, 2))


def test_t62_no_page_of_a_session_is_kept(two: Two, measures: Measures) -> None:
    pages = ("/tasks", "/group-tasks", "/account", "/account/sessions", "/account/security", "/session/left", "/help")
    kept = [page for page in pages if two.desk.open(page).response.headers["Cache-Control"] != "no-store"]
    left = two.desk.press(two.desk.open("/tasks"), "Logout").response.history[0]
    measures.report("T62", pages=len(pages), without_no_store=len(kept))
    assert kept == []
    assert left.headers["Clear-Site-Data"] == '"storage"'
