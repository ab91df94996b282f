"""Dates as people type and read them."""

from datetime import UTC, date, datetime

import pytest

from services.gateway.views.dates import day, due_words, hour, moment, read_day, typed_day


@pytest.mark.parametrize(
    "typed",
    ["17/5/2026", "17-05-2026", "17.5.2026", "17 May 2026", "17-May-2026", "2026-05-17", " 17/05/2026 ", "17 may 2026"],
)
def test_a_date_is_read_as_people_write_it(typed: str) -> None:
    assert read_day(typed) == date(2026, 5, 17)


@pytest.mark.parametrize("typed", ["31/2/2026", "tomorrow", "17/5/26", "5-17-2026", "17 Mai 2026", ""])
def test_what_is_no_real_date_is_none(typed: str) -> None:
    assert read_day(typed) is None


def test_dates_read_as_the_guides_write_them_in_englands_time() -> None:
    assert day(date(2021, 9, 5)) == "05-Sep-2021"
    assert moment(datetime(2021, 9, 3, 12, 12, tzinfo=UTC)) == "03-Sep-2021 13:12"
    assert hour(datetime(2021, 12, 3, 14, 2, tzinfo=UTC)) == "14:02"
    assert typed_day("2026-05-17") == "17/5/2026"
    assert typed_day("half a date") == "half a date"


@pytest.mark.parametrize(
    ("due", "words"),
    [(5, "today"), (6, "tomorrow"), (10, "in 5 days"), (4, "1 day late"), (3, "2 days late")],
)
def test_a_due_date_is_said_in_words(due: int, words: str) -> None:
    assert due_words(date(2021, 9, due), date(2021, 9, 5)) == words
