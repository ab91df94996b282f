"""HTTP bodies of forms: a contribution with its definition, edits, submission."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from contracts.base import PersonalData, Value

QuestionType = Literal[
    "line",
    "text",
    "number",
    "date",
    "boolean",
    "radio",
    "picklist",
    "several",
    "table",
    "read_only",
    "heading",
    "help",
    "files",
]


class Option(Value):
    """One choice of a radio, picklist or several-of question."""

    value: str
    label: str


class Condition(Value):
    """When a question shows: the answer of another compared with a value."""

    key: str
    operator: Literal["=", "!=", "exists", ">", "<", ">=", "<="]
    value: Any = None


class Question(Value):
    """One question as a page shows it: a table has `columns`, a choice `options`, a heading `questions` under it."""

    key: str
    type: QuestionType
    label: str
    hint: str = ""
    required: bool = False
    max_length: int | None = None
    options: list[Option] = []
    columns: list["Question"] = []
    questions: list["Question"] = []
    conditions: list[Condition] = []
    any_condition: bool = False
    prefilled: bool = False
    full_width: bool = False


class FormPage(Value):
    """One page of a form: a top-level group of its definition."""

    key: str
    title: str
    questions: list[Question]


class Version(PersonalData):
    """One version of an answer: what, by whom, when."""

    value: Any
    by: str
    at: AwareDatetime


class Row(PersonalData):
    """A row of a table with its cells' values by column key."""

    row_id: str
    owner: str
    cells: dict[str, Any]


class Conflict(PersonalData):
    """An answer that two people changed at once: the value that stands and the others, until somebody chooses."""

    path: str
    stands: Version
    others: list[Version]


class ContributionView(PersonalData):
    """A contribution whole: its pages, its answers by key (tables as rows), the draft's revision."""

    task_id: str
    form: str
    form_version: str
    title: str
    state: Literal["draft", "submitted", "retracted"]
    revision: int
    pages: list[FormPage]
    answers: dict[str, Any]
    """By field key; a table is a list of `Row`."""
    conflicts: list[Conflict] = []
    saved_at: AwareDatetime | None = None
    submitted_at: AwareDatetime | None = None
    contribution_id: str | None = None
    receipt: str | None = None


class Edit(Value):
    """One change of one field. `path` is a field's key or `table/row_id/column`; a row is `table/row_id`."""

    op: Literal["set", "add_row", "remove_row", "resolve"]
    path: str = Field(max_length=500)
    value: Any = None


class EditsBody(Value):
    """Changes with the revision that their author saw; the same `batch_id` twice has one effect."""

    revision: int
    batch_id: str = Field(min_length=8, max_length=64)
    edits: list[Edit] = Field(max_length=2000)


class EditsView(Value):
    """The draft after a save."""

    revision: int
    saved_at: AwareDatetime
    conflicts: list[Conflict] = []


class SubmitBody(Value):
    """Submits the draft with the attachments that files signed for."""

    manifest: str


class SubmittedView(Value):
    """A submitted contribution; `receipt` is the hash over all of it."""

    contribution_id: str
    submitted_at: AwareDatetime
    receipt: str


class DefinitionView(Value):
    """A form definition in the list of forms."""

    form: str
    version: str
    title: str
    due_days: int
