"""Drafts are edits: any order, any repetition, and no typed value vanishes without somebody's knowledge."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contracts.api.forms import Edit
from services.forms.model.draft import Batch, Draft, merge, overfull, prefilled, safe_revision
from services.forms.model.edits import refused
from tests.unit.forms.definitions import form, item, table

START = datetime(2021, 7, 25, 9, tzinfo=UTC)
ASKED = form(
    item("name", "string"),
    item("when", "date"),
    item("given", "text", readOnly=True),
    table("rows", item("what", "text"), item("who", "string")),
).definition


def put(path: str, value: Any) -> Edit:
    return Edit(op="set", path=path, value=value)


def batch(page: str, number: int, seen: int, *edits: Edit) -> Batch:
    return Batch(id=f"{page}:{number}", seen=seen, by=page, at=START + timedelta(seconds=number), edits=edits)


def texts(draft: Draft, path: str) -> tuple[Any, set[Any]]:
    """The standing value of a path and the ones set aside."""
    key, row_id, column, *_ = [*path.split("/"), "", ""]
    cell = draft.tables[key][row_id].cells[column] if row_id else draft.answers[key]
    return cell.value, {kept.value for kept in cell.others}


def test_different_fields_merge() -> None:
    draft = merge(Draft(), batch("a", 1, 0, put("name", "Gabriel")))
    draft = merge(draft, batch("b", 1, 0, put("when", "2021-09-05")))
    assert draft.values() == {"name": "Gabriel", "when": "2021-09-05"}
    assert draft.revision == 2
    assert list(draft.contested()) == []


def test_a_draft_is_begun_by_an_answer_that_is_not_the_councils() -> None:
    draft = prefilled(ASKED, {"name": "Gabriel", "rows": [{"what": "Speech"}]}, START)
    draft = merge(draft, batch("a", 1, 0, Edit(op="add_row", path="rows/mine")))
    assert not draft.is_begun
    assert merge(draft, batch("a", 2, 1, put("rows/mine/what", "Memory"))).is_begun
    assert merge(draft, batch("a", 2, 1, put("name", "Gabe"))).is_begun


def test_the_same_field_keeps_both_until_somebody_chooses() -> None:
    draft = merge(Draft(), batch("a", 1, 0, put("name", "one")))
    draft = merge(draft, batch("b", 1, 0, put("name", "two")))
    assert texts(draft, "name") == ("two", {"one"})
    draft = merge(draft, batch("a", 2, 2, put("when", "5/9")))
    assert texts(draft, "name") == ("two", {"one"})
    draft = merge(draft, batch("a", 3, 3, Edit(op="resolve", path="name", value="one")))
    assert texts(draft, "name") == ("one", set())


def test_a_choice_made_without_seeing_the_latest_keeps_the_latest() -> None:
    draft = merge(Draft(), batch("a", 1, 0, put("name", "one")))
    draft = merge(draft, batch("b", 1, 0, put("name", "two")))
    draft = merge(draft, batch("c", 1, 0, put("name", "three")))
    draft = merge(draft, batch("a", 2, 2, Edit(op="resolve", path="name", value="one")))
    assert texts(draft, "name") == ("one", {"two", "three"})


def test_a_field_that_was_seen_is_simply_changed() -> None:
    draft = merge(Draft(), batch("a", 1, 0, put("name", "one")))
    draft = merge(draft, batch("b", 1, 1, put("name", "two")))
    assert texts(draft, "name") == ("two", set())


def test_one_page_never_contradicts_itself() -> None:
    draft = merge(Draft(), batch("a", 1, 0, put("name", "G")))
    draft = merge(draft, batch("a", 2, 0, put("name", "Ga")))
    assert texts(draft, "name") == ("Ga", set())


def test_an_old_request_that_took_the_long_way_round_changes_nothing() -> None:
    draft = merge(Draft(), batch("a", 2, 0, put("name", "Ga")))
    draft = merge(draft, batch("a", 1, 0, put("name", "G")))
    assert texts(draft, "name") == ("Ga", set())


def test_two_tabs_of_one_person_lose_nothing_either() -> None:
    first = Batch(id="tab1:1", seen=0, by="sandra", at=START, edits=(put("name", "one"),))
    second = Batch(id="tab2:1", seen=0, by="sandra", at=START, edits=(put("name", "two"),))
    assert texts(merge(merge(Draft(), first), second), "name") == ("two", {"one"})


def test_an_emptied_field_keeps_what_somebody_else_has_typed_meanwhile() -> None:
    draft = merge(Draft(), batch("a", 1, 0, put("name", "one")))
    draft = merge(draft, batch("b", 1, 0, put("name", "")))
    assert texts(draft, "name") == ("", {"one"})


def test_a_repeated_batch_is_once() -> None:
    once = merge(Draft(), batch("a", 1, 0, put("name", "one"), Edit(op="add_row", path="rows/r1")))
    assert merge(once, batch("a", 1, 0, put("name", "one"), Edit(op="add_row", path="rows/r1"))) == once


def test_rows_stand_in_the_order_in_which_they_were_added() -> None:
    draft = merge(Draft(), batch("a", 1, 0, *(Edit(op="add_row", path=f"rows/{row}") for row in ("z", "a", "m"))))
    draft = merge(draft, batch("a", 2, 1, put("rows/b/what", "x"), put("rows/z/who", "OT")))
    assert [row_id for row_id, _ in draft.rows("rows")] == ["z", "a", "m", "b"]
    assert draft.rows("rows")[0][1].owner == "a"


def test_a_removed_row_keeps_what_was_typed_and_does_not_stand() -> None:
    draft = merge(Draft(), batch("a", 1, 0, put("rows/r1/what", "x")))
    draft = merge(draft, batch("a", 2, 1, Edit(op="remove_row", path="rows/r1")))
    assert draft.rows("rows") == []
    assert texts(draft, "rows/r1/what") == ("x", set())


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_row_that_somebody_writes_in_is_not_removed_by_somebody_who_has_not_seen_it(order: tuple[int, ...]) -> None:
    draft = merge(Draft(), batch("a", 1, 0, put("rows/r1/what", "x")))
    rivals = [
        batch("a", 2, 1, Edit(op="remove_row", path="rows/r1")),
        batch("b", 1, 1, put("rows/r1/who", "OT")),
    ]
    for index in order:
        draft = merge(draft, rivals[index])
    assert [(row_id, row.cells["who"].value) for row_id, row in draft.rows("rows")] == [("r1", "OT")]


def test_the_author_may_claim_a_revision_only_when_nobody_saved_in_between() -> None:
    assert safe_revision(batch("a", 1, 4), 5) == 5
    assert safe_revision(batch("a", 1, 4), 6) == 4


def test_prefilled_answers_start_the_draft_and_read_only_ones_do_not() -> None:
    prefill = {"name": "Gabriel", "given": "Hi", "rows": [{"what": "x"}]}
    draft = prefilled(ASKED, prefill, START)
    assert draft.values() == {"name": "Gabriel"}
    assert [row.cells["what"].value for row in dict(draft.rows("rows")).values()] == ["x"]
    assert draft.revision == 0


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (put("nothing", "x"), "unknown_field"),
        (put("page", "x"), "unknown_field"),
        (put("given", "x"), "read_only"),
        (put("rows", "x"), "unknown_field"),
        (put("rows/r1/nothing", "x"), "unknown_field"),
        (put("rows/r 1/what", "x"), "unknown_field"),
        (put("rows/$r/what", "x"), "unknown_field"),
        (put("rows/r.1/what", "x"), "unknown_field"),
        (put("name/r1/what", "x"), "unknown_field"),
        (put("name", {"$gt": ""}), "wrong_type"),
        (put("name", [["x"]]), "wrong_type"),
        (put("name", "x" * 20_001), "too_long"),
        (Edit(op="add_row", path="rows"), "unknown_field"),
        (Edit(op="add_row", path="name/r1"), "unknown_field"),
        (Edit(op="remove_row", path="rows/r1/what"), "unknown_field"),
        (Edit(op="resolve", path="rows/r1", value="x"), "unknown_field"),
    ],
)
def test_an_edit_of_what_is_not_there_to_edit_is_refused(edit: Edit, code: str) -> None:
    assert [(fault.path, fault.code) for fault in refused(ASKED, (edit,))] == [(edit.path, code)]


def test_a_half_typed_answer_is_taken_as_it_is() -> None:
    edits = (put("when", "5/9"), put("rows/r-1/what", None), Edit(op="add_row", path="rows/r2"))
    assert refused(ASKED, edits) == []


def test_limits_are_told_and_not_passed_in_silence() -> None:
    draft = Draft()
    for number in range(22):
        draft = merge(draft, batch(f"p{number}", 1, 0, put("name", f"v{number}")))
    assert [(fault.path, fault.code) for fault in overfull(draft)] == [("name", "too_many_versions")]
    rows = [Edit(op="add_row", path=f"rows/r{number}") for number in range(201)]
    assert [fault.code for fault in overfull(merge(Draft(), batch("a", 1, 0, *rows)))] == ["too_many_rows"]


def test_a_draft_has_a_size_that_its_document_can_hold() -> None:
    text = "x" * 20_000
    rows = [put(f"rows/r{number}/{column}", text) for number in range(101) for column in ("what", "who")]
    assert [fault.code for fault in overfull(merge(Draft(), batch("a", 1, 0, *rows)))] == ["too_much"]
    assert overfull(merge(Draft(), batch("a", 1, 0, *rows[:190]))) == []


PATHS = ["name", "when", "rows/r1/what", "rows/r1/who", "rows/r2/what"]


@given(st.lists(st.sampled_from(PATHS), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_rival_edits_end_in_the_same_texts_in_any_order(paths: list[str], random: Any) -> None:
    rivals = [batch(f"p{index}", 1, 0, put(path, f"v{index}")) for index, path in enumerate(paths)]
    ends = []
    for _ in range(2):
        draft = Draft()
        for each in [*rivals, *random.sample(rivals, len(rivals))]:
            draft = merge(draft, each)
        ends.append({path: {texts(draft, path)[0], *texts(draft, path)[1]} for path in paths})
        random.shuffle(rivals)
    assert ends[0] == ends[1]


class Writers(RuleBasedStateMachine):
    """Three pages write in one form over a network that delays, repeats and reorders."""

    def __init__(self) -> None:
        super().__init__()
        self.draft = Draft()
        self.seen = {"a": 0, "b": 0, "c": 0}
        self.sent: list[Batch] = []
        self.arrived: dict[str, int] = {}
        self.count = 0

    @rule(page=st.sampled_from("abc"), path=st.sampled_from(PATHS), op=st.sampled_from(["set", "set", "resolve"]))
    def types(self, page: str, path: str, op: Any) -> None:
        self.count += 1
        edit = Edit(op=op, path=path, value=f"{page}{self.count}")
        self.sent.append(batch(page, self.count, self.seen[page], edit))

    @rule(
        page=st.sampled_from("abc"),
        row=st.sampled_from(["rows/r1", "rows/r2"]),
        op=st.sampled_from(["add_row", "remove_row"]),
    )
    def changes_rows(self, page: str, row: str, op: Any) -> None:
        self.count += 1
        self.sent.append(batch(page, self.count, self.seen[page], Edit(op=op, path=row)))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def arrives(self, data: st.DataObject) -> None:
        sent = data.draw(st.sampled_from(self.sent))
        before = self.draft
        self.draft = merge(before, sent)
        if sent.id in before.batches:
            assert self.draft == before
        else:
            self.arrived[sent.id] = self.draft.revision

    @rule(page=st.sampled_from("abc"))
    def looks(self, page: str) -> None:
        self.seen[page] = self.draft.revision

    @invariant()
    def no_text_vanishes_unknown_to_all(self) -> None:
        for sent in self.sent:
            edit = sent.edits[0]
            if sent.id in self.arrived and edit.op in {"set", "resolve"}:
                value, others = texts(self.draft, edit.path)
                assert edit.value in {value, *others} or self.was_replaced(sent), (sent, value, others)

    def was_replaced(self, lost: Batch) -> bool:
        """Somebody who had seen it wrote over it, or its own page did."""
        page, _, number = lost.id.partition(":")
        return any(
            other.edits[0].path == lost.edits[0].path
            and other.id in self.arrived
            and (
                other.seen >= self.arrived[lost.id]
                or (other.id.startswith(f"{page}:") and int(other.id.partition(":")[2]) > int(number))
            )
            for other in self.sent
            if other.id != lost.id
        )

    @invariant()
    def every_arrival_is_one_revision(self) -> None:
        assert self.draft.revision == len(self.arrived)


TestWriters = Writers.TestCase
TestWriters.settings = settings(max_examples=100, stateful_step_count=40)
