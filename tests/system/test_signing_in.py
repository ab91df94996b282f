"""What the pages before sign-in say, as somebody without scripts reads them."""

from uuid import uuid4

import pytest

from tests.support.person import PASSWORD, TASKS, Page, Person
from tests.support.portal import Portal

DOOR = "Bristol Children and Families Services Portal"


@pytest.fixture(scope="module")
def email(portal: Portal) -> str:
    """Somebody who is registered."""
    address = f"p.{uuid4().hex[:10]}@school.example"
    with Person(portal.gateway) as person:
        person.register(portal.mail, address)
    return address


def code_page(person: Person, email: str) -> Page:
    return person.press(person.open("/sign-in"), "Submit", {"Email": email, "Password": PASSWORD})


def test_step_2_says_where_the_code_went_and_how_long_it_works(portal: Portal, email: str) -> None:
    with Person(portal.gateway) as person:
        page = code_page(person, email)
        again = person.press(page, "Please send me a new code")
    for shown in (page, again):
        assert f"The email went to {email}. Its code works for 10 minutes." in shown.text
        assert shown.text.count("spam or junk folder") == 1
    assert "We have sent you a new code. The code before it no longer works." in again.text


def test_a_reset_says_the_same_of_every_address_and_sends_another_code(portal: Portal, email: str) -> None:
    pages = []
    for address in (email, f"x.{email}"):
        with Person(portal.gateway) as person:
            page = person.press(person.open("/reset/1"), "Next", {"Email": address})
            again = person.press(page, "Please send me a new code")
        assert f"If {address} has an account, the email went there." in again.text
        assert "A new code is on its way, if the address has an account." in again.text
        pages.append(again.text.replace(address, "the address"))
    assert pages[0] == pages[1]


def test_the_portal_has_one_name_at_its_door_and_another_inside(portal: Portal, email: str) -> None:
    with Person(portal.gateway) as person:
        assert f"New to {DOOR}? Register for an account here" in person.open("/sign-in").text
        inside = person.sign_in(portal.mail, email)
        assert inside.title == TASKS
        assert DOOR not in inside.text


def test_whoever_is_signed_in_comes_from_the_login_page_to_the_tasks(portal: Portal, email: str) -> None:
    with Person(portal.gateway) as person:
        inside = person.sign_in(portal.mail, email)
        assert person.open("/sign-in").title == TASKS
        out = person.press(inside, "Logout")
        assert "You are signed out." in out.text
        assert person.open("/sign-in").title.startswith("Secure login - step 1")


def test_a_common_password_is_refused_and_the_page_had_said_so(portal: Portal, email: str) -> None:
    with Person(portal.gateway) as person:
        person.begin_registration(f"y.{email}")
        page = person.open("/register/2")
        assert "Password policy" in page.text
        assert "a common password, like Password1!, and your own name are not taken" in page.text
        common = {"Password": "Password1!", "Confirm password": "Password1!"}
        page = person.press(page, "Next", {"Email address": f"y.{email}", **common})
    assert "Password is one of the most common ones" in page.text
