"""T61: a session ends at its limits, and asking how long is left is no use of it."""

import pytest

from tests.support.measures import Measures
from tests.support.person import TASKS, Person
from tests.support.portal import Portal
from tests.system.test_main_job import new_email

IDLE_MINUTES, ABSOLUTE_HOURS = 30, 12
EVERY_MINUTES = 20


@pytest.fixture(scope="module")
def email(portal: Portal) -> str:
    """Somebody who is registered."""
    address = new_email("idle")
    with Person(portal.gateway) as person:
        person.register(portal.mail, address)
    return address


def polled(person: Person) -> int:
    """What the page's script asks every minute."""
    return person.client.get("/session/left", headers={"Accept": "application/json"}).status_code


def test_t61_an_idle_session_ends_though_it_is_polled(timed_portal: Portal, email: str, measures: Measures) -> None:
    with Person(timed_portal.gateway) as person:
        person.sign_in(timed_portal.mail, email)
        polls = []
        for minute in range(1, IDLE_MINUTES):
            timed_portal.set_clock(f"PT{minute}M")
            polls.append(polled(person))
        timed_portal.set_clock(f"PT{IDLE_MINUTES}M1S")
        late = polled(person)
        page = person.open("/tasks")
        measures.report("T61", idle_minutes=IDLE_MINUTES, polls=len(polls), refused_one_second_later=int(late == 401))
        assert set(polls) == {200}
        assert late == 401
        assert page.title.startswith("Secure login - step 1")
        assert "portal_session" not in person.cookies()


def test_t61_use_prolongs_a_session_up_to_twelve_hours(timed_portal: Portal, email: str, measures: Measures) -> None:
    with Person(timed_portal.gateway) as person:
        person.sign_in(timed_portal.mail, email)
        titles = []
        for minutes in range(EVERY_MINUTES, ABSOLUTE_HOURS * 60, EVERY_MINUTES):
            timed_portal.set_clock(f"PT{minutes}M")
            titles.append(person.open("/tasks").title)
        timed_portal.set_clock(f"PT{ABSOLUTE_HOURS}H1S")
        late = polled(person)
        used = len(titles)
        measures.report("T61", absolute_hours=ABSOLUTE_HOURS, used=used, refused_one_second_later=int(late == 401))
        assert set(titles) == {TASKS}
        assert late == 401
        assert person.open("/tasks").title.startswith("Secure login - step 1")
