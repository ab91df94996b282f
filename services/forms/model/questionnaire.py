"""What a form definition is: the subset of FHIR R4 Questionnaire that the portal fills. No rules, no I/O."""

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.base import TEXT_LIMIT
from services.forms.model.paths import split

KEY_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
CODE_PATTERN = r"^[a-z0-9][a-z0-9-]{0,79}$"
ITEM_LIMIT = 500
DUE_DAYS = 42
"""The period of statutory advice: six weeks (SI 2014/1530, regulation 8(1))."""

FHIR = "http://hl7.org/fhir/StructureDefinition"
PORTAL = "https://portal.example/fhir/StructureDefinition"
ITEM_CONTROL = f"{FHIR}/questionnaire-itemControl"
HINT = f"{FHIR}/entryFormat"
MIN_VALUE = f"{FHIR}/minValue"
MAX_VALUE = f"{FHIR}/maxValue"
FULL_WIDTH = f"{PORTAL}/full-width"
EHCP_SECTION = f"{PORTAL}/ehcp-section"
FROM_SUBJECT = f"{PORTAL}/from-subject"
DUE_DAYS_URL = f"{PORTAL}/due-days"
NO_PERIOD = "none"
"""In the place of a number of days."""

ItemType = Literal[
    "group", "display", "boolean", "decimal", "integer", "date", "string", "text", "choice", "attachment"
]
Operator = Literal["exists", "=", "!=", ">", "<", ">=", "<="]
Text = Annotated[str, StringConstraints(max_length=TEXT_LIMIT)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]


class DefinitionPart(BaseModel):
    """A part of a definition, named as FHIR names it."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Coding(DefinitionPart):
    """A code with the words that people read."""

    code: Line
    display: Line | None = None


class Concept(DefinitionPart):
    """What a thing is, in one or more codes."""

    coding: Annotated[tuple[Coding, ...], Field(strict=False)] = ()


class Extension(DefinitionPart):
    """What FHIR's own fields have no word for."""

    url: Line
    value_string: Text | None = Field(default=None, alias="valueString")
    value_code: Line | None = Field(default=None, alias="valueCode")
    value_boolean: bool | None = Field(default=None, alias="valueBoolean")
    value_integer: int | None = Field(default=None, alias="valueInteger")
    value_positive: int | None = Field(default=None, alias="valuePositiveInt")
    value_decimal: float | None = Field(default=None, alias="valueDecimal")
    value_concept: Concept | None = Field(default=None, alias="valueCodeableConcept")

    @property
    def value(self) -> str | float | bool | Concept | None:
        """The one value it carries."""
        values = (
            self.value_string,
            self.value_code,
            self.value_boolean,
            self.value_integer,
            self.value_positive,
            self.value_decimal,
            self.value_concept,
        )
        return next((value for value in values if value is not None), None)


class Option(DefinitionPart):
    """One choice: `value` is what is stored and sent, `label` what people read."""

    value_coding: Coding | None = Field(default=None, alias="valueCoding")
    value_string: Line | None = Field(default=None, alias="valueString")

    @property
    def value(self) -> str:
        """The code, or the words where there is no code."""
        return self.value_coding.code if self.value_coding else self.value_string or ""

    @property
    def label(self) -> str:
        """The words that people read."""
        return (self.value_coding.display if self.value_coding else None) or self.value


class EnableWhen(DefinitionPart):
    """A condition on the answer to an earlier question."""

    question: str
    operator: Operator
    answer_boolean: bool | None = Field(default=None, alias="answerBoolean")
    answer_integer: int | None = Field(default=None, alias="answerInteger")
    answer_decimal: float | None = Field(default=None, alias="answerDecimal")
    answer_date: str | None = Field(default=None, alias="answerDate")
    answer_string: str | None = Field(default=None, alias="answerString")
    answer_coding: Coding | None = Field(default=None, alias="answerCoding")

    @property
    def answer(self) -> str | float | bool | None:
        """The value that the answer is compared with."""
        if self.answer_coding:
            return self.answer_coding.code
        values = (
            self.answer_boolean,
            self.answer_integer,
            self.answer_decimal,
            self.answer_date,
            self.answer_string,
        )
        return next((value for value in values if value is not None), None)


class Item(DefinitionPart):
    """A page, a group, a table, a question or a help text."""

    link_id: Key = Field(alias="linkId")
    type: ItemType
    text: Text = ""
    required: bool = False
    repeats: bool = False
    read_only: bool = Field(default=False, alias="readOnly")
    max_length: int | None = Field(default=None, alias="maxLength", ge=1, le=TEXT_LIMIT)
    answer_option: Annotated[tuple[Option, ...], Field(strict=False)] = Field(default=(), alias="answerOption")
    enable_when: Annotated[tuple[EnableWhen, ...], Field(strict=False)] = Field(default=(), alias="enableWhen")
    enable_behavior: Literal["all", "any"] = Field(default="all", alias="enableBehavior")
    extension: Annotated[tuple[Extension, ...], Field(strict=False)] = ()
    item: Annotated[tuple["Item", ...], Field(strict=False)] = ()

    @property
    def is_table(self) -> bool:
        """A group that repeats: its items are the columns."""
        return self.type == "group" and self.repeats

    @property
    def is_question(self) -> bool:
        """It has an answer of its own."""
        return self.type not in {"group", "display", "attachment"}

    @property
    def limit(self) -> int:
        """The most characters that an answer may have."""
        return self.max_length or TEXT_LIMIT

    @property
    def control(self) -> str | None:
        """How the question shows, where its type leaves it open."""
        concept = self.told(ITEM_CONTROL)
        return concept.coding[0].code if isinstance(concept, Concept) and concept.coding else None

    @property
    def hint(self) -> str:
        """The words under the label."""
        return str(self.told(HINT) or "")

    @property
    def from_subject(self) -> str:
        """What of the child fills the question where the council sends nothing for it; empty where nothing does."""
        return str(self.told(FROM_SUBJECT) or "")

    def walk(self) -> Iterator["Item"]:
        """It, and what stands in it, in the order of the form; not the columns of a table."""
        yield self
        for inner in () if self.is_table else self.item:
            yield from inner.walk()

    def told(self, url: str) -> Any:
        """The value of an extension, or None."""
        return next((extension.value for extension in self.extension if extension.url == url), None)


class Definition(DefinitionPart):
    """One immutable version of a form."""

    resource_type: Literal["Questionnaire"] = Field(alias="resourceType")
    url: Line
    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
    title: Line
    status: Literal["draft", "active", "retired", "unknown"]
    extension: Annotated[tuple[Extension, ...], Field(strict=False)] = ()
    item: Annotated[tuple[Item, ...], Field(strict=False)]

    @property
    def code(self) -> str:
        """The name that councils delegate it by: the last part of its url."""
        return self.url.rstrip("/").rpartition("/")[2]

    @property
    def canonical(self) -> str:
        """FHIR's name of this one version."""
        return f"{self.url}|{self.version}"

    @property
    def due_days(self) -> int | None:
        """The form's own period in calendar days; None where it says that it has none (requirement F71)."""
        told = next((each.value for each in self.extension if each.url == DUE_DAYS_URL), DUE_DAYS)
        return told if isinstance(told, int) else None

    @cached_property
    def questions(self) -> dict[str, Item]:
        """Every question outside tables, by key, in the order of the form."""
        return {item.link_id: item for item in self.walk() if item.is_question}

    @cached_property
    def tables(self) -> dict[str, Item]:
        """Every table by key."""
        return {item.link_id: item for item in self.walk() if item.is_table}

    @cached_property
    def file_question(self) -> Item | None:
        """The question that takes attachments, if the form has one."""
        return next((item for item in self.walk() if item.type == "attachment"), None)

    def pages_with(self, keys: Collection[str]) -> list[Item]:
        """The pages on which any of these questions or tables stands."""
        return [page for page in self.item if any(item.link_id in keys for item in page.walk())]

    def walk(self) -> Iterator[Item]:
        """Pages, groups, tables, questions and help texts in the order of the form; not the columns of tables."""
        for page in self.item:
            yield from page.walk()

    def item_at(self, path: str) -> Item | None:
        """The question or the column of `key` or `table/row_id/column`; None where there is none."""
        key, _, column = split(path)
        if key not in self.tables:
            return None if column else self.questions.get(key)
        return next((each for each in self.tables[key].item if each.link_id == column), None)
