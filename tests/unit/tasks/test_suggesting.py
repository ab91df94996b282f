"""Who is suggested to have forms next: the fewest open forms, not away, the same role first (requirement M8)."""

from datetime import date, timedelta

import pytest

from contracts.api.re_assigning import UserChoice
from contracts.tasks import Holder
from services.tasks.model.absence import Absence
from services.tasks.model.person import RegisteredPerson
from services.tasks.model.suggesting import People, suggestion
from services.tasks.model.task import Task
from tests.unit.tasks.test_re_assigning import MORAG, SANDRA, TOM, picked_up, waiting
from tests.unit.tasks.test_task import NOW

ADA, ZOE = "ada@school.example", "zoe@school.example"
TODAY = NOW.date()
DUE = date(2026, 4, 12)


def a_person(email: str, name: str = "", role: str = "", away: tuple[date, date] | None = None) -> RegisteredPerson:
    absence = Absence(text="On leave", from_on=away[0], to_on=away[1]) if away else None
    name = name or email.partition("@")[0].title()
    return RegisteredPerson(account_id=email, email=email, name=name, role=role, registered_at=NOW, absence=absence)


def known(*people: RegisteredPerson) -> People:
    return {person.email: person for person in people}


def suggested(
    loads: dict[str, int], people: People, tasks: list[Task] | None = None, by: str = MORAG, today: date = TODAY
) -> str:
    """Their address; empty where nobody is."""
    users = [UserChoice(email=email, open_tasks=number) for email, number in loads.items()]
    found = suggestion(tasks or [waiting()], by, users, people, today)
    return found.email if found else ""


def test_the_fewest_open_forms_and_of_several_the_first_by_name() -> None:
    people = known(a_person(TOM), a_person(ADA), a_person(SANDRA))
    assert suggested({TOM: 3, ADA: 2, SANDRA: 1}, people) == SANDRA
    assert suggested({TOM: 1, SANDRA: 1, ADA: 1}, people) == ADA
    renamed = known(a_person(TOM, "aaron"), a_person(ADA, "Zoe"))
    assert suggested({ADA: 1, TOM: 1}, renamed) == TOM


def test_whoever_has_no_account_may_never_look_and_is_not_suggested() -> None:
    assert suggested({TOM: 0, ADA: 5}, known(a_person(ADA))) == ADA
    assert suggested({TOM: 0}, {}) == ""


@pytest.mark.parametrize(
    ("first", "last", "is_away"),
    [
        (TODAY, TODAY, True),
        (DUE, DUE + timedelta(days=9), True),
        (TODAY - timedelta(days=9), DUE + timedelta(days=9), True),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), False),
        (DUE + timedelta(days=1), DUE + timedelta(days=9), False),
    ],
)
def test_whoever_is_away_on_a_day_until_it_is_due_is_not_suggested(first: date, last: date, *, is_away: bool) -> None:
    assert picked_up().due_on == DUE > TODAY
    people = known(a_person(TOM, away=(first, last)), a_person(ADA))
    assert suggested({TOM: 0, ADA: 5}, people) == (ADA if is_away else TOM)


def test_of_a_late_form_today_counts_and_of_several_the_last_due_date() -> None:
    late = DUE + timedelta(days=30)
    people = known(a_person(TOM, away=(late, late)), a_person(ADA))
    assert suggested({TOM: 0, ADA: 5}, people, today=late) == ADA
    found = suggestion([waiting()], MORAG, [UserChoice(email=ADA)], people, late)
    assert found is not None
    assert found.until == late


def test_the_role_of_the_present_holder_counts_before_the_number() -> None:
    people = known(a_person(SANDRA, role="SENCO"), a_person(TOM, role=" senco "), a_person(ADA, role="Teacher"))
    has_it = [picked_up(SANDRA)]
    found = suggestion(has_it, MORAG, [UserChoice(email=TOM, open_tasks=9), UserChoice(email=ADA)], people, TODAY)
    assert found is not None
    assert (found.email, found.is_of_same_role, found.open_tasks) == (TOM, True, 9)
    assert suggested({ADA: 0}, people, has_it) == ADA, "nobody else has it"
    nothing_known = known(a_person(SANDRA), a_person(TOM), a_person(ADA, role="Teacher"))
    assert suggested({TOM: 9, ADA: 0}, nothing_known, has_it) == ADA


def test_of_several_holders_a_role_counts_where_all_have_it() -> None:
    roles = {SANDRA: "SENCO", MORAG: "Teacher", TOM: "SENCO", ADA: "Teacher", ZOE: ""}
    people = known(*(a_person(email, role=role) for email, role in roles.items()))
    tasks, loads = [picked_up(SANDRA), picked_up(MORAG)], {TOM: 9, ADA: 9, ZOE: 1}
    assert suggested(loads, people, tasks) == ZOE
    alike = {**people, MORAG: a_person(MORAG, role="SENCO")}
    assert suggested(loads, alike, tasks) == TOM
    assert suggested(loads, {**people, MORAG: a_person(MORAG)}, tasks) == ZOE, "of one it is not known"


def test_neither_whoever_asks_nor_whoever_has_one_of_them_is_suggested() -> None:
    people = known(a_person(TOM), a_person(MORAG), a_person(ADA))
    tasks = [waiting(), picked_up(TOM)]
    assert suggested({TOM: 0, MORAG: 0, ADA: 9}, people, tasks, by=MORAG.upper()) == ADA
    assert suggested({TOM: 0, MORAG: 0}, people, tasks) == ""
    readdressed = waiting().picked_up(Holder(kind="person", email=ADA.upper()), NOW)
    assert suggested({ADA: 0}, people, [readdressed]) == ""
