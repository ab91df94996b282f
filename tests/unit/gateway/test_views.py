"""Pages as values: tasks, a form's page, check your answers."""

from datetime import date

from chassis.errors import Conflict
from contracts.api.files import FileView
from contracts.api.forms import ConflictView
from contracts.api.tasks import DueView, SharedDocumentView, TabCounts, TaskListView, TaskRow
from services.gateway.form.questions import conflict_words, first_to_mend
from services.gateway.form.views.answered import left_out_words
from services.gateway.form.views.check import check_page
from services.gateway.form.views.page import form_page
from services.gateway.kit.views.banner import task_banner
from services.gateway.kit.views.errors import error_page
from services.gateway.tasks.views.lists import tasks_page
from tests.unit.gateway.samples import AT, AUTHORITIES, contribution, page_state, row, task, version

TODAY = date(2021, 8, 31)
BRISTOL = AUTHORITIES.get("bristol")
WHOLE = {"done_on": "2021-08-26", "shared": "1"}


def test_the_task_list_shows_dates_as_the_guides_do_and_lateness_in_words() -> None:
    rows = [
        TaskRow(
            task_id="t",
            authority="bristol",
            form="f",
            form_title="Report",
            subject_name="Gabriel Example",
            due_on=due,
            comments="Please",
            state="assigned",
        )
        for due in (date(2021, 9, 5), date(2021, 8, 29))
    ]
    counts = TabCounts(assigned=27, retracted=0, submitted=0)
    listed = TaskListView(tab="assigned", page=2, pages=2, rows=rows, counts=counts, group_rows=[])
    page = tasks_page(listed, BRISTOL, TODAY, {})
    assert page.title == "Professional Portal - tasks to complete"
    assert [(each.number, each.due, each.due_words, each.late) for each in page.rows] == [
        (26, "05-Sep-2021", "in 5 days", False),
        (27, "29-Aug-2021", "2 days late", True),
    ]
    assert (page.previous, page.next) == ("/tasks?tab=assigned&page=1", None)


def test_the_authority_decides_what_the_banner_shows_of_the_child() -> None:
    assert [name for name, _ in task_banner(task(), BRISTOL, TODAY).subject] == ["Name", "DOB", "Form Type"]
    oxford = task_banner(task("oxfordshire"), AUTHORITIES.get("oxfordshire"), TODAY)
    assert ("Address", "23 Test Street") in oxford.subject
    assert ("Comments", "Please complete the report") in oxford.subject
    assert oxford.sender[0] == ("Required By", "05-Sep-2021 (in 5 days)")
    assert "Address" not in [name for name, _ in oxford.sender]


def test_the_banner_leads_to_the_councils_documents_and_elsewhere_only_by_https() -> None:
    documents = [
        SharedDocumentView(document_id="EP/1", name="Report.pdf", media_type="application/pdf", size=340 * 1024),
        *(
            SharedDocumentView(document_id=url, name="Advice", media_type="text/html", url=url)
            for url in ("https://council.example/7", "http://council.example/7", "javascript:alert(1)")
        ),
    ]
    links = task_banner(task().model_copy(update={"documents": documents}), BRISTOL, TODAY).documents
    assert [(link.href, link.size) for link in links] == [
        ("/forms/t-1/shared/EP%2F1", "340 KB"),
        ("https://council.example/7", ""),
        ("", ""),
        ("", ""),
    ]


def test_an_empty_row_is_not_missed_a_half_filled_one_is_named_by_row_and_column() -> None:
    rows = [row("r-1"), row("r-2", category="1")]
    check = check_page(task(), contribution(WHOLE | {"needs": rows}), BRISTOL, [], TODAY)
    assert [(each.text, each.href) for each in check.to_mend] == [
        ("What needs, row 2, Need: This field is required.", "/forms/t-1/2?check=1#q-needs--r-2--need")
    ]
    assert [answer.rows for answer in check.sections[1].answers if answer.columns] == [
        [["Cognition and learning", "", ""]]
    ]


def test_the_error_summary_names_each_question_in_the_order_of_the_page() -> None:
    empty = contribution({})
    page = form_page(task(), empty, BRISTOL, page_state(2, faults=empty.faults), TODAY)
    assert [(problem.text, problem.href) for problem in page.problems] == [
        ("Date Assessment Completed: This field is required.", "#q-done_on"),
        ("Shared: This field is required.", "#q-shared"),
    ]


def test_a_conflict_shows_both_versions_at_its_field() -> None:
    conflict = ConflictView(path="hours", stands=version("3", "Sandra"), others=[version("4", "Tariq")], by_one=False)
    page = form_page(task(), contribution({"hours": 3}, conflict), BRISTOL, page_state(2), TODAY)
    shown = next(field for field in page.fields if field.key == "hours").conflict
    assert shown is not None
    assert [(each.words, each.by) for each in shown.versions] == [("3", "Sandra"), ("4", "Tariq")]


def test_an_empty_table_offers_a_row_to_type_into() -> None:
    page = form_page(task(), contribution({}), BRISTOL, page_state(2), TODAY)
    table = next(field for field in page.fields if field.kind == "table")
    assert [each.row_id for each in table.rows] == ["spare-row-1"]
    assert "needs" in page.seen
    assert "spare-row-1" not in page.seen


def test_full_screen_shows_one_question_alone_and_its_errors_only() -> None:
    empty = contribution({})
    page = form_page(task(), empty, BRISTOL, page_state(2, faults=empty.faults, full_screen="needs"), TODAY)
    assert page.problems == []
    assert [field.key for field in page.fields] == ["needs"]
    assert "done_on" not in page.seen


def test_a_file_that_is_not_released_cannot_be_opened() -> None:
    files = [
        FileView(
            file_id=state,
            name="a.pdf",
            media_type="application/pdf",
            size=340_000,
            state=state,
            uploaded_by="x",
            uploaded_at=AT,
        )
        for state in ("accepted", "waiting", "refused")
    ]
    page = form_page(task(), contribution({}), BRISTOL, page_state(3, files=files), TODAY)
    assert [each.href for each in page.attachments] == ["/forms/t-1/files/accepted", "", ""]
    assert page.attachments[0].size == "332 KB"
    assert page.waiting


def test_check_your_answers_says_what_is_missing_and_where_it_is() -> None:
    check = check_page(task(), contribution({"first_name": "Gabriel"}), BRISTOL, [], TODAY)
    assert [problem.href for problem in check.to_mend] == [
        "/forms/t-1/2?check=1#q-done_on",
        "/forms/t-1/2?check=1#q-shared",
    ]
    assert not check.ready
    words = {answer.label: answer.words for section in check.sections for answer in section.answers}
    assert words["First name:"] == "Gabriel"
    assert words["Views"] == ""
    assert "Why not?" not in words


def test_a_part_that_is_left_out_is_said_so_and_shows_what_was_typed_there() -> None:
    answers = {"done_on": "soon", "needs": [row("r1", need="Hearing")], "first_name": "Gabriel"}
    view = contribution(answers, left_out=["two"])
    first, second = (form_page(task(), view, BRISTOL, page_state(number), TODAY) for number in (1, 2))
    assert [link.state for link in first.pages] == ["Complete", "No longer asked for", ""]
    assert (first.left_out, first.not_sent, first.has_parts) == (False, [], False)
    assert second.left_out
    assert [(each.label, each.words, each.rows) for each in second.not_sent] == [
        ("Date Assessment Completed", "soon", []),
        ("What needs?", "", [["", "Hearing", ""]]),
    ]
    assert all(each.hidden for each in second.fields)
    check = check_page(task(), view, BRISTOL, [], TODAY)
    assert check.ready
    assert [(section.title, bool(section.answers), section.is_left_out) for section in check.sections] == [
        ("About the child", True, False),
        ("Contribution", False, True),
        ("Attach supporting documents", False, False),
    ]
    assert left_out_words(view) == "Contribution"
    assert left_out_words(contribution(answers)) == ""


def test_answers_read_in_words() -> None:
    answers = WHOLE | {
        "agreed": False,
        "which": ["1", "2"],
        "needs": [row("r", category="2", need="Sums", since="2021-01-02")],
    }
    check = check_page(task(), contribution(answers), BRISTOL, [], TODAY)
    assert check.ready
    by_label = {answer.label: answer for answer in check.sections[1].answers}
    assert by_label["Date Assessment Completed"].words == "26 August 2021"
    assert by_label["Agreed?"].words == "No"
    assert by_label["Which?"].words == "Cognition and learning\nSensory and physical"
    assert by_label["What needs?"].rows == [["Sensory and physical", "Sums", "2 January 2021"]]


def test_the_first_page_with_something_missing_is_found() -> None:
    empty, whole = contribution({}), contribution(WHOLE)
    assert first_to_mend(empty.pages, empty.faults) == 2
    assert first_to_mend(whole.pages, whole.faults) is None


def test_a_script_is_told_whether_somebody_else_changed_an_answer() -> None:
    own, others = (
        ConflictView(path="hours", stands=version("3", "Sandra"), others=[version("4", "Sandra")], by_one=by_one)
        for by_one in (True, False)
    )
    assert conflict_words([]) == ""
    assert conflict_words([own]).startswith("You have changed an answer on two pages")
    assert conflict_words([own, others]).startswith("Somebody else has changed an answer")


def test_whoever_lost_a_form_reads_who_moved_it_and_to_whom() -> None:
    told = error_page(
        Conflict("re_assigned", "It was re-assigned by Morag Manager.", holder="Sandra Example"),
        "12345678",
        is_signed_in=True,
        task_id="t",
    )
    assert told.title == "Sandra Example has this form now"
    assert told.lines[0] == "It was re-assigned by Morag Manager. You can no longer open it."
    assert told.task_id == "t"


def test_what_has_no_date_is_said_to_have_none_and_is_never_late() -> None:
    undated = task().model_copy(update={"due_on": None})
    banner = task_banner(undated, BRISTOL, TODAY)
    assert (banner.summary, banner.sender[0]) == ("Gabriel Example", ("Required By", "No date given"))
    assert not form_page(undated, contribution({}), BRISTOL, page_state(1), TODAY).has_due_date
    assert form_page(task(), contribution({}), BRISTOL, page_state(1), TODAY).has_due_date


def test_the_banner_says_both_dates_and_how_far_away_the_one_is_that_counts() -> None:
    internal = date(2021, 9, 1)
    both = task().model_copy(update={"due": DueView(received_on=TODAY, dates=[], internal_due_on=internal)})
    by_law = task_banner(both, BRISTOL, TODAY)
    assert by_law.sender[:2] == [("Asked For By", "01-Sep-2021"), ("Required By", "05-Sep-2021 (in 5 days)")]
    sooner = task_banner(both.model_copy(update={"target_on": internal}), BRISTOL, TODAY)
    assert sooner.sender[:2] == [("Asked For By", "01-Sep-2021 (tomorrow)"), ("Required By", "05-Sep-2021")]
    assert sooner.summary == "Gabriel Example, due 01-Sep-2021 (tomorrow)"
    alone = task_banner(both.model_copy(update={"target_on": internal, "due_on": None}), BRISTOL, TODAY)
    assert [name for name, _ in alone.sender][:2] == ["Asked For By", "Sent By"]
    over = task_banner(both.model_copy(update={"state": "submitted"}), BRISTOL, TODAY)
    assert over.sender[:2] == [("Asked For By", "01-Sep-2021"), ("Required By", "05-Sep-2021")]


def test_a_form_that_is_over_is_no_longer_late() -> None:
    due_on = date(2021, 8, 1)
    late = task().model_copy(update={"due_on": due_on})
    over = late.model_copy(update={"state": "submitted"})
    assert [dict(task_banner(one, BRISTOL, TODAY).sender)["Required By"] for one in (late, over)] == [
        f"01-Aug-2021 ({(TODAY - due_on).days} days late)",
        "01-Aug-2021",
    ]
