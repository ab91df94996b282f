"""Which days are working days in England, and which moment an English clock shows."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from chassis.working_days import BANK_HOLIDAYS, in_england, on_working_day
from tests.support.bank_holidays import YEARS, lines


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 4, 3), date(2026, 4, 7)),  # Good Friday to Easter Monday
        (date(2026, 5, 23), date(2026, 5, 26)),  # a Saturday before a bank holiday
        (date(2026, 12, 25), date(2026, 12, 29)),  # Boxing Day on a Saturday has its Monday
        (date(2027, 12, 25), date(2027, 12, 29)),
        (date(2026, 11, 30), date(2026, 11, 30)),  # St Andrew's Day, in Scotland
    ],
)
def test_what_falls_on_none_moves_to_the_next(day: date, expected: date) -> None:
    assert on_working_day(day) == expected


def test_an_authoritys_own_days_are_none() -> None:
    between_the_years = [date(2026, 12, 24) + timedelta(days=number) for number in range(8)]
    assert on_working_day(date(2026, 12, 24), between_the_years) == date(2027, 1, 4)


def test_a_clock_in_england_shows_the_hour_in_summer_and_in_winter() -> None:
    assert in_england(date(2026, 7, 1), time(9)) == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert in_england(date(2026, 12, 1), time(9)) == datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_the_list_is_what_the_library_says() -> None:
    assert BANK_HOLIDAYS.read_text(encoding="utf-8").splitlines() == lines()
    assert YEARS[-1] - datetime.now(UTC).year > 5, "make it reach further: python -m tests.support.bank_holidays"
