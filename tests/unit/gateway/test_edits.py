"""What a posted page changes."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.api.forms import Edit, FormPage
from services.gateway.form.edits import PageChanges, Seen, batch_id, digest, read_page, seen_on
from services.gateway.form.views.fields import ControlValues, Field, fields_of
from tests.unit.gateway.samples import SECOND, contribution, row

ANSWERS: dict[str, Any] = {
    "done_on": "2021-08-26",
    "needs": [row("row-1", category="1", need="Reading"), row("row-2", need="Writing")],
    "shared": "1",
    "agreed": True,
    "which": ["1", "2"],
    "hours": 3.5,
}


def posted(page: FormPage, answers: dict[str, Any]) -> dict[str, list[str]]:
    """What a browser sends of a page that nobody touched."""
    form: dict[str, list[str]] = {}

    def control(field: Field) -> None:
        if field.kind in ("heading", "table"):
            for inner in field.fields:
                control(inner)
            for each in field.rows:
                form.setdefault(field.rows_name, []).append(each.row_id)
                for cell in each.cells:
                    control(cell)
        elif field.kind == "several":
            form.update({field.name: field.values} if field.values else {})
        elif field.kind in ("radio", "boolean"):
            form.update({field.name: [field.value]} if field.value else {})
        elif field.kind not in ("read_only_answer", "help", "files"):
            form[field.name] = [re.sub(r"\r\n|\r|\n", "\r\n", field.value)]

    view = contribution(answers)
    for field in fields_of(page.questions, ControlValues(view.answers, view.rows, spare_row="spare-row-1")):
        control(field)
    return form


def read(changes: dict[str, list[str]], answers: dict[str, Any] | None = None, **more: Any) -> PageChanges:
    answers = ANSWERS if answers is None else answers
    return read_page(SECOND, posted(SECOND, answers) | changes, seen_on(SECOND, contribution(answers)), **more)


words = st.text(max_size=30)
days = st.dates().map(lambda each: each.isoformat())


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "done_on": days | words,
            "needs": st.lists(words, max_size=3).map(lambda all_: [row(f"r-{n}", need=w) for n, w in enumerate(all_)]),
            "shared": st.sampled_from(["1", "2"]),
            "why_not": words,
            "agreed": st.booleans() | st.none(),
            "which": st.lists(st.sampled_from(["1", "2"]), unique=True),
            "hours": st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6).map(lambda x: round(x, 3)) | words,
        },
    )
)
def test_a_page_that_nobody_touched_changes_nothing(answers: dict[str, Any]) -> None:
    assert read({}, answers).edits == []


def test_only_what_was_changed_is_sent() -> None:
    assert read({"a:hours": ["4"]}).edits == [Edit(op="set", path="hours", value="4")]
    assert read({"a:which": ["2"]}).edits == [Edit(op="set", path="which", value=["2"])]
    assert read({"a:agreed": ["no"]}).edits == [Edit(op="set", path="agreed", value="no")]
    assert read({"a:done_on": ["27-Aug-2021"]}).edits == [Edit(op="set", path="done_on", value="27-Aug-2021")]


def test_an_answer_taken_away_is_sent_as_nothing() -> None:
    form = posted(SECOND, ANSWERS)
    del form["a:which"]
    form["a:hours"] = [""]
    edits = read_page(SECOND, form, seen_on(SECOND, contribution(ANSWERS))).edits
    assert edits == [Edit(op="set", path="which", value=[]), Edit(op="set", path="hours", value="")]


def test_a_row_typed_into_is_added_with_its_cells() -> None:
    reading = read({"rows:needs": ["row-1", "row-2", "new-row-1"], "a:needs/new-row-1/need": ["Sums"]})
    assert reading.edits == [
        Edit(op="add_row", path="needs/new-row-1"),
        Edit(op="set", path="needs/new-row-1/need", value="Sums"),
    ]


def test_an_empty_new_row_is_kept_only_when_another_is_added() -> None:
    new = {"rows:needs": ["row-1", "row-2", "new-row-1"], "a:needs/new-row-1/need": [""]}
    assert read(new).edits == []
    assert read(new, adding="needs").edits == [Edit(op="add_row", path="needs/new-row-1")]


def test_a_removed_row_is_removed_and_nothing_of_it_sent() -> None:
    reading = read({"removed:needs": ["row-1", "never-there"], "a:needs/row-1/need": ["changed first"]})
    assert reading.edits == [Edit(op="remove_row", path="needs/row-1")]


def test_a_row_missing_from_what_was_posted_is_not_removed() -> None:
    assert read({"rows:needs": ["row-2"]}).edits == []


def test_a_chosen_version_replaces_what_the_field_holds() -> None:
    reading = read({"a:hours": ["9"], "choice:hours": [json.dumps("7")]})
    assert reading.edits == [Edit(op="resolve", path="hours", value="7")]


@pytest.mark.parametrize("choice", ["[" * 5000 + "]" * 5000, '"\\ud800"', "{}", "[1]", "1" * 400, "x"])
def test_a_choice_that_no_page_of_ours_sends_is_none(choice: str) -> None:
    assert read({"choice:hours": [choice]}).edits == []


def test_fields_that_the_page_did_not_show_are_not_read() -> None:
    assert read({"a:unknown": ["x"], "a:needs/row-1/unknown": ["x"], "rows:needs": ["row-1", "../x"]}).edits == []


def test_after_a_save_the_same_page_has_nothing_left_to_send() -> None:
    changes = {"a:hours": ["4"], "rows:needs": ["row-1", "row-2", "new-row-1"], "a:needs/new-row-1/need": ["Sums"]}
    form, seen = posted(SECOND, ANSWERS) | changes, seen_on(SECOND, contribution(ANSWERS))
    after = seen.after(read_page(SECOND, form, seen).edits)
    assert read_page(SECOND, form, Seen.load(after.dump())).edits == []


def test_a_mangled_page_has_seen_nothing() -> None:
    for mangled in ("", "[1]", '{"a": 1}', "[" * 5000 + "]" * 5000):
        assert Seen.load(mangled) == Seen()


def test_the_same_changes_of_one_page_are_one_batch() -> None:
    edits = [Edit(op="set", path="hours", value=4)]
    assert batch_id("page", 4, edits) == batch_id("page", 4, list(edits))
    assert len({batch_id("page", 4, edits), batch_id("other", 4, edits), batch_id("page", 5, edits)}) == 3
    assert digest("1") != digest(1)
