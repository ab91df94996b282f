"""A form, a task and an authority to draw pages from."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from chassis.authorities import Authorities
from contracts.api.forms import Condition, Conflict, ContributionView, FormPage, Option, Question, Version
from contracts.api.tasks import TaskView
from contracts.council import Sender, Subject

AUTHORITIES = Authorities.load(Path("deploy/authorities"))
AT = datetime(2021, 8, 30, 13, 2, tzinfo=UTC)

CHOICES = [Option(value="1", label="Cognition and learning"), Option(value="2", label="Sensory and physical")]
TABLE = Question(
    key="needs",
    type="table",
    label="What needs?",
    columns=[
        Question(key="category", type="picklist", label="Category", options=CHOICES),
        Question(key="need", type="text", label="Need", required=True),
        Question(key="since", type="date", label="Since"),
    ],
)
FIRST = FormPage(
    key="one",
    title="About the child",
    questions=[
        Question(
            key="names",
            type="heading",
            label="Key Information",
            questions=[Question(key="first_name", type="line", label="First name:")],
        ),
        Question(key="here_and_now", type="read_only", label="Here and Now"),
        Question(key="views", type="text", label="Views"),
    ],
)
SECOND = FormPage(
    key="two",
    title="Contribution",
    questions=[
        Question(key="done_on", type="date", label="Date Assessment Completed", required=True),
        TABLE,
        Question(key="shared", type="radio", label="Shared?", required=True, options=CHOICES),
        Question(
            key="why_not",
            type="line",
            label="Why not?",
            required=True,
            conditions=[Condition(key="shared", operator="=", value="2")],
        ),
        Question(key="agreed", type="boolean", label="Agreed?"),
        Question(key="which", type="several", label="Which?", options=CHOICES),
        Question(key="hours", type="number", label="Hours"),
    ],
)
THIRD = FormPage(
    key="three", title="Attach supporting documents", questions=[Question(key="f", type="files", label="")]
)


def row(row_id: str, **cells: Any) -> dict[str, Any]:
    return {"row_id": row_id, "owner": "somebody", "cells": cells}


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


def contribution(answers: dict[str, Any], *conflicts: Conflict) -> ContributionView:
    return ContributionView(
        task_id="t-1",
        form="f",
        form_version="1",
        title="EHC Needs Assessment Contributions",
        state="draft",
        revision=4,
        pages=[FIRST, SECOND, THIRD],
        answers=answers,
        conflicts=list(conflicts),
        saved_at=AT,
    )


def version(value: Any, by: str) -> Version:
    return Version(value=value, by=by, at=AT)
