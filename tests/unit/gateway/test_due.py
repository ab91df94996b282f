"""Why this date? In words."""

from datetime import date

from contracts.api.tasks import DueDateView, DueView
from services.gateway.kit.views.due import due_explained
from tests.unit.gateway.samples import AUTHORITIES

BRISTOL = AUTHORITIES.get("bristol")
RECEIVED = date(2026, 7, 25)
PERIOD = DueDateView(due_on=date(2026, 9, 5), why="period")


def explained(*dates: DueDateView, days: int | None = 42) -> list[str]:
    return due_explained(DueView(received_on=RECEIVED, period_days=days, dates=list(dates)), BRISTOL)


def test_the_law_and_the_last_working_day() -> None:
    assert explained(PERIOD) == [
        "Received on 25-Jul-2026.",
        (
            "Six weeks, for advice on a child's needs (SEND Regulations 2014, regulation 8(1)), count from then: "
            "05-Sep-2026."
        ),
        "So it is required by 05-Sep-2026. That is no working day; the last one before it is 04-Sep-2026.",
    ]
    assert due_explained(None, BRISTOL) == []


def test_what_the_council_asks_for_stands_beside_the_law() -> None:
    own = DueDateView(due_on=date(2026, 8, 20), why="request")
    lines = explained(PERIOD, own)
    assert lines[2:] == [
        f"{BRISTOL.brand.name} asks for it by 20-Aug-2026.",
        "By law the advice is due by 05-Sep-2026, unless an exception applies.",
        "So it is required by 20-Aug-2026.",
    ]
    assert not [line for line in explained(PERIOD, own, days=14) if "law" in line]
    assert explained(PERIOD, days=14)[1] == "2 weeks, as for every form of this kind, count from then: 05-Sep-2026."
    assert explained(PERIOD, days=10)[1].startswith("10 days, as for")


def test_an_exception_names_its_regulation_and_other_reasons_name_none() -> None:
    given = DueDateView(
        due_on=date(2026, 9, 21), why="decided", said_on=date(2026, 8, 3), reason_code="missed_appointment"
    )
    (line,) = [one for one in explained(PERIOD, given) if "answered" in one]
    assert line == (
        f"{BRISTOL.brand.name} answered on 03-Aug-2026: until 21-Sep-2026. "
        "Why: an appointment for an examination or a test was missed (regulation 8(2)(c))."
    )
    other = given.model_copy(update={"reason_code": "school_closed"})
    assert "regulation" not in next(one for one in explained(PERIOD, other) if "answered" in one)
    changed = DueDateView(due_on=date(2026, 9, 1), why="amended", said_on=date(2026, 8, 3))
    back = DueDateView(due_on=date(2026, 9, 2), why="returned", said_on=date(2026, 8, 4))
    assert explained(PERIOD, changed, back)[2:4] == [
        f"{BRISTOL.brand.name} changed the date on 03-Aug-2026, to 01-Sep-2026.",
        f"{BRISTOL.brand.name} sent it back on 04-Aug-2026, to be completed by 02-Sep-2026.",
    ]


def both(*dates: DueDateView, days: int | None = 42) -> list[str]:
    view = DueView(received_on=RECEIVED, period_days=days, dates=list(dates), internal_due_on=date(2026, 8, 22))
    return due_explained(view, BRISTOL)


def test_what_the_council_asks_for_sooner_and_what_is_required_are_both_said() -> None:
    council = BRISTOL.brand.name
    assert both(PERIOD)[-2:] == [
        f"{council} asks for it sooner, by 22-Aug-2026.",
        (
            "So it is asked for by 22-Aug-2026, and required by law by 05-Sep-2026. "
            "That is no working day; the last one before it is 04-Sep-2026."
        ),
    ]
    own = DueDateView(due_on=date(2026, 9, 1), why="request")
    assert both(PERIOD, own)[-1] == "So it is asked for by 22-Aug-2026, and required by 01-Sep-2026."
    assert "by law" not in both(PERIOD, days=14)[-1]
    assert both(days=None) == [
        "Received on 25-Jul-2026.",
        f"{council} asks for it by 22-Aug-2026.",
        "So it is asked for by 22-Aug-2026.",
    ]


def test_what_has_no_date_has_no_reason_until_the_council_names_one() -> None:
    assert explained(days=None) == []
    named = DueDateView(due_on=date(2026, 9, 1), why="amended", said_on=date(2026, 8, 3))
    assert explained(named, days=None)[1:] == [
        f"{BRISTOL.brand.name} asked on 03-Aug-2026 for it by 01-Sep-2026.",
        "So it is required by 01-Sep-2026.",
    ]
