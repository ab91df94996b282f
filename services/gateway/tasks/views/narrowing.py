"""What the task lists are narrowed to: as it stands in addresses, can be chosen, and is said. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args
from urllib.parse import urlencode

from contracts.api.tasks import Choice, ListOrder, Tab, TaskListView
from services.gateway.tasks.views.rows import STATUSES

OPEN_TABS: tuple[Tab, ...] = ("assigned", "snoozed")
"""The tabs of what is to be done."""
USUAL_ORDER: ListOrder = "due"
"""Of a list for which nobody chose another."""
LONGEST = 200
CHOICES = ("form", "authority", "progress", "order")
"""What is kept between visits."""
_GONE = "One that you no longer have"


@dataclass(frozen=True)
class TaskFilter:
    """What the list is narrowed to, and its order; it stands in addresses."""

    form: str = ""
    authority: str = ""
    progress: str = ""
    name: str = ""
    """The words that were looked for, encrypted: addresses are kept in many places, and a child's name in none."""
    words: str = ""
    """The same as they were typed."""
    order: str = ""
    """A `ListOrder`; empty where it is the one that lists have."""

    def choice(self) -> dict[str, str]:
        """What is kept between visits: nothing that was typed."""
        return {name: value for name, value in self.parameters().items() if name != "name"}

    def parameters(self) -> dict[str, str]:
        """As they stand in an address."""
        return {name: value for name, value in vars(self).items() if value and name != "words"}


EVERYTHING = TaskFilter()


@dataclass(frozen=True)
class FilterSelect:
    """One thing that the list can be narrowed by, or put in order."""

    name: str
    label: str
    every: str
    choices: list[Choice]
    chosen: str

    @property
    def words(self) -> str:
        """What is chosen."""
        return f"{self.label}: {next(one.name for one in self.choices if one.key == self.chosen)}."


def choices_of(text: Callable[[str], str]) -> dict[str, str]:
    """Each choice as it is said by its name; a status or an order that there is not is none, nor is the usual order."""
    known = {name: text(name)[:LONGEST] for name in CHOICES}
    if known["progress"] not in STATUSES:
        known["progress"] = ""
    if known["order"] not in get_args(ListOrder) or known["order"] == USUAL_ORDER:
        known["order"] = ""
    return known


def address(path: str, wanted: TaskFilter, **more: str | int) -> str:
    """An address that keeps what the list is narrowed to."""
    return f"{path}?{urlencode({**more, **wanted.parameters()})}"


def selects_of(tasks: TaskListView, names: Mapping[str, str], wanted: TaskFilter) -> list[FilterSelect]:
    """One for each thing in which the tasks differ, and for what is chosen already."""
    found = tasks.choices
    councils = [Choice(key=code, name=names.get(code, code)) for code in found.authorities]
    selects = [
        FilterSelect("form", "Form Type", "Every form", found.forms, wanted.form),
        FilterSelect("authority", "Council", "Every council", councils, wanted.authority),
    ]
    if tasks.tab in OPEN_TABS:
        statuses = [
            Choice(key=key, name=STATUSES[key][0])
            for key in found.progress or STATUSES
            if found.progress or wanted.progress
        ]
        selects.append(FilterSelect("progress", "Status", "Every status", statuses, wanted.progress))
    return [_with_chosen(one) for one in selects if len(one.choices) > 1 or one.chosen]


def _with_chosen(select: FilterSelect) -> FilterSelect:
    """What was chosen on an earlier visit may be nothing now: it can be seen that it is chosen."""
    if not select.chosen or any(one.key == select.chosen for one in select.choices):
        return select
    return replace(select, choices=[*select.choices, Choice(key=select.chosen, name=_GONE)])


def unseen(selects: Sequence[FilterSelect], wanted: TaskFilter) -> dict[str, str]:
    """What was chosen and has no place to be chosen on this page."""
    seen = {select.name for select in selects}
    return {name: value for name, value in wanted.choice().items() if name not in seen}


def narrowing_words(selects: Sequence[FilterSelect], wanted: TaskFilter) -> str:
    """What a list is narrowed to, so that nobody takes it for the whole; empty where it is."""
    chosen = [select.words for select in selects if select.chosen]
    if wanted.words:
        chosen.append(f"Name begins with: {wanted.words}.")
    return " ".join(["Only some of your forms are shown.", *chosen]) if chosen else ""
