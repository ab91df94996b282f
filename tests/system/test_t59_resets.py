"""T59: a reset changes the password once, of its own account, in time; no scanner and no header helps another."""

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest

from tests.support.measures import Measures
from tests.support.person import PASSWORD, Page, Person
from tests.support.portal import Portal
from tests.system.test_main_job import new_email

CODE = re.compile(r"\b\d{4} \d{4}\b")
SUBJECT = "code to reset"
EVIL = "evil.example"


class Owner:
    """Somebody with an account, and what their mailbox holds."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.email, self.password = portal, new_email("reset"), PASSWORD
        with Person(portal.gateway) as person:
            person.register(portal.mail, self.email)

    def emailed(self) -> int:
        return sum(SUBJECT in row["Subject"] for row in self.portal.mail.to(self.email))

    def begins(self, browser: Person) -> tuple[Page, str]:
        """Step 1: the page that asks for the code, and the code."""
        before = self.emailed()
        page = browser.press(browser.open("/reset/1"), "Next", {"Email": self.email})
        found = CODE.search(self.portal.mail.wait_for(self.email, SUBJECT, more_than=before)["Text"])
        assert found
        return page, found[0]

    def opens_with(self, password: str) -> bool:
        """Whether a password is the account's."""
        with Person(self.portal.gateway) as anybody:
            page = anybody.press(anybody.open("/sign-in"), "Submit", {"Email": self.email, "Password": password})
            return page.address == "/sign-in/code"


def finish(browser: Person, page: Page, password: str) -> bool:
    """Step 3: whether the password was set."""
    done = browser.press(page, "Finish", {"Your new password": password, "Confirm password": password})
    return done.title.startswith("Password Reset Confirmation")


def new_password() -> str:
    return f"Marsh-kettle-{uuid4().hex[:6]}"


@pytest.fixture
def owner(timed_portal: Portal) -> Owner:
    return Owner(timed_portal)


@pytest.fixture
def browsers(portal: Portal) -> Iterator[tuple[Person, Person]]:
    with Person(portal.gateway) as one, Person(portal.gateway) as another:
        yield one, another


def test_t59_a_reset_works_once_in_time_and_for_its_own_account(
    timed_portal: Portal, owner: Owner, browsers: tuple[Person, Person], measures: Measures
) -> None:
    browser, another = browsers
    stranger = Owner(timed_portal)
    successes: dict[str, bool] = {}

    page, code = owner.begins(browser)
    strangers_page, _ = stranger.begins(another)
    refused = another.press(strangers_page, "Next", {"Code": code})
    successes["for another user"] = refused.address == "/reset/3"
    assert "The code is not correct" in refused.text

    third = browser.press(page, "Next", {"Code": code})
    successes["in time"] = finish(browser, third, first := new_password())
    successes["again"] = finish(browser, third, new_password())
    successes["its code again"] = browser.press(page, "Next", {"Code": code}).address == "/reset/3"

    page, code = owner.begins(browser)
    timed_portal.set_clock("PT10M1S")
    late = browser.press(page, "Next", {"Code": code})
    successes["after ten minutes"] = late.address == "/reset/3"
    timed_portal.set_clock("PT20M")
    page, code = owner.begins(browser)
    third = browser.press(page, "Next", {"Code": code})
    timed_portal.set_clock("PT30M2S")
    successes["ten minutes after its code"] = finish(browser, third, new_password())

    measures.report("T59", resets=len(successes), successes=sum(successes.values()))
    assert [how for how, done in successes.items() if done] == ["in time"]
    assert owner.opens_with(first)
    assert stranger.opens_with(PASSWORD)


def test_t59_a_reset_from_before_another_password_is_void(
    portal: Portal, owner: Owner, browsers: tuple[Person, Person], measures: Measures
) -> None:
    browser, thief = browsers
    waits_for_code, waits_for_password = owner.begins(thief), Person(portal.gateway)
    with waits_for_password:
        page, code = owner.begins(waits_for_password)
        third = waits_for_password.press(page, "Next", {"Code": code})
        browser.sign_in(portal.mail, owner.email)
        words = {"Your new password": (mine := new_password()), "Confirm password": mine}
        done = browser.press(
            browser.open("/account/password"), "Change password", {"Your password now": PASSWORD, **words}
        )
        assert "Your password is changed." in done.text
        successes = [finish(waits_for_password, third, new_password())]
    page, code = waits_for_code
    third = thief.press(page, "Next", {"Code": code})
    successes.append(third.address == "/reset/3" and finish(thief, third, new_password()))
    measures.report("T59", begun_before_a_password_change=len(successes), successes=sum(successes))
    assert not any(successes)
    assert owner.opens_with(mine)


def test_t59_opening_what_an_email_links_to_uses_nothing_up(
    portal: Portal, owner: Owner, browsers: tuple[Person, Person], measures: Measures
) -> None:
    browser, _ = browsers
    page, code = owner.begins(browser)
    email = portal.mail.wait_for(owner.email, SUBJECT)
    links = set(re.findall(r"https?://[^\s\"'<>]+", email["Text"] + email["HTML"]))
    with httpx2.Client(follow_redirects=True, timeout=30) as scanner:
        statuses = [scanner.request(method, link).status_code for link in links for method in ("HEAD", "GET")]
    for address in ("/reset/2", "/reset/3", "/reset/2", "/reset/done"):
        browser.open(address)
    third = browser.press(page, "Next", {"Code": code})
    measures.report("T59", links=len(links), opened=len(statuses), used_up=int(third.address != "/reset/3"))
    assert links
    assert finish(browser, third, new_password())


def test_t59_whatever_host_is_named_the_email_leads_here(portal: Portal, owner: Owner, measures: Measures) -> None:
    forged = [
        {"Host": EVIL},
        {"Host": f"{EVIL}:443"},
        {"X-Forwarded-Host": EVIL},
        {"Forwarded": f"host={EVIL};proto=https"},
        {"X-Original-Host": EVIL, "X-Host": EVIL},
    ]
    misdirected = 0
    for number, headers in enumerate(forged):
        before = owner.emailed()
        with Person(portal.gateway, f"127.59.0.{1 + number}") as browser:
            page = browser.open("/reset/1")
            token = page.tree.xpath("//input[@name='csrf']/@value")[0]
            answer = browser.client.post("/reset/1", data={"csrf": token, "email": owner.email}, headers=headers)
        if "Host" in headers:
            misdirected += answer.status_code == 421
            assert owner.emailed() == before
        else:
            assert answer.status_code == 200
            portal.mail.wait_for(owner.email, SUBJECT, more_than=before)
    emails = [portal.mail.read(row) for row in portal.mail.to(owner.email)]
    wrong = [each["Subject"] for each in emails if EVIL in each["Text"] + each["HTML"]]
    measures.report("T59", hosts_forged=len(forged), refused=misdirected, emails=len(emails), leading_there=len(wrong))
    assert misdirected == 2
    assert wrong == []
    assert all(portal.gateway in each["Text"] for each in emails)
    assert owner.opens_with(PASSWORD)
