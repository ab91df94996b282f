"""Why a form is due when it is, in words (requirements M9, part 4 rules 6 and 7). Pure."""

from datetime import date

from chassis.working_days import last_working_day
from contracts.api.tasks import DueDateView, DueView
from contracts.authority import Authority
from services.gateway.kit.views.reasons import EXTENSION_REASONS, REGULATIONS
from services.gateway.kit.views.wording import day

_STATUTORY_DAYS = 42
_DAYS_A_WEEK = 7


def due_explained(due: DueView | None, authority: Authority) -> list[str]:
    """Sentences, in the order in which things were said; the last one says what counts."""
    if due is None or not (due.dates or due.internal_due_on):
        return []
    council, internal = authority.brand.name, due.internal_due_on
    lines = [f"Received on {day(due.received_on)}."]
    lines += [_said(date_, due, council) for date_ in due.dates]
    required = due.dates[-1].due_on if due.dates else None
    by_law = due.dates[0].due_on if due.dates and due.period_days == _STATUTORY_DAYS else None
    if by_law and by_law != required:
        lines.append(f"By law the advice is due by {day(by_law)}, unless an exception applies.")
    if internal:
        lines.append(f"{council} asks for it{' sooner,' if required else ''} by {day(internal)}.")
    words = [f"asked for by {day(internal)}"] if internal else []
    if required:
        words.append(f"required{' by law' if internal and by_law == required else ''} by {day(required)}")
    return [*lines, f"So it is {', and '.join(words)}.{_weekend(required, authority) if required else ''}"]


def _said(one: DueDateView, due: DueView, council: str) -> str:
    until = day(one.due_on)
    if one.why == "period":
        return f"{_period(due.period_days or 0)} from then: {until}."
    if one.why == "request":
        return f"{council} asks for it by {until}."
    said = f" on {day(one.said_on)}" if one.said_on else ""
    if one.why == "amended" and one is due.dates[0]:
        return f"{council} asked{said} for it by {until}."
    if one.why == "amended":
        return f"{council} changed the date{said}, to {until}."
    if one.why == "returned":
        return f"{council} sent it back{said}, to be completed by {until}."
    given = f"{council} answered{said}: until {until}."
    return f"{given} {_exception(one.reason_code)}" if one.reason_code else given


def _period(days: int) -> str:
    if days == _STATUTORY_DAYS:
        return "Six weeks, for advice on a child's needs (SEND Regulations 2014, regulation 8(1)), count"
    weeks, rest = divmod(days, _DAYS_A_WEEK)
    if weeks and not rest:
        return f"{weeks} week{'s' if weeks > 1 else ''}, as for every form of this kind, count"
    return f"{days} day{'' if days == 1 else 's'}, as for every form of this kind, count"


def _exception(code: str) -> str:
    where = f" ({REGULATIONS[code]})" if code in REGULATIONS else ""
    return f"Why: {EXTENSION_REASONS.get(code, EXTENSION_REASONS['other']).lower()}{where}."


def _weekend(due_on: date, authority: Authority) -> str:
    """A statutory date never moves; whoever works on working days needs to know the last one."""
    last = last_working_day(due_on, authority.closed_on)
    return "" if last == due_on else f" That is no working day; the last one before it is {day(last)}."
