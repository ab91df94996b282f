"""Automatic replies: from when to when, what people are told, and who gets new forms meanwhile (F65, M6). Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from contracts.api.absences import AbsenceBody, AbsenceView, SubstituteChoices, SubstituteEntry
from contracts.council import Assignee, PersonAssignee, WorkGroupAssignee
from services.gateway.kit.views.frame import FormErrors
from services.gateway.kit.views.wording import day
from services.gateway.tasks.views.typed_date import NOTHING, TypedDate

_MOST_LETTERS = 4000
_GROUP, _PERSON = "group:", "person:"


@dataclass(frozen=True)
class TypedAbsence:
    """What was typed, or what stands."""

    text: str = ""
    first: TypedDate = NOTHING
    last: TypedDate = NOTHING
    to: Mapping[str, str] = field(default_factory=dict)
    """By the name of a field, who gets the forms that it is about."""


@dataclass(frozen=True)
class SubstituteChoice:
    """One form, or all others: who gets it."""

    field: str
    label: str
    chosen: str


@dataclass(frozen=True)
class CouncilChoices:
    """What can be chosen for one council's forms."""

    authority: str
    council: str
    options: list[tuple[str, str]]
    for_all: SubstituteChoice
    by_form: list[SubstituteChoice]

    @property
    def is_open(self) -> bool:
        """Whether something is chosen for single forms."""
        return any(choice.chosen for choice in self.by_form)


@dataclass(frozen=True)
class AbsencePage:
    """Automatic Replies."""

    typed: TypedAbsence
    choices: list[CouncilChoices]
    standing: str = ""
    """What stands now, in words; empty where nothing does."""
    notice: str = ""
    errors: FormErrors = field(default_factory=FormErrors)


_NOTICES = {
    "on": "Your automatic replies are set. The councils that know you have been told.",
    "off": "Your automatic replies are off. The councils that know you have been told.",
}


def absence_page(
    view: AbsenceView,
    councils: Mapping[str, str],
    *,
    typed: TypedAbsence | None = None,
    errors: FormErrors | None = None,
    done: str = "",
) -> AbsencePage:
    """The page with what was typed, else with what stands; `councils` are their names by code."""
    standing = view.absence
    shown = typed or (_standing(standing) if standing else TypedAbsence())
    words = ""
    if standing:
        state = "on" if view.is_now else "set"
        words = f"Your automatic replies are {state}, from {day(standing.from_on)} to {day(standing.to_on)}."
    choices = [_council(each, councils.get(each.authority, each.authority), shown) for each in view.choices]
    return AbsencePage(shown, choices, words, _NOTICES.get(done, ""), errors or FormErrors())


def typed_absence(text: Callable[[str], str], view: AbsenceView) -> TypedAbsence:
    """What was typed, of the fields that the page has."""
    names = [_field(each.authority, form) for each in view.choices for form in ("", *(one.key for one in each.forms))]
    return TypedAbsence(
        text=text("text").replace("\r\n", "\n")[:_MOST_LETTERS],
        first=TypedDate.of("from_on", text),
        last=TypedDate.of("to_on", text),
        to={name: chosen for name in names if (chosen := text(name))},
    )


def unreadable(typed: TypedAbsence, view: AbsenceView) -> dict[str, str]:
    """What cannot be sent to tasks as it is, by field."""
    faults = {}
    if typed.first.value is None:
        faults["from_on"] = "Enter the first day, for example 17 5 2026."
    if typed.last.value is None:
        faults["to_on"] = "Enter the last day, for example 28 5 2026."
    offered = {_field(each.authority, ""): dict(_options(each)) for each in view.choices}
    for name, chosen in typed.to.items():
        if chosen not in offered[_field(name.split(":")[1], "")]:
            faults[name] = "Select one of the list."
    return faults


def absence_body(typed: TypedAbsence) -> AbsenceBody:
    """What tasks is told; only of what is readable."""
    return AbsenceBody.model_validate(
        {
            "text": typed.text.strip(),
            "from_on": typed.first.value,
            "to_on": typed.last.value,
            "substitutes": [_entry(name, chosen) for name, chosen in typed.to.items()],
        }
    )


def _entry(name: str, chosen: str) -> SubstituteEntry:
    _, authority, form = name.split(":", 2)
    return SubstituteEntry(authority=authority, form=form, to=_assignee(chosen))


def _assignee(chosen: str) -> Assignee:
    if chosen.startswith(_GROUP):
        return WorkGroupAssignee(kind="work_group", work_group_id=chosen.removeprefix(_GROUP))
    return PersonAssignee(kind="person", email=chosen.removeprefix(_PERSON))


def _value(to: Assignee) -> str:
    return f"{_GROUP}{to.work_group_id}" if isinstance(to, WorkGroupAssignee) else f"{_PERSON}{to.email}"


def _field(authority: str, form: str) -> str:
    return f"to:{authority}:{form}"


def _standing(absence: AbsenceBody) -> TypedAbsence:
    return TypedAbsence(
        text=absence.text,
        first=TypedDate.shown(absence.from_on),
        last=TypedDate.shown(absence.to_on),
        to={_field(each.authority, each.form): _value(each.to) for each in absence.substitutes},
    )


def _options(choices: SubstituteChoices) -> list[tuple[str, str]]:
    groups = [(f"{_GROUP}{group.work_group_id}", f"{group.name} (work group)") for group in choices.groups]
    people = [(f"{_PERSON}{one.email}", f"{one.name} ({one.email})") for one in choices.people]
    return [*people, *groups]


def _council(choices: SubstituteChoices, council: str, typed: TypedAbsence) -> CouncilChoices:
    def choice(form: str, label: str) -> SubstituteChoice:
        name = _field(choices.authority, form)
        return SubstituteChoice(name, label, typed.to.get(name, ""))

    return CouncilChoices(
        authority=choices.authority,
        council=council,
        options=_options(choices),
        for_all=choice("", f"New forms from {council} go to"),
        by_form=[choice(each.key, each.name) for each in choices.forms],
    )
