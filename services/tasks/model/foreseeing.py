"""The dates that a form would get, and why, before its council delegates it (requirement M9). No I/O, no clock."""

from datetime import date

from chassis.clock import day_of
from contracts.api.due_dates import DueDatesView, ForeseenReminder
from contracts.authority import Authority
from services.tasks.model.deadlines import due_dates, due_view
from services.tasks.model.facts import RequestedDates
from services.tasks.model.form import OfferedForm
from services.tasks.model.reminding import counted, ladders_of, steps_to_come


def foreseen(form: OfferedForm, dates: RequestedDates, authority: Authority) -> DueDatesView:
    """The dates of a request as it would be taken, and every reminder while nobody begins or submits the form."""
    said = due_dates(dates, [], [], [])
    due_on, target_on = said[-1].due_on, said[-1].target_on(dates.works_to)
    return DueDatesView(
        form=form.form,
        form_title=form.title,
        due_on=due_on,
        internal_due_on=said[-1].internal_due_on,
        target_on=target_on,
        due=due_view(dates, said),
        reminders=_reminders(dates, target_on, due_on, authority.reminding_of(form.form)),
    )


def _reminders(
    dates: RequestedDates, target_on: date | None, due_on: date | None, authority: Authority
) -> list[ForeseenReminder]:
    given_on = day_of(dates.requested_at)
    days = [
        (day_of(at), ladder, step)
        for ladder in ladders_of(target_on, due_on, given_on, authority)
        if ladder.reminds
        for step, at in steps_to_come(ladder, dates.requested_at)
    ]
    told = [ForeseenReminder(on=on, **counted(ladder, step, target_on, on)._asdict()) for on, ladder, step in days]
    return sorted(told, key=lambda reminder: reminder.on)
