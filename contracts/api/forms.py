"""HTTP bodies of forms: a contribution with its definition, edits, submission."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from contracts.api.re_assigning import MOST_AT_ONCE
from contracts.base import Fault, Line, PersonalData, Value
from contracts.tasks import CouncilQuestions

MANIFEST_HEADER = "Portal-Manifest"
"""Carries what files has signed of a draft's attachments, where a draft is printed."""

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


class OptionView(Value):
    """One choice of a radio, picklist or several-of question."""

    value: str
    label: str


class Question(Value):
    """One question as a page shows it: a table has `columns`, a choice `options`, a heading `questions` under it."""

    key: str
    type: QuestionType
    label: str
    hint: str = ""
    required: bool = False
    max_length: int | None = None
    options: list[OptionView] = []
    columns: list["Question"] = []
    questions: list["Question"] = []
    conditional: bool = False
    """Whether it shows depends on another answer."""
    decides: bool = False
    """Whether another question shows depends on its answer."""
    prefilled: bool = False
    full_width: bool = False


class FormPage(Value):
    """One page of a form: a top-level group of its definition."""

    key: str
    title: str
    questions: list[Question]


class AnswerView(PersonalData):
    """What stands in a question or a cell: as its control holds it, and in words where a page is read."""

    typed: str = ""
    chosen: list[str] = []
    """Of a several-of question: the options chosen."""
    words: str = ""
    """Where they are not the same as `typed`."""

    @property
    def read(self) -> str:
        """As a page that is read shows it."""
        return self.words or self.typed


class AnswerFault(Fault):
    """What is wrong with an answer, and in words where it is: "Outcomes, row 2, By when"."""

    place: str = ""
    is_missing: bool = False
    """Nothing is wrong yet; told when the form is to be final."""


class VersionView(PersonalData):
    """One version of an answer: what, by whom, when."""

    answer: AnswerView
    by: str
    at: AwareDatetime


class RowView(PersonalData):
    """A row of a table; an empty one counts as not there."""

    row_id: str
    owner: str
    is_empty: bool


class ConflictView(PersonalData):
    """An answer that was changed in two places at once: what stands and the others, until somebody chooses."""

    path: str
    stands: VersionView
    others: list[VersionView]
    by_one: bool
    """One person gave all of them, on two pages."""


class Judged(PersonalData):
    """What forms says to a draft: which keys do not show, what is wrong or missing in the order of the form."""

    revision: int
    hidden: list[str] = []
    left_out: list[str] = []
    """The keys of the pages that the council does not ask for any more: what stands on them is hidden too."""
    faults: list[AnswerFault] = []
    conflicts: list[ConflictView] = []


class ContributionView(Judged):
    """A contribution whole: its pages, its answers by path (`key` or `table/row_id/column`), each table's rows."""

    task_id: str
    form: str
    form_version: str
    title: str
    state: Literal["draft", "submitted", "retracted"]
    """Draft too while its author adds to what they have submitted: then `submitted_at` says when."""
    pages: list[FormPage]
    answers: dict[str, AnswerView] = {}
    rows: dict[str, list[RowView]] = {}
    saved_at: AwareDatetime | None = None
    submitted_at: AwareDatetime | None = None
    contribution_id: str | None = None
    receipt: str | None = None
    council_questions: CouncilQuestions | None = None
    """While a form is open that the council has sent back."""
    submitted_documents: list[str] = []
    """The names of those that went with what is submitted."""
    declinable: list[str] = []
    """The keys of the pages that may be declined while the others are answered."""


class Edit(Value):
    """One change of one field, `value` as typed. `path`: a key or `table/row_id/column`; of a row `table/row_id`."""

    op: Literal["set", "add_row", "remove_row", "resolve"]
    path: str = Field(max_length=500)
    value: Any = None


class EditsBody(Value):
    """Changes with the revision that their author saw; the same `batch_id` twice has one effect."""

    revision: int
    batch_id: str = Field(min_length=8, max_length=64)
    edits: list[Edit] = Field(max_length=2000)


class EditsView(Judged):
    """The draft after a save; `revision` is what its author may claim to have seen."""

    saved_at: AwareDatetime


class SubmitBody(Value):
    """Submits the draft with the attachments that files signed for."""

    manifest: str


class SubmittedView(Value):
    """A submitted contribution; `receipt` is the hash over all of it."""

    contribution_id: str
    submitted_at: AwareDatetime
    receipt: str


MOST_PRINTED = 25
"""So many forms are printed together: a page of a list. It takes some three seconds (ADR 0062)."""


class PaperBody(Value):
    """One of several forms that are printed together."""

    grant: str
    manifest: str | None = None
    """What files has signed of its attachments."""


class PapersBody(Value):
    """Several forms are to be one document, in this order."""

    papers: Annotated[list[PaperBody], Field(min_length=1, max_length=MOST_PRINTED)]
    left: Annotated[list[Line], Field(max_length=MOST_AT_ONCE)] = []
    """Why others that were selected are not among them, a reason for each: the document says so."""


class DefinitionView(Value):
    """A form definition in the list of forms."""

    form: str
    version: str
    title: str
    due_days: int | None = None
    """None where the form has no period of its own."""
