"""What stands above a form that its author adds to, and what was sent before that."""

import pytest

from contracts.api.tasks import AddendumView
from services.gateway.form.views.adding import add_until, adding
from services.gateway.form.views.attached import sent_words
from services.gateway.form.views.check import check_page
from services.gateway.form.views.page import form_page
from services.gateway.tasks.views.rows import task_line
from tests.unit.gateway.samples import AT, AUTHORITIES, VIEW, page_state, task
from tests.unit.gateway.test_task_list import a_row

BRISTOL = AUTHORITIES.get("bristol")
BEGUN = AddendumView(reason="It came late.", started_at=AT, is_over=False)
ADDED_TO = VIEW.model_copy(update={"submitted_at": AT, "submitted_documents": ["a.pdf", "b.pdf"]})


def begun(**changed: object) -> AddendumView:
    return BEGUN.model_copy(update=changed)


def test_a_form_says_that_it_is_added_to_and_what_the_council_keeps() -> None:
    asked = task().model_copy(update={"state": "submitted", "addendum": BEGUN, "may_add": True})
    page = form_page(asked, ADDED_TO, BRISTOL, page_state(1), AT.date())
    assert page.adding is not None
    assert page.adding.words == (
        "You are adding to what you submitted on 30-Aug-2021 14:02. "
        "Bristol City Council keeps that until you submit again."
    )
    assert (page.adding.reason, page.adding.is_over) == ("It came late.", False)
    assert check_page(asked, ADDED_TO, BRISTOL, [], AT.date()).adding == page.adding


def test_what_a_return_has_ended_is_said_above_what_is_open_again() -> None:
    returned = task().model_copy(update={"state": "returned", "addendum": begun(is_over=True)})
    said = adding(returned, VIEW, "Bristol")
    assert said is not None
    assert said.is_over
    assert said.words.endswith("What you typed then is still in it.")


@pytest.mark.parametrize("addendum", [None, BEGUN])
def test_nothing_is_said_where_nothing_is_added_or_forms_has_taken_it_already(addendum: AddendumView | None) -> None:
    submitted = ADDED_TO.model_copy(update={"state": "submitted"})
    assert adding(task().model_copy(update={"addendum": addendum}), submitted, "Bristol") is None
    assert adding(task().model_copy(update={"addendum": addendum}), VIEW, "Bristol") is None


def test_it_ends_when_the_form_is_shown_no_longer() -> None:
    assert BRISTOL.submitted_days == 30
    assert add_until(ADDED_TO, BRISTOL) == "29-Sep-2021 14:02"
    assert add_until(VIEW, BRISTOL) == ""


def test_what_was_sent_is_told_whatever_is_attached_since() -> None:
    assert sent_words(ADDED_TO) == "2 documents attached: a.pdf, b.pdf"
    assert sent_words(ADDED_TO.model_copy(update={"submitted_documents": []})) == "No documents attached"


def test_a_row_says_since_when_something_is_added() -> None:
    row = a_row()
    assert task_line(1, row, AT.date(), []).added_since == ""
    adding_to_it = row.model_copy(update={"addendum_started_at": AT})
    assert task_line(1, adding_to_it, AT.date(), []).added_since == "30-Aug-2021 14:02"
