"""A form, a task and an authority to draw pages from."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from chassis.authorities import Authorities
from contracts.api.auth import SessionView
from contracts.api.forms import AnswerView, ConflictView, ContributionView, VersionView
from contracts.api.tasks import TaskView
from contracts.council import Sender, Subject
from services.forms.model.answers import Form
from services.forms.model.contribution import Author, Contribution, KnownSection
from services.forms.model.draft import Cell, Draft, Row
from services.forms.model.view import view_of
from services.gateway.form.views.page import FormPageState
from tests.unit.forms.definitions import FHIR, form_of, item, page, table

AUTHORITIES = Authorities.load(Path("deploy/authorities"))
AT = datetime(2021, 8, 30, 13, 2, tzinfo=UTC)

CHOICES = [
    {"valueCoding": {"code": "1", "display": "Cognition and learning"}},
    {"valueCoding": {"code": "2", "display": "Sensory and physical"}},
]
DROP_DOWN = {"valueCodeableConcept": {"coding": [{"code": "drop-down"}]}}
FORM = form_of(
    page(
        "one",
        page("names", item("first_name", "string", text="First name:"), text="Key Information"),
        item("here_and_now", "text", text="Here and Now", readOnly=True),
        item("views", "text"),
        text="About the child",
    ),
    page(
        "two",
        item("done_on", "date", text="Date Assessment Completed", required=True),
        table(
            "needs",
            item(
                "category",
                "choice",
                answerOption=CHOICES,
                extension=[{"url": f"{FHIR}/questionnaire-itemControl", **DROP_DOWN}],
            ),
            item("need", "text", required=True),
            item("since", "date"),
            text="What needs?",
        ),
        item("shared", "choice", text="Shared?", required=True, answerOption=CHOICES),
        item(
            "why_not",
            "string",
            text="Why not?",
            required=True,
            enableWhen=[{"question": "shared", "operator": "=", "answerString": "2"}],
        ),
        item("agreed", "boolean", text="Agreed?"),
        item("which", "choice", text="Which?", repeats=True, answerOption=CHOICES),
        item("hours", "decimal"),
        text="Contribution",
    ),
    page("three", item("f", "attachment"), text="Attach supporting documents"),
)


def row(row_id: str, **cells: Any) -> tuple[str, dict[str, Any]]:
    return row_id, cells


def session() -> SessionView:
    """Somebody who has just done something."""
    until = datetime.now(UTC) + timedelta(minutes=30)
    return SessionView(
        account_id="a",
        authority="bristol",
        email="sandra@school.example",
        name="Sandra",
        role="",
        organisation="",
        idle_expires_at=until,
        absolute_expires_at=until,
    )


def task(authority: str = "bristol") -> TaskView:
    return TaskView(
        task_id="t-1",
        authority=authority,
        delegation_id="d-1",
        form="f",
        form_title="EHC Needs Assessment Contributions",
        form_version="1",
        subject=Subject(
            person_id="p", name="Gabriel Example", date_of_birth=date(2008, 4, 26), address="23 Test Street"
        ),
        sender=Sender(name="Chloe Caseworker", department="EHM", telephone="0117 496 0000"),
        comments="Please complete the report",
        due_on=date(2021, 9, 5),
        state="assigned",
        version=1,
    )


def cell(value: Any) -> Cell:
    return Cell(value=value, revision=4, by="sandra", at=AT)


def page_state(number: int, **more: Any) -> FormPageState:
    return FormPageState(number=number, page_id="page-1", holder_key="key", spare_row="spare-row-1", **more)


def contribution(
    answers: dict[str, Any], *conflicts: ConflictView, form: Form = FORM, left_out: Iterable[str] = ()
) -> ContributionView:
    """A draft with these answers, a table's as rows, as forms shows it."""
    tables = {
        key: {
            row_id: Row(position=index, owner="sandra", cells={column: cell(value) for column, value in cells.items()})
            for index, (row_id, cells) in enumerate(answers[key])
        }
        for key in form.definition.tables
        if key in answers
    }
    plain = {key: cell(value) for key, value in answers.items() if key not in tables}
    draft = Draft(revision=4, answers=plain, tables=tables, saved_at=AT)
    kept = Contribution(
        task_id="t-1",
        authority="bristol",
        delegation_id="d-1",
        form="f",
        form_version="1",
        draft=draft,
        people={"sandra": Author(account_id="sandra", name="Sandra")},
    )
    part = kept.with_sections(left_out, KnownSection(task_version=2, is_left_out=True))
    return view_of(part, form).model_copy(update={"conflicts": list(conflicts)})


VIEW = contribution({})
SECOND = VIEW.pages[1]


def version(typed: str, by: str) -> VersionView:
    return VersionView(answer=AnswerView(typed=typed), by=by, at=AT)
