"""The dates that a form would get: as a request gets them, and with the mornings on which somebody is reminded."""

from datetime import UTC, date, datetime
from typing import Any

from contracts.api.due_dates import DueDatesQuery, DueDatesView
from contracts.authority import Authority, ReminderRules
from services.tasks.model.deadlines import due_view
from services.tasks.model.facts import requested_dates
from services.tasks.model.foreseeing import foreseen
from services.tasks.model.form import OfferedForm
from services.tasks.model.reminding import ladders, next_step
from tests.unit.tasks.test_task import BLANK, BRISTOL, a_request

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
FORM = OfferedForm(
    form="f", version="1", owner="bristol", title="Form", due_days=42, prefill_schema={}, published_at=NOW
)
UNDATED = FORM.model_copy(update={"due_days": None})


def asked(form: OfferedForm = FORM, authority: Authority = BRISTOL, **said: Any) -> DueDatesView:
    query = DueDatesQuery.model_validate({"form": "f", **said})
    return foreseen(form, requested_dates(query, form.due_days, authority.works_to, NOW), authority)


def with_rules(**rules: Any) -> Authority:
    return BRISTOL.model_copy(update={"reminders": ReminderRules.model_validate(rules)})


def test_it_is_what_a_task_of_the_same_request_has() -> None:
    requests: list[dict[str, Any]] = [
        {},
        {"due_on": "2026-04-01"},
        {"internal_due_on": "2026-03-30"},
        {"received_on": "2026-02-02"},
    ]
    for works_to in ("due_date", "internal_date"):
        authority = BRISTOL.model_copy(update={"works_to": works_to})
        for said in requests:
            view = asked(authority=authority, **said)
            dates = requested_dates(DueDatesQuery.model_validate({"form": "f", **said}), 42, authority.works_to, NOW)
            task = BLANK.with_request(a_request(**dates.model_dump()))
            assert (view.due_on, view.internal_due_on, view.target_on) == (
                task.due_on,
                task.internal_due_on,
                task.target_on,
            )
            assert view.due == due_view(task.requested, task.due_dates)
            firsts = [next_step(ladder, NOW) for ladder in ladders(task, authority) if ladder.reminds]
            assert view.reminders[0].on == min(at for _, at in filter(None, firsts)).date()


def test_every_morning_on_which_somebody_is_reminded_is_named_once_and_in_order() -> None:
    view = asked(authority=with_rules(steps=[-14, 0, 1], unbegun_days=[3, 28]), due_on="2026-04-13")
    given = date(2026, 3, 2)
    assert [(one.on, one.step, one.due_on, one.unbegun_since) for one in view.reminders] == [
        (date(2026, 3, 5), -39, date(2026, 4, 13), given),
        (date(2026, 3, 30), -14, date(2026, 4, 13), None),  # where the 28th day of the other ladder falls too
        (date(2026, 4, 13), 0, date(2026, 4, 13), None),
        (date(2026, 4, 14), 1, date(2026, 4, 13), None),
    ]


def test_what_is_past_is_not_to_come_and_what_managers_alone_hear_is_not_named() -> None:
    late = asked(authority=with_rules(steps=[-1, 30], unbegun_days=[]), due_on="2026-02-28")
    assert [(one.on, one.step) for one in late.reminders] == [(date(2026, 3, 30), 30)]
    authority = with_rules(steps=[1], unbegun_days=[]).model_copy(update={"works_to": "internal_date"})
    both = asked(authority=authority, due_on="2026-04-15", internal_due_on="2026-04-01")
    assert [one.on for one in both.reminders] == [date(2026, 4, 2)]


def test_a_form_without_a_date_is_told_of_while_nobody_begins_it() -> None:
    view = asked(UNDATED)
    assert (view.due_on, view.target_on, view.due.dates) == (None, None, [])
    assert [one.model_dump(mode="json") for one in view.reminders] == [
        {"on": day, "unbegun_since": "2026-03-02"} for day in ("2026-03-05", "2026-03-09")
    ]
