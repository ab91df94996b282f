"""Dates as people read them."""

from datetime import UTC, date, datetime

import pytest

from services.gateway.kit.views.wording import day, due_words, hour, moment


def test_dates_read_as_the_guides_write_them_in_englands_time() -> None:
    assert day(date(2021, 9, 5)) == "05-Sep-2021"
    assert moment(datetime(2021, 9, 3, 12, 12, tzinfo=UTC)) == "03-Sep-2021 13:12"
    assert hour(datetime(2021, 12, 3, 14, 2, tzinfo=UTC)) == "14:02"


@pytest.mark.parametrize(
    ("due", "words"),
    [(5, "today"), (6, "tomorrow"), (10, "in 5 days"), (4, "1 day late"), (3, "2 days late")],
)
def test_a_due_date_is_said_in_words(due: int, words: str) -> None:
    assert due_words(date(2021, 9, due), date(2021, 9, 5)) == words
