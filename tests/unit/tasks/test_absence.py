"""Being away: which days, and who stands in for which form."""

from datetime import date, timedelta

import pytest

from chassis.errors import Refused
from contracts.api.absences import AbsenceBody, SubstituteEntry
from contracts.council import PersonAssignee, WorkGroupAssignee
from services.tasks.model.absence import Absence, absence_of

FIRST, LAST = date(2026, 8, 3), date(2026, 8, 21)
TOM = PersonAssignee(kind="person", email="tom@school.example")
GROUP = WorkGroupAssignee(kind="work_group", work_group_id="wg-secondary")
ABSENCE = Absence(
    text="I am on leave.",
    from_on=FIRST,
    to_on=LAST,
    substitutes=[
        SubstituteEntry(authority="bristol", to=TOM),
        SubstituteEntry(authority="bristol", form="annual-review", to=GROUP),
        SubstituteEntry(authority="oxfordshire", form="annual-review", to=TOM),
    ],
)


@pytest.mark.parametrize(
    ("day", "is_away"), [(FIRST - timedelta(days=1), False), (FIRST, True), (LAST, True), (LAST + timedelta(1), False)]
)
def test_the_first_and_the_last_day_belong_to_it(day: date, *, is_away: bool) -> None:
    assert ABSENCE.covers(day) is is_away


def test_whoever_is_named_for_a_form_stands_in_for_it_else_whoever_is_for_all() -> None:
    assert ABSENCE.substitute("bristol", "annual-review") == GROUP
    assert ABSENCE.substitute("bristol", "ehc-advice") == TOM
    assert ABSENCE.substitute("oxfordshire", "ehc-advice") is None
    assert [each.form for each in ABSENCE.by_form("bristol")] == ["annual-review"]


def test_the_last_day_may_be_today_and_a_year_away() -> None:
    body = AbsenceBody(text="Away", from_on=LAST, to_on=LAST)
    assert absence_of(body, "sandra@school.example", LAST).to_on == LAST
    longest = AbsenceBody(text="Away", from_on=LAST, to_on=LAST + timedelta(days=366))
    assert absence_of(longest, "sandra@school.example", LAST).from_on == LAST
    with pytest.raises(Refused):
        absence_of(longest.model_copy(update={"to_on": LAST + timedelta(days=367)}), "s@school.example", LAST)
    with pytest.raises(Refused):
        absence_of(body, "sandra@school.example", LAST + timedelta(days=1))
