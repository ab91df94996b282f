"""From what was typed to answers, and the sentences beside the fields."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from services.forms.model.answers import TableRow
from services.forms.model.schema import answers_schema, prefill_schema
from tests.unit.forms.definitions import FHIR, choice, form, item, page, table, when


def sentences(faults: list[Any]) -> dict[str, str]:
    return {fault.path: fault.message for fault in faults}


def test_what_is_missing_is_named_by_its_key() -> None:
    asked = form(
        item("name", "string", required=True), table("rows", item("what", "text", required=True), item("who", "string"))
    )
    rows = {"rows": [TableRow("r1", {"who": "OT"}), TableRow("r2", {})]}
    assert sentences(asked.faults({"name": "  "}, rows, file_count=0)) == {
        "name": "This field is required.",
        "rows/r1/what": "This field is required.",
    }


def test_a_required_table_needs_a_row_in_which_something_stands() -> None:
    asked = form(table("rows", item("what", "text"), required=True))
    required = {"rows": "This field is required."}
    assert sentences(asked.faults({}, {}, file_count=0)) == required
    assert sentences(asked.faults({}, {"rows": [TableRow("r1", {"what": ""})]}, file_count=0)) == required
    assert asked.faults({}, {"rows": [TableRow("r1", {"what": "x"})]}, file_count=0) == []


def test_a_required_file_question_needs_a_file() -> None:
    asked = form(item("files", "attachment", required=True))
    assert sentences(asked.faults({}, {}, file_count=0)) == {"files": "Attach at least one document."}
    assert asked.faults({}, {}, file_count=1) == []


@pytest.mark.parametrize(
    ("question", "typed", "answer"),
    [
        (item("q", "date"), "2021-09-05", "2021-09-05"),
        (item("q", "date"), " 5/9/2021 ", "2021-09-05"),
        (item("q", "date"), "5 September 2021", "2021-09-05"),
        (item("q", "integer"), "1,200", 1200),
        (item("q", "decimal"), "12.50", 12.5),
        (item("q", "boolean"), "Yes", True),
        (item("q", "boolean"), False, False),
        (choice("q", "a", "b"), ["a"], "a"),
        (choice("q", "a", "b", repeats=True), "a", ["a"]),
        (item("q", "text"), "one\r\ntwo ", "one\ntwo"),
        (item("q", "string"), "0", "0"),
    ],
)
def test_what_people_type_becomes_what_the_question_asks_for(question: dict[str, Any], typed: Any, answer: Any) -> None:
    asked = form(question)
    assert asked.answers({"q": typed}, {}) == {"q": answer}
    assert asked.faults({"q": typed}, {}, file_count=0) == []


@pytest.mark.parametrize(
    ("question", "typed", "sentence"),
    [
        (item("q", "date"), "30/2/2021", "Enter a date in the format DD/MM/YYYY, for example 27/03/2021."),
        (item("q", "date"), "soon", "Enter a date in the format DD/MM/YYYY, for example 27/03/2021."),
        (item("q", "integer"), "12.5", "Enter a whole number, for example 12."),
        (item("q", "decimal"), "many", "Enter a number, for example 12 or 12.5."),
        (item("q", "boolean"), "perhaps", "Choose yes or no."),
        (choice("q", "a"), "b", "Choose one of the options in the list."),
        (choice("q", "a", repeats=True), ["b"], "Choose one of the options in the list."),
        (item("q", "text", maxLength=3, text="Need:"), "four", "Need must be 3 characters or fewer."),
        (item("q", "text", text="Why?"), "x" * 20_001, "Your answer must be 20,000 characters or fewer."),
        (
            item("q", "integer", extension=[{"url": f"{FHIR}/maxValue", "valueInteger": 100}]),
            "101",
            "Enter a number that is 100 or less.",
        ),
        (item("q", "string"), True, "Enter words."),
    ],
)
def test_a_wrong_answer_is_told_in_a_sentence(question: dict[str, Any], typed: Any, sentence: str) -> None:
    assert sentences(form(question).faults({"q": typed}, {}, file_count=0)) == {"q": sentence}


def test_faults_come_in_the_order_of_the_form() -> None:
    asked = form(item("b", "string", required=True), table("t", item("c", "date")), item("a", "string", required=True))
    rows = {"t": [TableRow("r1", {"c": "x"})]}
    assert [fault.path for fault in asked.faults({}, rows, file_count=0)] == ["b", "t/r1/c", "a"]


CONDITIONAL = form(
    item("known", "boolean"),
    item("since", "date", required=True, enableWhen=[when("known", answerBoolean=True)]),
    item("why", "text", required=True, enableWhen=[when("since", "exists", answerBoolean=True)]),
    page(
        "more",
        item("count", "integer"),
        table("visits", item("visit", "date"), enableWhen=[when("count", ">", answerInteger=2)], required=True),
        enableWhen=[when("known", "!=", answerBoolean=True)],
    ),
)


def test_a_question_that_does_not_show_is_neither_required_nor_sent() -> None:
    typed = {"known": False, "since": "2021-01-01", "why": "x", "count": "2"}
    assert CONDITIONAL.faults(typed, {}, file_count=0) == []
    assert CONDITIONAL.answers(typed, {}) == {"known": False, "count": 2}


def test_a_question_that_shows_is_required_again() -> None:
    assert sentences(CONDITIONAL.faults({"known": True}, {}, file_count=0)) == {"since": "This field is required."}
    assert set(sentences(CONDITIONAL.faults({"count": 3}, {}, file_count=0))) == {"visits"}
    rows = {"visits": [TableRow("r1", {"visit": "2021-01-01"})]}
    assert CONDITIONAL.answers({"known": True, "count": 3}, rows) == {"known": True}


@given(
    known=st.sampled_from([None, True, False, "yes", "maybe"]),
    since=st.sampled_from([None, "2021-01-01", "then"]),
    count=st.sampled_from([None, 1, 3, "3", "x"]),
    visit=st.sampled_from([None, "2021-01-01"]),
)
def test_hidden_answers_never_reach_the_schema(known: Any, since: Any, count: Any, visit: Any) -> None:
    """The rule in Python and the condition in the published schema agree: no hidden answer is ever there."""
    rows = {"visits": [TableRow("r1", {"visit": visit})]}
    answers = CONDITIONAL.answers({"known": known, "since": since, "why": "x", "count": count}, rows)
    kinds = {error.kind.name for error in CONDITIONAL.validator.iter_errors(answers)}
    assert "falseSchema" not in kinds
    assert "additionalProperties" not in kinds


def test_the_prefill_schema_takes_any_question_and_no_other() -> None:
    asked = form(item("n", "string", readOnly=True), item("d", "date", required=True), table("t", item("c", "integer")))
    judge = Draft202012Validator(prefill_schema(asked.definition), validate_formats=True)
    assert judge.is_valid({})
    assert judge.is_valid({"n": "x", "d": "2021-01-01", "t": [{"c": 1}]})
    for wrong in ({"zz": 1}, {"n": 1}, {"d": "1/1/2021"}, {"t": [{"c": "1"}]}, {"t": {"c": 1}}, {"page": {}}):
        assert not judge.is_valid(wrong), wrong


def test_both_schemas_are_json_schema_of_their_dialect() -> None:
    for schema in (prefill_schema(CONDITIONAL.definition), answers_schema(CONDITIONAL.definition)):
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator(schema)
