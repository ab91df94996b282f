"""How a contribution reads: as pages, as a receipt, as FHIR."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.api.forms import Edit
from contracts.council import Sender, Subject
from contracts.portal import ContributionSubmitted
from contracts.submission import DocumentReference
from services.forms.model.answers import Form
from services.forms.model.contribution import Author, Contribution, Told
from services.forms.model.definition import check, read
from services.forms.model.draft import Batch, merge, prefilled, with_subject
from services.forms.model.receipt import receipt_of
from services.forms.model.response import questionnaire_response
from services.forms.model.view import view_of
from tests.unit.forms.definitions import PORTAL, choice, form, item, page, questionnaire, table, when

AT = datetime(2021, 8, 25, 13, 2, tzinfo=UTC)
ASKED = form(
    item("given", "date", readOnly=True),
    page("names", item("first", "string"), item("help", "display")),
    choice("kind", "a", "b"),
    choice("several", "a", "b", repeats=True),
    item("coded", "choice", answerOption=[{"valueCoding": {"code": "c1", "display": "Code one"}}]),
    item("count", "integer", enableWhen=[when("kind", answerString="a")]),
    table("rows", item("what", "text"), item("day", "date")),
    item("files", "attachment"),
)


def contribution(asked: Form, **prefill: Any) -> Contribution:
    told = Told(task_version=1, sender=Sender(name="C"), due_on=date(2021, 9, 5), comments="", prefill=prefill)
    return Contribution(
        task_id="t",
        authority="bristol",
        delegation_id="d",
        form="a-form",
        form_version="1",
        subject=Subject(person_id="P", name="Gabriel Example"),
        opened=told,
        draft=prefilled(asked.definition, prefill, AT),
    )


def test_pages_show_each_type_of_question_in_its_own_way() -> None:
    view = view_of(contribution(ASKED, given="2021-08-20", first="Gabriel"), ASKED)
    shown = {each.key: each for each in view.pages[0].questions}
    assert {key: each.type for key, each in shown.items()} == {
        "given": "read_only",
        "names": "heading",
        "kind": "radio",
        "several": "several",
        "coded": "radio",
        "count": "number",
        "rows": "table",
        "files": "files",
    }
    assert [each.type for each in shown["names"].questions] == ["line", "help"]
    assert shown["names"].questions[0].prefilled
    assert [key for key, each in shown.items() if each.conditional] == ["count"]
    assert [key for key, each in shown.items() if each.decides] == ["kind"]
    assert [option.label for option in shown["coded"].options] == ["Code one"]
    assert {key: answer.read for key, answer in view.answers.items()} == {"given": "20 August 2021", "first": "Gabriel"}
    assert view.rows == {"rows": []}


def test_a_page_with_a_condition_keeps_its_number_and_shows_or_hides_all_that_stands_on_it() -> None:
    json = questionnaire(
        page("one", item("more", "boolean")),
        page("two", item("q", "string"), enableWhen=[when("more", answerBoolean=True)]),
    )
    assert check(json) == []
    asked = Form(read(json))
    two = view_of(contribution(asked), asked).pages[1]
    assert [(each.key, each.type, each.conditional, each.questions[0].key) for each in two.questions] == [
        ("two", "heading", True, "q")
    ]
    assert view_of(contribution(asked), asked).hidden == ["q", "two"]
    assert view_of(contribution(asked, more=True), asked).hidden == []


def contested(asked: Form, *authors: str, **prefill: Any) -> Contribution:
    """Two pages that did not see one another have answered `kind`."""
    kept = contribution(asked, **prefill)
    for number, (author, value) in enumerate(zip(authors, ("a", "b"), strict=True)):
        edits = (Edit(op="set", path="kind", value=value),)
        batch = Batch(id=f"page-{number}:1", seen=0, by=author, at=AT, edits=edits)
        kept = kept.model_copy(update={"draft": merge(kept.draft, batch)})
    return kept


def test_a_conflict_says_whether_one_person_or_two_gave_the_versions() -> None:
    assert [view_of(contested(ASKED, *by), ASKED).conflicts[0].by_one for by in (("x", "x"), ("x", "y"))] == [
        True,
        False,
    ]


def test_versions_of_an_answer_that_does_not_show_keep_nobody_from_submitting() -> None:
    asked = form(item("more", "boolean"), choice("kind", "a", "b", enableWhen=[when("more", answerBoolean=True)]))
    shown, hidden = contested(asked, "x", "y", more=True), contested(asked, "x", "y", more=False)
    assert [fault.code for fault in shown.judge(asked).faults] == ["undecided"]
    assert hidden.judge(asked).faults == ()
    assert view_of(hidden, asked).conflicts == []


def test_what_is_known_of_the_child_fills_a_question_unless_the_council_does() -> None:
    def asking(key: str, kind: str, what: str, **more: Any) -> dict[str, Any]:
        return item(key, kind, extension=[{"url": f"{PORTAL}/from-subject", "valueCode": what}], **more)

    asked = form(asking("name", "string", "name"), asking("born", "date", "date_of_birth", readOnly=True))
    child = Subject(person_id="P", name="Gabriel Example", date_of_birth=date(2008, 4, 26))
    known = with_subject(asked.definition, child, {})
    assert known == {"name": "Gabriel Example", "born": "2008-04-26"}
    assert with_subject(asked.definition, child, {"name": "Gabe"})["name"] == "Gabe"
    kept = contribution(asked).model_copy(update={"subject": child, "draft": prefilled(asked.definition, known, AT)})
    assert kept.judge(asked).answers == known


@pytest.mark.parametrize(("kind", "what"), [("date", "name"), ("string", "date_of_birth"), ("string", "school")])
def test_only_what_fits_the_question_fills_it(kind: str, what: str) -> None:
    question = item("q", kind, extension=[{"url": f"{PORTAL}/from-subject", "valueCode": what}])
    assert [fault.code for fault in check(questionnaire(page("p", question)))] == ["bad_extension"]
    assert "bad_extension" in {fault.code for fault in check(questionnaire(page("p", table("t", question))))}


@pytest.mark.parametrize("name", ["ehcp-section", "from-subject"])
def test_an_extension_of_a_shape_that_nobody_expects_is_a_fault_like_any_other(name: str) -> None:
    question = item("q", "string", extension=[{"url": f"{PORTAL}/{name}", "valueCoding": {"code": "A"}}])
    assert [fault.code for fault in check(questionnaire(page("p", question)))] == ["bad_extension"]


def test_an_authors_mark_fits_a_documents_field_name_whatever_the_id_is() -> None:
    key = Author(account_id="sandra.$x@school.example", name="Sandra").key
    assert key.isalnum()


def test_the_receipt_changes_with_any_part_of_the_contribution() -> None:
    told = ContributionSubmitted(
        authority="bristol",
        delegation_id="d",
        contribution_id="c",
        form="a-form",
        form_version="1",
        answers={"a": "ä", "b": [1, 2.5, True, None]},
        signed_by=[],
        submitted_at=AT,
        pdf=DocumentReference(document_id="p", name="n", media_type="m", size=1, sha256="0", url="u"),
        attachments=[],
        receipt="",
    )
    receipt = receipt_of(told)
    assert receipt_of(told.model_copy(update={"receipt": "x"})) == receipt
    assert receipt_of(told.model_copy(update={"answers": {"a": "a"}})) != receipt
    assert receipt_of(ContributionSubmitted.model_validate_json(told.model_dump_json())) == receipt


def test_answers_leave_as_a_fhir_questionnaire_response() -> None:
    answers = {
        "given": "2021-08-20",
        "first": "Gabriel",
        "kind": "a",
        "several": ["a", "b"],
        "coded": "c1",
        "count": 3,
        "rows": [{"what": "x"}, {"what": "y", "day": "2021-08-21"}],
    }
    response = questionnaire_response(ASKED.definition, answers, contribution_id="c", submitted_at=AT)
    assert response["resourceType"] == "QuestionnaireResponse"
    assert response["questionnaire"] == "https://council.example/forms/a-form|1"
    assert response["status"] == "completed"
    items = response["item"][0]["item"]
    assert [each["linkId"] for each in items] == ["given", "names", "kind", "several", "coded", "count", "rows", "rows"]
    by_key = {each["linkId"]: each for each in items}
    assert by_key["given"]["answer"] == [{"valueDate": "2021-08-20"}]
    assert by_key["names"]["item"][0]["answer"] == [{"valueString": "Gabriel"}]
    assert by_key["several"]["answer"] == [{"valueString": "a"}, {"valueString": "b"}]
    assert by_key["coded"]["answer"] == [{"valueCoding": {"code": "c1", "display": "Code one"}}]
    assert by_key["count"]["answer"] == [{"valueInteger": 3}]
    assert [cell["answer"][0] for cell in items[-1]["item"]] == [{"valueString": "y"}, {"valueDate": "2021-08-21"}]
