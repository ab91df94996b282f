"""One judgement: page, check page, PDF, schema, event and FHIR agree about every draft of every form.

Definitions are generated, with chains of conditions, groups, tables, required questions, any and all; and the shipped.
Any of their pages may be left out: then everything is as in a form that has no such page.
"""

import json
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.api.forms import ContributionView
from contracts.council import Sender, Subject
from services.forms.model.answers import Form
from services.forms.model.contribution import Contribution, KnownSection
from services.forms.model.definition import check, read
from services.forms.model.document import Banner, Paper
from services.forms.model.draft import Draft, Row
from services.forms.model.left_out import left_out_of
from services.forms.model.questionnaire import Item
from services.forms.model.response import questionnaire_response
from services.forms.model.view import view_of
from services.gateway.form.views.check import CheckPage, check_page
from services.gateway.form.views.fields import Field
from services.gateway.form.views.page import form_page
from tests.unit.forms.definitions import form_of, item, page, table, when
from tests.unit.gateway.samples import AT, AUTHORITIES, cell, page_state, task

BRISTOL = AUTHORITIES.get("bristol")
TODAY = date(2021, 8, 31)
SHIPPED = sorted(Path("services/forms/definitions").glob("*.json"))
OPTIONS = [{"valueString": "one"}, {"valueString": "two"}]
KINDS: dict[str, dict[str, Any]] = {
    "yes_no": {"kind": "boolean"},
    "line": {"kind": "string"},
    "count": {"kind": "integer"},
    "day": {"kind": "date"},
    "choice": {"kind": "choice", "answerOption": OPTIONS},
    "several": {"kind": "choice", "answerOption": OPTIONS, "repeats": True},
}
CONDITIONS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "yes_no": [("=", {"answerBoolean": True}), ("!=", {"answerBoolean": True})],
    "line": [("=", {"answerString": "yes"})],
    "count": [(operator, {"answerInteger": 2}) for operator in ("=", "!=", ">", "<", ">=", "<=")],
    "day": [("=", {"answerDate": "2021-08-30"})],
    "choice": [("=", {"answerString": "one"}), ("!=", {"answerString": "one"})],
    "several": [("=", {"answerString": "two"}), ("!=", {"answerString": "two"})],
}
EXISTS = [("exists", {"answerBoolean": True}), ("exists", {"answerBoolean": False})]
TYPED: dict[str, list[Any]] = {
    "boolean": [True, False, "perhaps"],
    "string": ["yes", "no", "x" * 501],
    "text": ["words", "\n two\nlines "],
    "integer": [0, 2, 3, "1_0", "1e3", "\u0661\u0662"],
    "decimal": [0.5, 2, "many"],
    "date": ["2021-08-30", "5/9", "soon"],
    "choice": [],
}


@st.composite
def conditions(draw: st.DrawFn, earlier: dict[str, str]) -> dict[str, Any]:
    """Perhaps some conditions on earlier questions, all or any of them."""
    asked = draw(st.lists(st.sampled_from(sorted(earlier)), max_size=2)) if earlier else []
    if not asked:
        return {}
    chosen = [(key, draw(st.sampled_from(CONDITIONS[earlier[key]] + EXISTS))) for key in asked]
    made = [when(key, operator, **answer) for key, (operator, answer) in chosen]
    return {"enableWhen": made, "enableBehavior": draw(st.sampled_from(["all", "any"]))}


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """A definition that the rules accept; whatever comes later may depend on whatever comes before, also hidden."""
    earlier: dict[str, str] = {}
    count = 0

    def question() -> dict[str, Any]:
        nonlocal count
        count += 1
        kind = draw(st.sampled_from(sorted(KINDS)))
        key = f"{kind}_{count}"
        made = item(key, **KINDS[kind], required=draw(st.booleans()), **draw(conditions(earlier)))
        earlier[key] = kind
        return made

    def rows() -> dict[str, Any]:
        nonlocal count
        count += 1
        columns = [item(f"c{count}_{n}", kind, required=draw(st.booleans())) for n, kind in enumerate(("text", "date"))]
        return table(f"table_{count}", *columns, required=draw(st.booleans()), **draw(conditions(earlier)))

    def block(depth: int) -> dict[str, Any]:
        nonlocal count
        sort = draw(st.sampled_from(["question", "question", "table"] + ["group"] * (depth == 0)))
        if sort == "question":
            return question()
        if sort == "table":
            return rows()
        count += 1
        key, its = f"group_{count}", draw(conditions(earlier))
        return page(key, *(block(1) for _ in range(draw(st.integers(1, 3)))), **its)

    pages = []
    for number in range(draw(st.integers(1, 3))):
        its = draw(conditions(earlier))
        pages.append(page(f"page_{number}", *(block(0) for _ in range(draw(st.integers(1, 4)))), **its))
    return form_of(*pages)


@st.composite
def drafts(draw: st.DrawFn, form: Form) -> Contribution:
    """What somebody typed into a form, sense and nonsense; questions that do not show now may have been answered."""

    def value(of: Any) -> Any:
        options = [option.value for option in of.answer_option]
        if of.type == "choice":
            return draw(st.lists(st.sampled_from(options), unique=True) if of.repeats else st.sampled_from(options))
        return draw(st.sampled_from(TYPED[of.type]))

    answers = {key: cell(value(each)) for key, each in form.definition.questions.items() if draw(st.booleans())}
    tables = {
        key: {
            f"r{number}": Row(
                position=number,
                owner="sandra",
                cells={column.link_id: cell(value(column)) for column in each.item if draw(st.booleans())},
            )
            for number in range(draw(st.integers(0, 2)))
        }
        for key, each in form.definition.tables.items()
    }
    left_out = draw(st.sets(st.sampled_from([each.link_id for each in form.definition.item])))
    return Contribution(
        task_id="t-1",
        authority="bristol",
        delegation_id="d-1",
        draft=Draft(answers=answers, tables=tables, revision=4, saved_at=AT),
    ).with_sections(left_out, KnownSection(task_version=2, is_left_out=True, reason_code="other"))


def agree(form: Form, contribution: Contribution) -> None:
    """Everything that is drawn from a draft says the same."""
    view = view_of(contribution, form)
    judged = contribution.judge(form)
    numbers = range(1, len(view.pages) + 1)
    pages = [form_page(task(), view, BRISTOL, page_state(number, faults=view.faults), TODAY) for number in numbers]
    shown = {key for each in pages for key, _ in visible(each.fields)}
    asked = {*form.definition.questions, *form.definition.tables}
    assert shown & asked == asked - judged.hidden

    the_check = check_page(task(), view, BRISTOL, [], TODAY)
    words = {key: label(each.text) for key, each in in_the_form(form).items() if key in shown}
    assert labels(the_check) == set(words.values())
    assert len(the_check.to_mend) == len(judged.faults) == sum(len(each.problems) for each in pages)
    required = {key for each in pages for key, required in visible(each.fields) if required}
    missing = {fault.path for fault in judged.faults if fault.is_missing and "/" not in fault.path}
    assert missing == {key for key in required if key not in judged.answers}

    titles = {each.link_id for each in form.definition.item}
    assert on_paper(form, contribution) == {words[key] for key in words if key not in titles}
    assert answered_on(view) == set(paths(judged.answers, contribution))
    fhir = questionnaire_response(form.definition, judged.answers, contribution_id="c", submitted_at=AT)
    assert set(in_fhir(form, fhir)) == judged.answers.keys()
    wrong = [fault for fault in judged.faults if fault.code != "no_document"]
    asked_for = without(form, contribution.left_out)
    assert asked_for.validator.is_valid(judged.answers) == the_check.ready == (not wrong)
    assert asked_for.judge(contribution.values(form), contribution.draft.table_rows()).answers == judged.answers
    not_asked = [each.title for each in the_check.sections if each.is_left_out]
    assert not_asked == [each.title for each in pages if each.left_out] == titles_left_out(form, contribution)


def without(form: Form, left_out: Collection[str]) -> Form:
    """The form that has no such pages."""
    whole = form.definition.model_dump(mode="json", by_alias=True, exclude_none=True)
    return Form(read({**whole, "item": [each for each in whole["item"] if each["linkId"] not in left_out]}))


def titles_left_out(form: Form, contribution: Contribution) -> list[str]:
    """In what is told to the council."""
    return [each.title for each in left_out_of(contribution, form.definition)]


def visible(fields: list[Field]) -> Iterator[tuple[str, bool]]:
    """The keys that a page shows, with whether each is required."""
    for field in fields:
        if not field.hidden:
            yield field.key, field.required
            yield from visible(field.fields)


def in_the_form(form: Form) -> dict[str, Item]:
    return {each.link_id: each for each in form.definition.walk() if each.type not in {"display", "attachment"}}


def label(text: str) -> str:
    return text.strip().removesuffix(":")


def labels(check_your_answers: CheckPage) -> set[str]:
    return {label(answer.label) for section in check_your_answers.sections for answer in section.answers}


def paths(answers: dict[str, Any], contribution: Contribution) -> Iterator[str]:
    """Where what leaves the portal stands in the draft."""
    for key, value in answers.items():
        rows = [row_id for row_id, row in contribution.draft.rows(key) if row.cells]
        if rows:
            yield from (f"{key}/{row_id}/{column}" for row_id, row in zip(rows, value, strict=True) for column in row)
        else:
            yield key


def answered_on(view: ContributionView) -> set[str]:
    """Where a person reads an answer on the pages."""
    return {path for path, answer in view.answers.items() if answer.read and path.partition("/")[0] not in view.hidden}


def on_paper(form: Form, contribution: Contribution) -> set[str]:
    """The labels of the PDF, without its titles of pages."""
    banner = Banner(Subject(person_id="P", name="Gabriel"), Sender(name="Chloe"), TODAY, "", ())
    answers, left_out = contribution.judge(form).answers, contribution.left_out
    pages = Paper(form.definition, "", "", banner, answers, "", AT, left_out=left_out).data()["pages"]
    return {block["label"] for each in pages for block in each["blocks"] if block["kind"] != "help"}


def in_fhir(form: Form, holder: dict[str, Any]) -> Iterator[str]:
    """The keys answered in a QuestionnaireResponse."""
    for each in holder["item"]:
        if "answer" in each or each["linkId"] in form.definition.tables:
            yield each["linkId"]
        else:
            yield from in_fhir(form, each)


@settings(max_examples=300)
@given(st.data())
def test_what_is_drawn_from_a_draft_of_any_form_agrees(data: st.DataObject) -> None:
    form = data.draw(forms())
    agree(form, data.draw(drafts(form)))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
@settings(max_examples=10)
@given(st.data())
def test_what_is_drawn_from_a_draft_of_a_shipped_form_agrees(file: Path, data: st.DataObject) -> None:
    definition = json.loads(file.read_text())
    assert check(definition) == []
    form = Form(read(definition))
    agree(form, data.draw(drafts(form)))
