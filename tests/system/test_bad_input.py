"""Bad input at the front doors: a clear sentence, and nothing lost."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.council import Council
from tests.support.documents import pdf
from tests.support.person import PASSWORD, Page, Person
from tests.support.portal import Portal

FORM = "EHC Needs Assessment Contributions"
ACCEPTED = "portal.delegation.accepted.v1"


@pytest.fixture
def email() -> str:
    return f"p.{uuid4().hex[:8]}@school.example"


@pytest.fixture
def person(portal: Portal) -> Iterator[Person]:
    with Person(portal.gateway) as person:
        yield person
    portal.set_clock("PT0S")


@pytest.fixture
async def form(portal: Portal, bristol: Council, person: Person, email: str) -> Page:
    """The second page of a form of one's own."""
    delegation_id = f"LCS-{uuid4().hex[:10]}"
    await bristol.delegate(delegation_id, email)
    await bristol.expect(ACCEPTED, delegation_id=delegation_id)

    def opened() -> Page:
        person.register(portal.mail, email)
        page = person.open(person.sign_in(portal.mail, email).link(FORM))
        return person.press(page, "Next")

    return await asyncio.to_thread(opened)


def test_what_was_typed_survives_back_and_what_is_missing_is_named(person: Person) -> None:
    page = person.press(person.open("/register/1"), "Next", {"Forename": "Sandra", "Is this account being used": True})
    assert page.title.startswith("Error: ")
    for sentence in ("There is a problem", "Enter your surname", "Enter your role"):
        assert sentence in page.text
    assert page.tree.xpath("//input[@value='Sandra']")


def test_a_weak_password_and_two_that_differ_are_told(person: Person, email: str) -> None:
    details: dict[str, str | bool | tuple[str, bytes, str]] = {
        "Forename": "Sandra",
        "Surname": "Professional",
        "Street": "1 Test Street",
        "Town/City": "Bristol",
        "Postcode": "BS1 1AA",
    }
    page = person.press(person.open("/register/1"), "Next", details)
    page = person.press(page, "Next", {"Email address": email, "Password": "short", "Confirm password": "other"})
    assert page.title.startswith("Error: ")
    assert "8 characters" in page.text
    back = person.open(page.link("Back"))
    assert back.tree.xpath("//input[@value='1 Test Street']")


def test_a_wrong_a_used_and_an_expired_code_are_refused(portal: Portal, person: Person, email: str) -> None:
    mail = portal.mail
    person.register(mail, email)
    page = person.press(person.open("/sign-in"), "Submit", {"Email": email, "Password": PASSWORD})
    code = mail.code_for(email, more_than=1)
    wrong = f"{(int(code) + 1) % 10**8:08}"
    page = person.press(page, "Finish", {"Code": wrong})
    assert page.title.startswith("Error: ")
    page = person.press(page, "Finish", {"Code": f"{code[:4]} {code[4:]}"})
    assert "Currently Assigned Tasks (0)" in page.text
    person.press(page, "Logout")
    page = person.press(person.open("/sign-in"), "Submit", {"Email": email, "Password": PASSWORD})
    page = person.press(page, "Finish", {"Code": code})
    assert page.title.startswith("Error: "), "a code is good for one sign-in"
    fresh = mail.code_for(email, more_than=2)
    portal.set_clock("PT10M1S")
    page = person.press(page, "Finish", {"Code": fresh})
    assert "Currently Assigned Tasks" not in page.text
    assert person.open("/tasks").address == "/sign-in"


def test_a_wrong_password_and_an_unknown_address_read_the_same(portal: Portal, person: Person, email: str) -> None:
    person.register(portal.mail, email)
    wrong = person.press(person.open("/sign-in"), "Submit", {"Email": email, "Password": "Not-the-1-password"})
    unknown = person.press(person.open("/sign-in"), "Submit", {"Email": f"x{email}", "Password": "Not-the-1-password"})
    assert wrong.title.startswith("Error: ")
    assert wrong.text.replace(email, "") == unknown.text.replace(f"x{email}", "")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.pdf", b"", "The selected file is empty"),
        ("notes.txt", b"just text", "The selected file must be a"),
        ("program.pdf", b"MZ" + bytes(200), "The selected file must be a"),
        ("large.pdf", pdf() + bytes(10 * 1024 * 1024), "The selected file must be smaller than 10MB"),
    ],
)
async def test_a_bad_file_is_refused_with_the_reason_and_nothing_is_lost(
    person: Person, form: Page, name: str, content: bytes, sentence: str
) -> None:
    def job() -> tuple[Page, Page]:
        page = person.press(form, "Next", {"Date Assessment Completed": "01/03/2026", "Yes": True})
        refused = person.press(page, "Upload Document", {"Choose File": (name, content, "application/pdf")})
        return refused, person.open(form.address)

    refused, before = await asyncio.to_thread(job)
    assert sentence in refused.text
    assert refused.title.startswith("Error: ")
    assert before.tree.xpath("//input[@value='1/3/2026']")


async def test_what_is_missing_is_named_at_its_field(person: Person, form: Page) -> None:
    page = await asyncio.to_thread(person.press, form, "Submit Contribution")
    assert "This field is required." in page.text
    assert page.title.startswith("Error: ")


async def test_a_half_typed_date_is_kept_and_told(person: Person, form: Page) -> None:
    page = await asyncio.to_thread(person.press, form, "Save", {"Date Assessment Completed": "31/02/20"})
    assert page.tree.xpath("//input[@value='31/02/20']")
    again = await asyncio.to_thread(person.open, form.address)
    assert again.tree.xpath("//input[@value='31/02/20']")


async def test_two_tabs_lose_nothing(person: Person, form: Page) -> None:
    """Both pages were opened before either was saved: different fields merge, the same field keeps both versions."""

    def job() -> tuple[Page, Page]:
        stale = person.open(form.address)
        person.press(form, "Save", {"Date Assessment Completed": "01/03/2026"})
        merged = person.press(stale, "Save", {"Date contribution submitted to SEND": "02/03/2026"})
        old = person.press(stale, "Save", {"Date Assessment Completed": "05/05/2026"})
        return merged, old

    merged, old = await asyncio.to_thread(job)
    for value in ("1/3/2026", "2/3/2026"):
        assert merged.tree.xpath(f"//input[@value='{value}']"), value
    assert "You changed this answer on two pages." in old.text
    for value in ("1 March 2026", "5 May 2026"):
        assert value in old.text, value


async def test_a_form_submitted_twice_is_submitted_once(
    portal: Portal, bristol: Council, person: Person, form: Page
) -> None:
    def job() -> tuple[Page, Page]:
        page = person.press(form, "Submit Contribution", {"Date Assessment Completed": "01/03/2026", "Yes": True})
        return person.press(page, "Yes"), person.press(page, "Yes")

    first, second = await asyncio.to_thread(job)
    assert first.title == second.title
    assert first.title.startswith("Contribution submitted")


async def test_typing_outlives_a_session_that_ended(portal: Portal, person: Person, form: Page, email: str) -> None:
    def job() -> Page:
        portal.set_clock("PT31M")
        page = person.press(form, "Save", {"Date Assessment Completed": "07/03/2026"}, status=None)
        seen = len(portal.mail.codes_for(email))
        page = person.press(page, "Submit", {"Email": email, "Password": PASSWORD})
        page = person.press(page, "Finish", {"Code": portal.mail.code_for(email, more_than=seen)})
        if not page.address.startswith("/forms/"):
            page = person.press(page, "Continue")
        return page

    page = await asyncio.to_thread(job)
    assert page.tree.xpath("//input[@value='7/3/2026']"), page.text
