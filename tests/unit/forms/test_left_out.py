"""Sections that are not asked for any more: what is judged, printed and told without them, in any order of messages."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.forms.model.contribution import Contribution, KnownSection, Submission
from services.forms.model.draft import Cell, Draft
from services.forms.model.left_out import declinable, left_out_of
from tests.unit.forms.definitions import form_of, item, page, table, when

AT = datetime(2021, 8, 25, 13, 2, tzinfo=UTC)
HEARING = page("hearing", item("aids", "boolean", required=True), item("level", "integer"))
AFTER = page(
    "after",
    item("which_aids", "string", required=True, enableWhen=[when("aids", answerBoolean=True)]),
    item("no_aids", "string", enableWhen=[when("aids", "!=", answerBoolean=True)]),
    item("sight", "string", required=True),
)
PAGES = (
    page("given", item("name", "string", readOnly=True)),
    HEARING,
    AFTER,
    page("rows", table("reports", item("report", "string"))),
    page("files", item("remarks", "string"), item("documents", "attachment", required=True)),
)
FORM = form_of(*PAGES)


def news(version: int, *, is_left_out: bool = True) -> KnownSection:
    reason: Any = "not_the_right_person" if is_left_out else None
    return KnownSection(task_version=version, is_left_out=is_left_out, ask_id="a-1", reason_code=reason)


def a_contribution(**typed: Any) -> Contribution:
    answers = {key: Cell(value=value, revision=1, by="sandra", at=AT) for key, value in typed.items()}
    draft = Draft(revision=1, answers=answers, saved_at=AT)
    return Contribution(task_id="t-1", authority="bristol", delegation_id="d-1", draft=draft)


def submitted(contribution: Contribution) -> Contribution:
    pdf = {"document_id": "p", "name": "p", "media_type": "", "size": 1, "sha256": "", "url": ""}
    facts: dict[str, Any] = {"contribution_id": "c-1", "submitted_at": AT, "receipt": "", "answers": {}, "pdf": pdf}
    submission = Submission.model_validate({**facts, "signed_by": (), "attachments": ()})
    return contribution.model_copy(update={"submission": submission})


def test_what_is_left_out_is_neither_missing_nor_wrong_nor_sent_and_stays_typed() -> None:
    whole = a_contribution(aids=True, level="many", which_aids="Two", sight="Good")
    part = whole.with_sections(["hearing"], news(2))
    assert {fault.path for fault in whole.judge(FORM, file_count=1).faults} == {"level"}
    judged = part.judge(FORM, file_count=1)
    assert (judged.faults, judged.answers) == ((), {"sight": "Good"})
    assert {"hearing", "aids", "level", "which_aids"} <= judged.hidden
    assert "no_aids" not in judged.hidden, "a question that is left out counts as not answered"
    assert part.draft == whole.draft


def test_what_nobody_has_typed_is_not_missing_where_it_is_left_out() -> None:
    missing = [fault.path for fault in a_contribution().judge(FORM).faults]
    part = a_contribution().with_sections(["hearing"], news(2))
    assert missing == ["aids", "sight", "documents"]
    assert [fault.path for fault in part.judge(FORM).faults] == ["sight", "documents"]


def test_the_newest_word_about_a_section_counts_whatever_is_heard_last() -> None:
    again = news(7, is_left_out=False)
    in_order = a_contribution().with_sections(["hearing"], news(5)).with_sections(["hearing"], again)
    late = a_contribution().with_sections(["hearing"], again).with_sections(["hearing"], news(5))
    assert list(in_order.left_out) == list(late.left_out) == []
    assert list(in_order.with_sections(["hearing"], news(9)).left_out) == ["hearing"]
    assert in_order.with_sections(["hearing"], again) is in_order


def test_nothing_is_left_out_of_what_is_submitted() -> None:
    whole = submitted(a_contribution(sight="Good"))
    assert whole.with_sections(["hearing"], news(2)) is whole


def test_the_council_is_told_which_sections_and_why_in_the_order_of_the_form() -> None:
    part = a_contribution().with_sections(["after", "hearing", "of another version"], news(2))
    told = [each.model_dump() for each in left_out_of(part, FORM.definition)]
    assert told == [
        {"key": key, "title": key.capitalize(), "ask_id": "a-1", "reason_code": "not_the_right_person"}
        for key in ("hearing", "after")
    ]


@pytest.mark.parametrize(
    ("hidden", "keys"),
    [
        (set(), ["hearing", "after", "rows"]),
        ({"hearing", "aids", "level"}, ["after", "rows"]),
        ({"aids", "level"}, ["after", "rows"]),
        ({"aids"}, ["hearing", "after", "rows"]),
    ],
)
def test_what_asks_for_an_answer_may_be_declined_but_no_page_of_documents(hidden: set[str], keys: list[str]) -> None:
    assert declinable(FORM.definition, hidden) == keys


def test_a_question_leads_to_its_page() -> None:
    pages = FORM.definition.pages_with(["aids", "reports", "unknown"])
    assert [each.link_id for each in pages] == ["hearing", "rows"]
