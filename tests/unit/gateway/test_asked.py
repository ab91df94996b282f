"""What stands above a form of which something was asked, and dates as they are typed."""

from datetime import date

import pytest

from contracts.api.tasks import AskView
from contracts.submission import FormSection
from services.gateway.form.views.asked import asked_words
from services.gateway.kit.views.reasons import DECLINE_REASONS
from services.gateway.tasks.views.ask import TypedAsk, ask_page, parts_of, unreadable, unselected
from services.gateway.tasks.views.typed_date import TypedDate
from tests.unit.gateway.samples import AT, contribution, task

PARTS = [FormSection(key=key, title=key.capitalize()) for key in ("hearing", "sight")]


def an_ask(**changed: object) -> AskView:
    ask = AskView(asked="extension", explanation="Why", until=date(2031, 5, 1), asked_at=AT)
    return ask.model_copy(update=changed)


def a_part(**changed: object) -> AskView:
    return an_ask(asked="part-decline", until=None, sections=["Hearing", "Sight"], **changed)


@pytest.mark.parametrize(
    ("ask", "end"),
    [
        (an_ask(), "more time until 01-May-2031 on 30-Aug-2021 14:02. Bristol has not answered yet."),
        (an_ask(decision="accepted"), "Bristol has agreed."),
        (an_ask(decision="refused", comments="Not in law."), "Bristol cannot give you more time. Not in law."),
        (an_ask(asked="decline"), "You declined this form on 30-Aug-2021 14:02. Bristol has not answered yet."),
        (an_ask(asked="decline", decision="refused"), "Bristol asks you to complete it all the same."),
        (an_ask(asked="decline", decision="re-delegated"), ""),
        (a_part(), "(Hearing, Sight) on 30-Aug-2021 14:02. Bristol has not answered yet."),
        (a_part(decision="accepted"), "Bristol has agreed."),
        (a_part(decision="refused", comments="By law."), "Bristol asks you to complete them all the same. By law."),
        (None, ""),
    ],
)
def test_an_ask_and_its_answer_are_said_in_words(ask: AskView | None, end: str) -> None:
    words = asked_words(ask, "Bristol")
    assert words.endswith(end)
    assert bool(words) is bool(end)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (("17", "5", "2026"), date(2026, 5, 17)),
        (("29", "2", "2025"), None),
        (("29", "2", "2024"), date(2024, 2, 29)),
        (("1", "", "2026"), None),
        (("-1", "5", "2026"), None),
        (("\u0661", "5", "2026"), None),
        (("1", "5", "99999"), None),
        (("1", "5", "0"), None),
    ],
)
def test_a_date_is_one_day_or_none(typed: tuple[str, str, str], value: date | None) -> None:
    assert TypedDate(*typed).value == value


def test_what_cannot_be_read_is_said_at_its_field() -> None:
    typed = TypedAsk(reason="none", appointment=TypedDate("31", "2", "2026"))
    assert [*unreadable(typed, DECLINE_REASONS, asks_until=True)] == ["reason", "appointment", "until"]
    assert unreadable(TypedAsk(reason="other"), DECLINE_REASONS, asks_until=False) == {}


@pytest.mark.parametrize("year", ["99", "0099", "1899", "2200", "9999", "０2026"])
def test_a_year_that_no_service_takes_is_no_date(year: str) -> None:
    assert TypedDate("1", "1", year).value is None
    assert TypedDate("31", "12", "2199").value == date(2199, 12, 31)


@pytest.mark.parametrize(
    ("what", "selected", "field"),
    [
        ("whole", (), None),
        ("parts", ("hearing",), None),
        ("parts", ("hearing", "of another form"), None),
        ("", (), "what"),
        ("all", (), "what"),
        ("whole", ("hearing",), "what"),
        ("parts", (), "sections"),
        ("parts", ("of another form",), "sections"),
        ("parts", ("hearing", "sight"), "sections"),
    ],
)
def test_nobody_declines_more_than_they_mean_to(what: str, selected: tuple[str, ...], field: str | None) -> None:
    faults = unselected(TypedAsk(what=what, parts=selected), PARTS)
    assert list(faults) == ([field] if field else [])


@pytest.mark.parametrize(
    ("declinable", "titles"), [(["one", "two"], ["About the child", "Contribution"]), (["one"], [])]
)
def test_parts_are_of_a_form_that_has_several(declinable: list[str], titles: list[str]) -> None:
    assert contribution({}).declinable == ["one", "two"], "documents go with the whole form"
    view = contribution({}).model_copy(update={"declinable": declinable})
    assert [part.title for part in parts_of(view)] == titles


@pytest.mark.parametrize(
    ("ask", "waits"), [(None, False), (an_ask(), True), (an_ask(decision="refused"), False), (a_part(), True)]
)
def test_whoever_asks_again_is_told_that_it_takes_the_place_of_what_waits(ask: AskView | None, waits: bool) -> None:
    page = ask_page(task().model_copy(update={"ask": ask}), "Bristol", AT.date(), DECLINE_REASONS)
    assert page.waits is waits
