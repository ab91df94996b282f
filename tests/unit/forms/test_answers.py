"""From what was typed to answers, and the sentences beside the fields."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from contracts.api.forms import AnswerFault
from services.forms.model.answers import TableRow
from services.forms.model.questionnaire import Item
from services.forms.model.schema import answers_schema, prefill_schema
from services.forms.model.values import as_chosen, as_typed, kept_value
from tests.unit.forms.definitions import FHIR, choice, form, item, page, table, when

CONTROLS = form(
    *(item(kind, kind) for kind in ("string", "text", "integer", "decimal", "date", "boolean")),
    choice("choice", "a", "b"),
    choice("several", "a", "b", repeats=True),
)


def sentences(faults: Iterable[AnswerFault]) -> dict[str, str]:
    return {fault.path: fault.message for fault in faults}


def test_what_is_missing_is_named_by_its_key() -> None:
    asked = form(
        item("name", "string", required=True), table("rows", item("what", "text", required=True), item("who", "string"))
    )
    rows = {"rows": [TableRow("r1", {"who": "OT"}), TableRow("r2", {})]}
    assert sentences(asked.judge({"name": "  "}, rows).faults) == {
        "name": "This field is required.",
        "rows/r1/what": "This field is required.",
    }


def test_a_fault_of_a_table_names_its_row_and_column_and_each_once() -> None:
    columns = item("by_when", "date", text="By when:", required=True), item("who", "string", required=True)
    asked = form(table("outcomes", item("what", "text"), *columns))
    rows = {"outcomes": [TableRow("r1", {"by_when": "soon", "who": "OT"}), TableRow("r2", {"what": "Reads"})]}
    assert [f"{fault.place}: {fault.message}" for fault in asked.judge({}, rows).faults] == [
        "Outcomes, row 1, By when: This must be a real date, like 17/5/2026.",
        "Outcomes, row 2, By when: This field is required.",
        "Outcomes, row 2, Who: This field is required.",
    ]


def test_a_required_table_needs_a_row_in_which_something_stands() -> None:
    asked = form(table("rows", item("what", "text"), required=True))
    required = {"rows": "This field is required."}
    assert sentences(asked.judge({}, {}).faults) == required
    assert sentences(asked.judge({}, {"rows": [TableRow("r1", {"what": ""})]}).faults) == required
    assert asked.judge({}, {"rows": [TableRow("r1", {"what": "x"})]}).faults == ()


def test_a_required_file_question_needs_a_file() -> None:
    asked = form(item("files", "attachment", required=True))
    assert sentences(asked.judge({}, {}).faults) == {"files": "Attach at least one document."}
    assert asked.judge({}, {}, file_count=1).faults == ()


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
    judged = asked.judge({"q": typed}, {})
    assert (judged.answers, judged.faults) == ({"q": answer}, ())


@pytest.mark.parametrize(
    ("question", "typed", "sentence"),
    [
        (item("q", "date"), "30/2/2021", "This must be a real date, like 17/5/2026."),
        (item("q", "date"), "soon", "This must be a real date, like 17/5/2026."),
        (item("q", "integer"), "12.5", "This must be a whole number, like 12."),
        (item("q", "decimal"), "many", "This must be a number, like 12 or 12.5."),
        (item("q", "boolean"), "perhaps", "Choose yes or no."),
        (choice("q", "a"), "b", "Choose one of the options in the list."),
        (choice("q", "a", repeats=True), ["b"], "Choose one of the options in the list."),
        (item("q", "text", maxLength=3, text="Need:"), "four", "This must be 3 characters or fewer."),
        (item("q", "text", text="Why?"), "x" * 20_001, "This must be 20,000 characters or fewer."),
        (
            item("q", "integer", extension=[{"url": f"{FHIR}/maxValue", "valueInteger": 100}]),
            "101",
            "This must be a number that is 100 or less.",
        ),
        (item("q", "string"), True, "This must be words."),
    ],
)
def test_a_wrong_answer_is_told_in_a_sentence(question: dict[str, Any], typed: Any, sentence: str) -> None:
    assert sentences(form(question).judge({"q": typed}, {}).faults) == {"q": sentence}


@pytest.mark.parametrize(
    "typed", ["1_0", "\u0661\u0662", "1e3", "0x1", "inf", "1,2", "1,0000", ".5", "5.", "--1", "1 2"]
)
@pytest.mark.parametrize("kind", ["integer", "decimal"])
def test_what_only_a_programming_language_reads_as_a_number_is_kept_as_typed_and_told(kind: str, typed: str) -> None:
    asked = form(item("q", kind))
    assert kept_value(asked.definition.questions["q"], typed) == typed
    assert [fault.code for fault in asked.judge({"q": typed}, {}).faults] == ["not_a_number"]


@pytest.mark.parametrize(
    ("typed", "number"),
    [("+1,234", 1234), ("-12.5", -12.5), ("12.0", 12), ("1,234,567.25", 1234567.25), ("9007199254740991", 2**53 - 1)],
)
def test_a_number_is_a_sign_digits_commas_between_thousands_and_decimals(typed: str, number: float) -> None:
    assert form(item("q", "decimal")).judge({"q": typed}, {}).answers == {"q": number}


@pytest.mark.parametrize(
    "typed",
    [
        *("17/5/2026", "17-05-2026", "17.5.2026", "17 May 2026", "17-May-2026", "2026-05-17", " 17/05/2026 "),
        *("17 may 2026", "17 May, 2026"),
    ],
)
def test_a_date_is_read_as_people_write_it(typed: str) -> None:
    assert form(item("q", "date")).judge({"q": typed}, {}).answers == {"q": "2026-05-17"}


@pytest.mark.parametrize(
    "typed", ["31/2/2026", "tomorrow", "17/5/26", "5-17-2026", "17 Mai 2026", "17 Maybe 2026", "\u0661/5/2026"]
)
def test_what_is_no_real_date_is_kept_as_typed_and_told(typed: str) -> None:
    asked = form(item("q", "date"))
    assert kept_value(asked.definition.questions["q"], typed) == typed
    assert [fault.code for fault in asked.judge({"q": typed}, {}).faults] == ["not_a_date"]


@given(
    st.sampled_from(list(CONTROLS.definition.questions.values())),
    st.none()
    | st.booleans()
    | st.dates().map(lambda day: day.isoformat())
    | st.sampled_from(["a", "b"])
    | st.lists(st.sampled_from(["a", "b"]), unique=True).map(sorted)
    | st.integers(-(10**15), 10**15)
    | st.floats(-1e6, 1e6).map(lambda number: round(number, 12))
    | st.text(max_size=30),
)
def test_a_control_that_nobody_touched_gives_back_what_is_kept(asked: Item, value: Any) -> None:
    kept = kept_value(asked, value)
    shown = as_chosen(asked, kept) if asked.repeats else as_typed(asked, kept)
    again = kept_value(asked, shown)
    assert (as_chosen(asked, again) if asked.repeats else as_typed(asked, again)) == shown


def test_faults_come_in_the_order_of_the_form() -> None:
    asked = form(item("b", "string", required=True), table("t", item("c", "date")), item("a", "string", required=True))
    rows = {"t": [TableRow("r1", {"c": "x"})]}
    assert [fault.path for fault in asked.judge({}, rows).faults] == ["b", "t/r1/c", "a"]


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
    assert CONDITIONAL.judge(typed, {}).faults == ()
    assert CONDITIONAL.judge(typed, {}).answers == {"known": False, "count": 2}


def test_what_hangs_on_a_hidden_answer_is_hidden_through_the_whole_chain() -> None:
    chain = form(
        item("a", "boolean"),
        item("b", "boolean", enableWhen=[when("a", answerBoolean=True)]),
        item("c", "string", required=True, enableWhen=[when("b", answerBoolean=True)]),
    )
    shown = chain.judge({"a": True, "b": True}, {})
    assert (shown.hidden, [fault.path for fault in shown.faults]) == (frozenset(), ["c"])
    hidden = chain.judge({"a": False, "b": True, "c": "typed before"}, {})
    assert hidden.hidden == {"b", "c"}
    assert (hidden.faults, hidden.answers) == ((), {"a": False})


def test_a_question_that_shows_is_required_again() -> None:
    assert sentences(CONDITIONAL.judge({"known": True}, {}).faults) == {"since": "This field is required."}
    assert set(sentences(CONDITIONAL.judge({"count": 3}, {}).faults)) == {"visits"}
    rows = {"visits": [TableRow("r1", {"visit": "2021-01-01"})]}
    assert CONDITIONAL.judge({"known": True, "count": 3}, rows).answers == {"known": True}


@given(
    known=st.sampled_from([None, True, False, "yes", "maybe"]),
    since=st.sampled_from([None, "2021-01-01", "then"]),
    count=st.sampled_from([None, 1, 3, "3", "x"]),
    visit=st.sampled_from([None, "2021-01-01"]),
)
def test_hidden_answers_never_reach_the_schema(known: Any, since: Any, count: Any, visit: Any) -> None:
    """The rule in Python and the condition in the published schema agree: no hidden answer is ever there."""
    rows = {"visits": [TableRow("r1", {"visit": visit})]}
    answers = CONDITIONAL.judge({"known": known, "since": since, "why": "x", "count": count}, rows).answers
    kinds = {error.kind.name for error in CONDITIONAL.validator.iter_errors(answers)}
    assert "falseSchema" not in kinds
    assert "additionalProperties" not in kinds


def test_the_prefill_schema_takes_any_question_and_no_other() -> None:
    asked = form(item("n", "string", readOnly=True), item("d", "date", required=True), table("t", item("c", "integer")))
    judge = Draft202012Validator(prefill_schema(asked.definition), validate_formats=True)
    assert judge.is_valid({})
    assert judge.is_valid({"n": "x", "d": "2021-01-01", "t": [{"c": 1}]})
    unfit: list[dict[str, Any]] = [{"zz": 1}, {"n": 1}, {"d": "1/1/2021"}, {"t": [{"c": "1"}]}, {"t": {"c": 1}}]
    for wrong in (*unfit, {"page": {}}):
        assert not judge.is_valid(wrong), wrong


def test_both_schemas_are_json_schema_of_their_dialect() -> None:
    for schema in (prefill_schema(CONDITIONAL.definition), answers_schema(CONDITIONAL.definition)):
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator(schema)
