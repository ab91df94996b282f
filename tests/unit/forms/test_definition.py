"""What a form definition may say, and that every fault is named at once."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.model.definition import check, read
from tests.unit.forms.definitions import FHIR, PORTAL, choice, item, page, questionnaire, table, when

SHIPPED = sorted(Path("services/forms/definitions").glob("*.json"))


def codes(definition: Any) -> list[tuple[str, str]]:
    return [(fault.path, fault.code) for fault in check(definition)]


def in_page(*items: dict[str, Any]) -> list[tuple[str, str]]:
    """Faults of items in a page, by path inside the page."""
    return [(path.removeprefix("/item/0/item"), code) for path, code in codes(questionnaire(page("p", *items)))]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_definition_is_accepted_and_named_by_its_code(path: Path) -> None:
    shipped = json.loads(path.read_text())
    assert check(shipped) == []
    assert read(shipped).code == path.stem


def test_the_form_that_the_documentation_shows_is_accepted() -> None:
    shown = Path("docs/forms.md").read_text().split("```json\n")[1].split("\n```")[0]
    assert check(json.loads(shown)) == []


def test_the_documentation_names_every_fault() -> None:
    told = Path("docs/forms.md").read_text()
    sources = [Path(f"services/forms/model/{name}.py").read_text() for name in ("rules", "conditions", "definition")]
    named = {
        code for source in sources for code in re.findall(r'(?:fault\(\s*|code=|\(\s*)"([a-z]+(?:_[a-z]+)+)",', source)
    }
    assert named - {"other_code"} >= {"duplicate_key", "nested_group", "bad_extension"}, "the search finds the codes"
    assert [code for code in sorted(named) if f"`{code}`" not in told] == []


def test_the_first_form_has_the_keys_that_are_fixed() -> None:
    definition = read(
        json.loads(Path("services/forms/definitions/ehc-needs-assessment-contributions.json").read_text())
    )
    assert definition.title == "EHC Needs Assessment Contributions"
    assert [each.text for each in definition.item] == [
        "Other Professional/Service",
        "Professional Contribution to EHCNA",
        "Attach supporting documents",
    ]
    assert list(definition.questions) == [
        *("first_name", "last_name", "preferred_name", "preferred_pronoun", "here_and_now"),
        *("date_assessment_completed", "views_shared", "date_submitted_to_send"),
    ]
    assert [each.link_id for each in definition.tables["sen_identified"].item] == ["category", "need", "impact"]
    assert [each.link_id for each in definition.tables["outcomes"].item] == [
        *("outcome", "by_when", "provision", "who", "how_often"),
    ]
    assert [key for key, each in definition.questions.items() if each.required] == [
        "date_assessment_completed",
        "views_shared",
    ]
    assert definition.questions["here_and_now"].read_only
    assert definition.due_days == 42


@pytest.mark.parametrize(
    ("extension", "days"),
    [
        ([], 42),
        ([{"url": f"{PORTAL}/due-days", "valuePositiveInt": 28}], 28),
        ([{"url": f"{PORTAL}/due-days", "valueCode": "none"}], None),
    ],
    ids=["six weeks where nothing is said", "its own", "none at all"],
)
def test_a_form_has_the_period_that_it_says(extension: list[dict[str, Any]], days: int | None) -> None:
    json = questionnaire(page("p", item("q", "string")), extension=extension)
    assert codes(json) == []
    assert read(json).due_days == days


@pytest.mark.parametrize(
    "value", [{"valueCode": "never"}, {"valuePositiveInt": 0}, {"valueInteger": 0, "valueCode": "none"}, {}]
)
def test_a_period_that_is_none_is_said_in_one_way(value: dict[str, Any]) -> None:
    json = questionnaire(page("p", item("q", "string")), extension=[{"url": f"{PORTAL}/due-days", **value}])
    assert codes(json) == [("/extension/0", "bad_due_days")]


def test_a_small_definition_is_accepted() -> None:
    assert codes(questionnaire(page("p", item("q", "string")))) == []


def test_every_fault_is_named_at_once() -> None:
    broken = questionnaire(
        page("p", item("q", "nonsense"), item("q", "string", maxLength=0), table("t"), choice("c")),
        item("q2", "string"),
        status="live",
        version="one two",
        url="a-form",
    )
    del broken["title"]
    assert set(codes(broken)) == {
        ("/title", "missing"),
        ("/status", "unknown_status"),
        ("/version", "bad_version"),
        ("/url", "bad_url"),
        ("/item/0/item/0/type", "unknown_type"),
        ("/item/0/item/1/linkId", "duplicate_key"),
        ("/item/0/item/1/maxLength", "bad_max_length"),
        ("/item/0/item/2/item", "table_without_columns"),
        ("/item/0/item/3/answerOption", "no_options"),
        ("/item/1/type", "page_not_a_group"),
    }


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([item("a.b", "string")], [("/0/linkId", "bad_key")]),
        ([item("q", "string", required="yes")], [("/0/required", "bad_value")]),
        ([item("q", "string", text=" ")], [("/0/text", "no_text")]),
        ([item("q", "string", requird=True)], [("/0/requird", "unknown_element")]),
        ([choice("q", "a", answerValueSet="x")], [("/0/answerValueSet", "unsupported_element")]),
        ([item("q", "string", repeats=True)], [("/0/repeats", "misplaced_repeats")]),
        ([item("q", "date", maxLength=3)], [("/0/maxLength", "misplaced_max_length")]),
        ([item("q", "display", required=True)], [("/0/required", "misplaced_required")]),
        ([item("q", "string", readOnly=True, required=True)], [("/0/required", "required_read_only")]),
        ([item("q", "string", item=[item("r", "string")])], [("/0/item", "items_in_question")]),
        ([page("g", page("h", item("q", "string")))], [("/0/item/0/type", "nested_group")]),
        ([page("g", table("t", item("q", "string")))], []),
        ([table("t", page("g", item("q", "string")))], [("/0/item/0/type", "bad_column")]),
        ([table("t", item("q", "string", readOnly=True))], [("/0/item/0/readOnly", "read_only_column")]),
        ([choice("c", "a", "a")], [("/0/answerOption/1", "duplicate_option")]),
        ([item("c", "choice", answerOption=[{"valueDate": "2021-01-01"}])], [("/0/answerOption/0", "bad_option")]),
        ([item("a", "attachment"), item("b", "attachment")], [("/1/type", "second_file_question")]),
    ],
)  # fmt: skip
def test_a_rule_that_is_broken_is_named_where_it_is_broken(
    items: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    assert in_page(*items) == expected


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        (when("nothing", answerString="x"), "condition_on_missing"),
        (when("later", answerString="x"), "condition_looks_ahead"),
        (when("q", answerString="x"), "condition_looks_ahead"),
        (when("t", answerString="x"), "condition_on_no_question"),
        (when("column", answerString="x"), "condition_on_no_question"),
        (when("c", answerString="z"), "condition_on_no_option"),
        (when("c", answerBoolean=True), "bad_condition"),
        (when("c", ">", answerString="a"), "bad_condition"),
        (when("c", "exists", answerString="a"), "bad_condition"),
        (when("c"), "bad_condition"),
    ],
)
def test_a_condition_that_could_never_be_decided_is_refused(condition: dict[str, Any], code: str) -> None:
    items = [
        choice("c", "a", "b"),
        table("t", item("column", "string")),
        item("q", "string", enableWhen=[condition]),
        item("later", "string"),
    ]
    assert [found for _, found in in_page(*items)] == [code]


def test_several_conditions_say_whether_all_or_any_count() -> None:
    conditions = [when("b", answerBoolean=True), when("b", "exists", answerBoolean=True)]
    asked = item("b", "boolean")
    assert in_page(asked, item("q", "string", enableWhen=conditions)) == [("/1/enableBehavior", "no_enable_behavior")]
    assert in_page(asked, item("q", "string", enableWhen=conditions, enableBehavior="any")) == []


@pytest.mark.parametrize(
    "extension",
    [
        {"url": f"{PORTAL}/full-width", "valueBoolean": True},
        {"url": f"{PORTAL}/ehcp-section", "valueCode": "Z"},
        {"url": f"{FHIR}/entryFormat", "valueBoolean": True},
        {"url": f"{FHIR}/minValue", "valueInteger": 1},
        {
            "url": f"{FHIR}/questionnaire-itemControl",
            "valueCodeableConcept": {"coding": [{"code": "slider"}]},
        },
    ],
)
def test_an_extension_that_does_not_fit_its_question_is_refused(extension: dict[str, Any]) -> None:
    assert [code for _, code in in_page(item("q", "text", extension=[extension]))] == ["bad_extension"]


def test_an_extension_of_somebody_else_is_let_be() -> None:
    assert in_page(item("q", "text", extension=[{"url": "https://other.example/x", "valueString": "y"}])) == []


def test_far_too_deep_or_far_too_long_is_refused() -> None:
    deep: dict[str, Any] = questionnaire()
    for _ in range(5000):
        deep = {"item": [deep]}
    assert codes(deep) == [("", "too_deep")]
    long = questionnaire(page("p", *(item(f"q{number}", "string") for number in range(501))))
    assert ("/item", "too_many_items") in codes(long)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["item", "linkId", "type", "enableWhen", "answerOption", "extension", "url", "text"]),
                inner,
                max_size=5,
            )
        ),
        max_leaves=25,
    )
)
def test_no_json_breaks_the_check(anything: Any) -> None:
    faults = check(anything)
    assert all(fault.code and fault.message for fault in faults)
    assert faults, "no random JSON is a definition"
