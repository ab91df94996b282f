"""What a submission changes of the one before, how its document says so, and what discarding it goes back to."""

from typing import Any

import pytest

from contracts.files import AttachedFile
from contracts.submission import ChangedParts, Signature
from services.forms.model.changes import changes, replaced_by
from services.forms.model.contribution import Contribution, KnownAddendum
from services.forms.model.document import Paper
from services.forms.model.view import view_of
from tests.unit.forms.test_addenda import ASKED, AT, QUESTIONS, a_contribution, a_submission, typed


def a_file(name: str, content: str = "0", file_id: str = "") -> AttachedFile:
    return AttachedFile(file_id=file_id or name, name=name, media_type="application/pdf", size=1, sha256=content)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({}, {}, []),
        ({"q": "a"}, {"q": "a"}, []),
        ({"q": "a"}, {"q": "b"}, ["q"]),
        ({"q": "a"}, {}, ["q"]),
        ({}, {"q": "a"}, ["q"]),
        ({"rows": [{"what": "a"}]}, {"rows": [{"what": "a"}, {"what": "b"}]}, ["rows"]),
        ({"more": "x", "q": "a"}, {"q": "b", "rows": [{"what": "a"}]}, ["q", "rows", "more"]),
    ],
)
def test_an_answer_is_changed_where_it_was_given_taken_away_or_is_another(
    before: dict[str, Any], after: dict[str, Any], changed: list[str]
) -> None:
    assert changes(a_submission("c", before), after, []).answers == changed


def test_a_document_is_the_same_by_its_name_and_content_however_often_it_was_attached() -> None:
    before = a_submission("c", {}, a_file("report.pdf"), a_file("notes.pdf"))
    again = [a_file("report.pdf", file_id="other"), a_file("notes.pdf", content="1"), a_file("advice.pdf")]
    found = changes(before, {}, again)
    assert found.documents_added == ["notes.pdf", "advice.pdf"]
    assert found.documents_removed == ["notes.pdf"]
    assert changes(before, {}, [a_file("report.pdf"), a_file("notes.pdf")]) == ChangedParts()


def begun(version: int = 3, name: str = "a-1", **changed: Any) -> KnownAddendum:
    facts = {"addendum_id": name, "task_version": version, "contribution_id": "c", "reason": "It came late."}
    return KnownAddendum.model_validate({**facts, **changed})


def submitted() -> Contribution:
    contribution = typed(a_contribution(), 1, "first")
    return contribution.model_copy(update={"submission": a_submission("c", {"q": "first"}, a_file("report.pdf"))})


def test_nothing_is_replaced_by_the_first_submission() -> None:
    assert replaced_by(a_contribution(), {"q": "a"}, []) is None


def test_an_addendum_says_why_and_a_round_after_a_return_what_has_changed() -> None:
    adding = submitted().with_addendum(begun())
    replaced = replaced_by(adding, {"q": "second"}, [])
    assert replaced is not None
    assert (replaced.reason, replaced.submitted_at) == ("It came late.", AT)
    assert replaced.changed == ChangedParts(answers=["q"], documents_removed=["report.pdf"])
    returned = replaced_by(submitted().sent_back("c", QUESTIONS), {"q": "second"}, None)
    assert returned is not None
    assert (returned.reason, returned.changed) == (None, ChangedParts(answers=["q"])), "of documents nobody has spoken"
    assert [(each.comments, each.answers) for each in returned.asked] == [(QUESTIONS.comments, {"q": "first"})]


def test_the_document_says_first_what_it_replaces_and_marks_what_changed() -> None:
    adding = submitted().with_addendum(begun())
    answers, files = {"q": "second", "rows": [{"what": "new"}]}, [a_file("advice.pdf")]
    signature = Signature(name="Sandra", email="sandra@school.example", signed_at=AT)
    paper = Paper(
        definition=ASKED.definition,
        council="Bristol City Council",
        portal="Professional Portal",
        banner=adding.banner(()),
        answers=answers,
        reference="BRI-1",
        made_at=AT,
        attachments=files,
        signatures=[signature],
        replaces=replaced_by(adding, answers, files),
    )
    data = paper.data()
    assert data["replaces"] == [
        ["Replaces", "What was submitted on 1 March 2026 at 09:00"],
        ["Why", "It came late."],
        ["Changed answers", "Q\nRows"],
        ["Documents added", "advice.pdf"],
        ["Documents removed", "report.pdf"],
    ]
    labels = [block["label"] for page in data["pages"] for block in page["blocks"]]
    assert labels == ["Q (changed)", "More", "Rows (changed)"]
    assert data["status"] == "Submitted to Bristol City Council"


def test_what_is_added_opens_the_form_as_it_was_submitted_and_leaves_what_stands() -> None:
    adding = submitted().with_addendum(begun())
    assert (adding.state, adding.is_open, adding.submission) == ("submitted", True, submitted().submission)
    view = view_of(adding, ASKED)
    assert (view.state, view.submitted_at, view.contribution_id) == ("draft", AT, "c")
    assert view.answers["q"].typed == "first"
    assert view.submitted_documents == ["report.pdf"]
    assert view_of(submitted(), ASKED).state == "submitted"
    assert (adding.round, adding.in_next_round().round) == (2, 2)


def test_discarding_goes_back_to_what_was_submitted_and_a_page_from_before_does_not_count_as_newer() -> None:
    adding = typed(submitted().with_addendum(begun()), 2, "second")
    discarded = adding.with_addendum(begun(4, is_discarded=True))
    assert not discarded.is_open
    assert discarded.values(ASKED)["q"] == "first"
    assert discarded.draft.revision > adding.draft.revision
    assert discarded.draft.batches == adding.draft.batches, "a save that comes again is known"
    assert discarded.with_addendum(begun()) is discarded
    assert discarded.with_addendum(begun(4, is_discarded=True)) is discarded
    again = discarded.with_addendum(begun(5, "a-2"))
    assert again.is_open
    assert again.values(ASKED)["q"] == "first"


def test_what_comes_after_one_that_was_discarded_holds_nothing_of_it_whatever_is_heard_first() -> None:
    adding = typed(submitted().with_addendum(begun()), 2, "second")
    newer = adding.with_addendum(begun(5, "a-2"))
    assert newer.values(ASKED)["q"] == "first"
    assert newer.with_addendum(begun(4, is_discarded=True)) is newer


def test_a_return_keeps_what_was_typed_in_the_addendum_that_it_ends_and_nothing_of_one_that_was_discarded() -> None:
    adding = typed(submitted().with_addendum(begun()), 2, "second")
    ended, after_a_discard = adding.sent_back("c", QUESTIONS, "a-1"), adding.sent_back("c", QUESTIONS, None)
    assert (ended.state, ended.values(ASKED)["q"]) == ("draft", "second")
    assert (after_a_discard.state, after_a_discard.values(ASKED)["q"]) == ("draft", "first")
    for contribution in (ended, after_a_discard):
        late = contribution.with_addendum(begun(4, is_discarded=True))
        assert late.values(ASKED) == contribution.values(ASKED)
        assert contribution.addendum is not None
        assert contribution.addendum.before is None, "nothing is kept twice for longer than it is needed"
