"""Which tasks a person's lists show, for how long, and what a row says. No I/O, no clock."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self, get_args

from pydantic import AwareDatetime

from contracts.api.tasks import Choice, ListChoices, MovedRow, Progress, Tab, TaskRow
from contracts.authority import Authority
from contracts.base import Sealed, Value
from contracts.tasks import Asked
from services.tasks.model.news import came_at, changed_at, received_at
from services.tasks.model.task import Task

PAGE_SIZE = 25
MOVED_DAYS = 7
"""How long the former holder is told in the list where a task went."""
_FEWEST_LETTERS, _MOST_LETTERS = 2, 8
_MOST_WORDS = 12
_WORD = re.compile(r"\w+")
_BETWEEN = "\x1f"


class DeskFilter(Value):
    """What a person wants to see of their tasks; an empty part says nothing."""

    form: str = ""
    authority: str = ""
    progress: str = ""
    words: str = ""
    """How names of the child begin."""


class Window(NamedTuple):
    """From when on the closed tasks of some authorities are listed."""

    since: datetime
    authorities: list[str]


def windows(authorities: Iterable[Authority], tab: Tab, now: datetime) -> list[Window]:
    """The authorities by how long they show what is over (requirements F74, F75); usually one for all."""
    found: dict[int, list[str]] = {}
    for authority in authorities:
        found.setdefault(window_days(authority, tab), []).append(authority.code)
    return [Window(now - timedelta(days=days), codes) for days, codes in sorted(found.items())]


def window_days(authority: Authority, tab: Tab) -> int:
    """How many days a closed task can be seen."""
    return authority.submitted_days if tab == "submitted" else authority.retracted_days


def beginnings(name: str) -> list[str]:
    """What a name can be found by: the first two to eight letters of each of its words."""
    lengths = range(_FEWEST_LETTERS, _MOST_LETTERS + 1)
    return sorted({word[:length] for word in _words(name) for length in lengths})


def looked_for(words: str) -> list[str]:
    """Which beginnings a name must have to be what somebody looks for; a single letter says too little."""
    return sorted({word[:_MOST_LETTERS] for word in _words(words)})


def _words(text: str) -> list[str]:
    """Without capitals and accents, as people type names who look for them."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return [word for word in _WORD.findall(plain) if len(word) >= _FEWEST_LETTERS][:_MOST_WORDS]


class Kind(NamedTuple):
    """Of which council a task is, and with which form."""

    authority: str
    form: str
    form_title: str

    def __str__(self) -> str:
        return _BETWEEN.join(self)

    @classmethod
    def parsed(cls, text: str) -> Self:
        """From how it is kept."""
        return cls(*text.split(_BETWEEN, 2))


class ListedRow(Value):
    """A row as the database keeps it: what lists are narrowed and sorted by in clear, and the whole of it sealed."""

    authority: str
    form: str
    form_title: str
    kind: str
    """A `Kind`."""
    name_tokens: list[str]
    """Keyed hashes of the beginnings of the child's names."""
    progress: Progress | None
    due_on: date
    """Of what has none the last day that there is: it stands behind all the others."""
    received_at: AwareDatetime | None
    retracted_at: AwareDatetime | None
    submitted_at: AwareDatetime | None
    moved_at: AwareDatetime | None
    snoozed_until: date | None
    asked: Asked | None
    shown: Sealed[TaskRow]

    @classmethod
    def of(cls, row: TaskRow, name_tokens: list[str]) -> Self:
        """Of the row that is shown."""
        kind = Kind(row.authority, row.form, row.form_title)
        clear = row.model_dump(include=cls.model_fields.keys() & TaskRow.model_fields.keys())
        sorted_by = {"due_on": row.due_on or date.max}
        return cls(**(clear | sorted_by), kind=str(kind), name_tokens=name_tokens, shown=row)


def row_of(task: Task) -> TaskRow:
    """A task as a list shows it."""
    return TaskRow(
        task_id=task.task_id,
        reference=task.reference,
        authority=task.authority,
        form=task.requested.form,
        form_title=task.requested.form_title,
        subject_name=task.requested.subject.name,
        due_on=task.target_on,
        comments=task.comments,
        state=task.state,
        progress=task.progress,
        work_group_name=task.work_group.name if task.work_group else "",
        holder_name=(task.holder.name or task.holder.email or "") if task.holder.kind == "person" else "",
        retracted_at=task.retraction.retracted_at if task.retraction else None,
        retraction_reason=task.retraction.reason if task.retraction else "",
        submitted_at=task.submission.submitted_at if task.submission else None,
        moved_at=task.moves[-1].moved_at if task.moves else None,
        moved_by=(task.moves[-1].by_name or task.moves[-1].by) if task.moves else "",
        received_at=received_at(task),
        came_at=came_at(task),
        changed_at=changed_at(task),
        seen_at=task.seen_at,
        snoozed_until=task.snoozed_until,
        due_changes=len(task.due_dates) - 1,
        due_set_at=task.due_dates[-1].said_at,
        addendum_started_at=task.addendum.started_at if task.addendum else None,
        asked=task.to_decide.asked if task.to_decide else None,
    )


def moved_row(row: TaskRow) -> MovedRow:
    """A task that has a new holder, as its former one and whoever moved it read of it."""
    if row.moved_at is None:
        raise ValueError(f"{row.task_id} was never moved")
    return MovedRow(
        reference=row.reference,
        form_title=row.form_title,
        subject_name=row.subject_name,
        holder_name=row.holder_name or row.work_group_name or "a work group",
        by=row.moved_by,
        moved_at=row.moved_at,
    )


def place(page: int, count: int) -> tuple[int, int]:
    """The page that there is for the one asked for, and how many there are."""
    pages = max(1, -(-count // PAGE_SIZE))
    return min(max(page, 1), pages), pages


def choices(kinds: Iterable[Kind], open_tasks: int) -> ListChoices:
    """What the list can be narrowed to, by name; by progress where there is more than one open task."""
    known = list(kinds)
    titles = {kind.form: kind.form_title for kind in known}
    return ListChoices(
        forms=sorted((Choice(key=form, name=title) for form, title in titles.items()), key=_by_name),
        authorities=sorted({kind.authority for kind in known}),
        progress=list(get_args(Progress)) if open_tasks > 1 else [],
    )


def _by_name(choice: Choice) -> str:
    return choice.name.casefold()
