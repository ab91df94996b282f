"""What may happen to a task's attachments, in any order and however often."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.authority import FileRules
from contracts.tasks import AddendumGrant
from services.files.model.folder import (
    GIVE_UP_AFTER,
    MOST_ENTRIES,
    REMOVED_KEPT,
    SCAN_AGAIN,
    SCAN_AGAIN_MOST,
    Attachment,
    Content,
    Folder,
)
from services.files.model.refusal import Code, Unacceptable
from services.files.model.scan import Verdict

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
RULES = FileRules()
EMPTY = Folder(task_id="task-1", authority="bristol")


def attachment(file_id: str = "file_a", size: int = 10, verdict: Verdict | None = Verdict.CLEAN) -> Attachment:
    file = Attachment(
        file_id=file_id,
        name=f"{file_id}.pdf",
        extension="pdf",
        media_type="application/pdf",
        content=Content(content_id=f"content-{file_id}", size=size, sha256="0" * 64),
        uploaded_by="Sandra Example",
        uploaded_at=AT,
    )
    return file if verdict is None else file.settled(verdict, AT)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_only_a_clean_scan_releases(verdict: Verdict) -> None:
    assert (attachment(verdict=verdict).state == "accepted") == (verdict is Verdict.CLEAN)


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (Verdict.INFECTED, Code.VIRUS),
        (Verdict.PASSWORD_PROTECTED, Code.PASSWORD_PROTECTED),
        (Verdict.DAMAGED, Code.NOT_UPLOADED),
        (Verdict.NOT_SCANNED, None),
    ],
)
def test_a_refusal_has_its_reason(verdict: Verdict, code: Code | None) -> None:
    assert attachment(verdict=verdict).refusal == code


def test_waiting_backs_off_and_ends() -> None:
    file, at = attachment(verdict=None), AT
    waits: list[timedelta] = []
    while file.state == "waiting":
        file = file.settled(Verdict.NOT_SCANNED, at)
        if file.scan_at is not None:
            waits.append(file.scan_at - at)
            at = file.scan_at
    assert waits[0] == SCAN_AGAIN
    assert max(waits) == SCAN_AGAIN_MOST
    assert file.refusal == Code.NOT_UPLOADED
    assert at - AT > GIVE_UP_AFTER


def test_a_picture_needs_both_its_copies_scanned() -> None:
    original = Content(content_id="uploaded", size=20, sha256="1" * 64)
    file = attachment(verdict=None).model_copy(update={"original": original})
    assert file.to_scan() == [original, file.content]
    assert file.settled(Verdict.CLEAN, AT).original is None


def test_number_and_sum_are_limited() -> None:
    rules = FileRules(max_count=2, max_total=25)
    folder = EMPTY.with_file(attachment("file_a"), rules)
    with pytest.raises(Unacceptable, match=Code.TOO_LARGE_TOGETHER):
        folder.with_file(attachment("file_b", size=16), rules)
    folder = folder.with_file(attachment("file_b"), rules)
    with pytest.raises(Unacceptable, match=Code.TOO_MANY):
        folder.with_file(attachment("file_c", size=1), rules)
    assert folder.without("file_a", AT).with_file(attachment("file_c"), rules).find("file_c")


def test_removing_and_adding_again_has_an_end() -> None:
    folder = EMPTY
    for number in range(MOST_ENTRIES):
        folder = folder.with_file(attachment(f"file_{number}"), RULES).without(f"file_{number}", AT)
    with pytest.raises(Unacceptable, match=Code.TOO_MANY):
        folder.with_file(attachment(), RULES)


def test_the_same_file_twice_is_once() -> None:
    folder = EMPTY.with_file(attachment(), RULES)
    assert folder.with_file(attachment(), RULES) == folder


def test_a_file_removed_during_the_submission_comes_back() -> None:
    folder = EMPTY.with_file(attachment("file_a"), RULES).with_file(attachment("file_b"), RULES)
    folder = folder.without("file_a", AT).submitted("c-1", ["file_a", "file_b"], AT)
    assert [file.file_id for file in folder.listed()] == ["file_a", "file_b"]
    assert all(file.state == "accepted" and file.is_frozen for file in folder.files)
    assert not folder.is_open


def test_what_was_not_signed_for_does_not_go_with_the_submission() -> None:
    folder = EMPTY.with_file(attachment("file_a"), RULES).with_file(attachment("file_b"), RULES)
    assert [file.file_id for file in folder.submitted("c-1", ["file_b"], AT).listed()] == ["file_b"]


def test_a_file_that_was_never_released_is_never_frozen() -> None:
    waiting = attachment("file_a", verdict=Verdict.NOT_SCANNED)
    assert not EMPTY.with_file(waiting, RULES).submitted("c-1", ["file_a"], AT).listed()


def test_the_next_scan_is_that_of_the_first_waiting_file() -> None:
    later = attachment("file_b", verdict=Verdict.NOT_SCANNED).model_copy(update={"scan_at": AT + timedelta(hours=1)})
    folder = EMPTY.with_file(later, RULES).with_file(attachment("file_a", verdict=Verdict.NOT_SCANNED), RULES)
    assert folder.scan_at == AT + SCAN_AGAIN
    assert EMPTY.scan_at is None
    assert folder.without("file_a", AT).without("file_b", AT).scan_at is None


THINGS = {
    "submitted": lambda folder: folder.submitted("c-1", ["file_a", "file_b"], AT),
    "retracted": lambda folder: folder.retracted(3, AT),
    "removed": lambda folder: folder.without("file_a", AT) if folder.is_open else folder,
    "seen": lambda folder: folder.seen(2),
}


@given(st.lists(st.sampled_from(sorted(THINGS)), max_size=12).flatmap(lambda more: st.permutations([*THINGS, *more])))
def test_any_order_and_any_repetition_end_the_same(order: list[str]) -> None:
    folder = EMPTY.with_file(attachment("file_a"), RULES).with_file(attachment("file_b"), RULES)
    for name in order:
        folder = THINGS[name](folder)
    assert [file.file_id for file in folder.listed()] == ["file_a", "file_b"]
    assert folder.access_version == 3
    assert (folder.submitted_at, folder.retracted_at) == (AT, AT)
    assert all(file.state == "accepted" for file in folder.files)


ROUNDS = {
    "submitted": lambda folder: folder.submitted("c-1", ["file_a"], AT),
    "sent back": lambda folder: folder.returned("c-1", 4),
    "submitted again": lambda folder: folder.submitted("c-2", ["file_a", "file_b"], AT + timedelta(days=1)),
}


@given(st.lists(st.sampled_from(sorted(ROUNDS)), max_size=6).flatmap(lambda more: st.permutations([*ROUNDS, *more])))
def test_a_second_round_ends_the_same_in_any_order(order: list[str]) -> None:
    folder = EMPTY.with_file(attachment("file_a"), RULES).with_file(attachment("file_b"), RULES)
    for name in order:
        folder = ROUNDS[name](folder)
    assert [file.file_id for file in folder.listed()] == ["file_a", "file_b"]
    assert folder.submitted_at == AT + timedelta(days=1)
    assert folder.access_version == 4


def test_what_was_sent_back_takes_files_again_and_the_council_keeps_what_it_got() -> None:
    folder = EMPTY.with_file(attachment("file_a"), RULES).submitted("c-1", ["file_a"], AT).returned("c-1", 4)
    assert folder.is_open
    folder = folder.without("file_a", AT).with_file(attachment("file_b"), RULES)
    assert [file.file_id for file in folder.listed()] == ["file_b"]
    folder = folder.submitted("c-1", ["file_a"], AT)  # told once more
    assert folder.is_open
    folder = folder.submitted("c-2", ["file_b"], AT)
    assert not folder.is_open
    assert [file.file_id for file in folder.listed()] == ["file_b"]
    assert all(file.is_frozen for file in folder.files)


def test_a_file_that_goes_out_again_can_be_fetched_again() -> None:
    folder = EMPTY.with_file(attachment("file_a"), RULES).submitted("c-1", ["file_a"], AT)
    folder = folder.with_changed(folder.files[0].model_copy(update={"received_at": AT})).returned("c-1", 4)
    folder = folder.submitted("c-2", ["file_a"], AT)
    assert folder.files[0].received_at is None
    received = folder.with_changed(folder.files[0].model_copy(update={"received_at": AT}))
    assert received.submitted("c-2", ["file_a"], AT) == received


FIRST, SECOND = (AddendumGrant(addendum_id=name, contribution_id="c-1") for name in ("a-1", "a-2"))
STANDS = EMPTY.with_file(attachment("file_a"), RULES).with_file(attachment("file_b"), RULES)
STANDS = STANDS.submitted("c-1", ["file_a", "file_b"], AT)


def ids(folder: Folder, addendum: AddendumGrant | None = None) -> list[str]:
    return [file.file_id for file in folder.listed(addendum)]


def added(folder: Folder, file_id: str, addendum: AddendumGrant) -> Folder:
    return folder.with_file(attachment(file_id).model_copy(update={"added_by": addendum.addendum_id}), RULES)


def test_an_addendum_changes_the_files_and_not_what_went_with_what_stands() -> None:
    folder = added(STANDS.without("file_a", AT, FIRST), "file_c", FIRST)
    assert folder.takes(FIRST)
    assert not folder.is_open
    assert ids(folder, FIRST) == ["file_b", "file_c"]
    assert ids(folder) == ["file_a", "file_b"]
    assert all(file.is_frozen for file in folder.listed()), "the council fetches both"
    over = AddendumGrant(addendum_id="a-0", contribution_id="c-0")
    assert not folder.takes(over)
    assert not folder.has_heard_of(over)
    assert not folder.takes(None)


def test_a_discarded_addendum_leaves_the_files_as_they_were_and_touches_those_of_no_other() -> None:
    folder = added(STANDS.without("file_a", AT, FIRST), "file_c", FIRST)
    folder = added(folder.without("file_b", AT, SECOND), "file_d", SECOND)
    discarded = folder.discarded("a-1", 5, AT)
    assert ids(discarded) == ["file_a", "file_b"]
    assert ids(discarded, SECOND) == ids(folder, SECOND) == ["file_a", "file_d"]
    assert discarded.discarded("a-1", 5, AT) == discarded
    assert discarded.access_version == 5
    assert [file.state for file in discarded.files] == ["accepted", "removed", "removed", "accepted"]


def test_an_addendum_that_is_submitted_takes_the_place_of_what_stood() -> None:
    folder = added(STANDS.without("file_a", AT, FIRST), "file_c", FIRST)
    folder = folder.submitted("c-2", ids(folder, FIRST), AT + timedelta(days=1), "c-1")
    assert ids(folder) == ids(folder, FIRST) == ["file_b", "file_c"]
    assert not folder.takes(FIRST)
    assert all(file.is_frozen for file in folder.files), "what the council has got it may fetch"
    assert folder.submitted_at == AT + timedelta(days=1)
    assert folder.returned("c-2", 7).is_open


ADDENDUM = {
    "submitted": lambda folder: folder.submitted("c-1", ["file_a", "file_b"], AT),
    "replaced": lambda folder: folder.submitted("c-2", ["file_b", "file_c"], AT + timedelta(days=1), "c-1"),
    "discarded too late": lambda folder: folder.discarded("a-1", 4, AT),
    "sent back too late": lambda folder: folder.returned("c-1", 5),
}


@given(
    st.lists(st.sampled_from(sorted(ADDENDUM)), max_size=6).flatmap(lambda more: st.permutations([*ADDENDUM, *more]))
)
def test_an_addendum_ends_the_same_in_any_order(order: list[str]) -> None:
    folder = added(STANDS.without("file_a", AT, FIRST), "file_c", FIRST)
    folder = folder.model_copy(update={"contributions": {}, "submitted_at": None})
    for name in order:
        folder = ADDENDUM[name](folder)
    assert ids(folder) == ["file_b", "file_c"]
    assert (folder.submitted_at, folder.access_version) == (AT + timedelta(days=1), 5)
    assert not folder.takes(FIRST)


def test_a_folder_from_before_there_could_be_several_contributions_takes_files_too() -> None:
    old = STANDS.model_copy(update={"contributions": {}})
    assert old.has_heard_of(FIRST)
    assert old.takes(FIRST)
    folder = added(old.without("file_a", AT, FIRST), "file_c", FIRST)
    assert ids(folder.submitted("c-2", ["file_b", "file_c"], AT, "c-1")) == ["file_b", "file_c"]


def held(folder: Folder, after: timedelta = REMOVED_KEPT) -> list[str]:
    return [folder.holds(file.content.content_id, AT + after) for file in folder.files]


def test_removed_content_is_of_use_for_days_and_for_good_where_the_council_has_it() -> None:
    folder = EMPTY.with_file(attachment("file_a"), RULES).with_file(attachment("file_b"), RULES).without("file_a", AT)
    assert held(folder, REMOVED_KEPT - timedelta(seconds=1)) == ["for now", "for good"]
    assert held(folder) == ["no", "for good"]
    assert held(folder.submitted("c-1", ["file_a"], AT)) == ["for good", "for good"], "named, so it is back"
    assert held(folder.submitted("c-1", ["file_b"], AT)) == ["no", "for good"]
    assert held(STANDS.returned("c-1", 4).without("file_a", AT)) == ["for good", "for good"]
    assert held(STANDS.without("file_a", AT, FIRST)) == ["for good", "for good"]
    assert held(added(STANDS, "file_c", FIRST).discarded("a-1", 5, AT)) == ["for good", "for good", "no"]
    assert folder.holds("nobody's", AT) == "no"


def test_content_is_of_use_until_its_scan_and_not_once_it_is_refused() -> None:
    original = Content(content_id="uploaded", size=20, sha256="1" * 64)
    waiting = attachment(verdict=None).model_copy(update={"original": original})
    for verdict, uploaded, kept in ((None, "for now", "for now"), (Verdict.CLEAN, "no", "for good")):
        folder = EMPTY.with_file(waiting.settled(verdict, AT) if verdict else waiting, RULES)
        assert [folder.holds(each, AT) for each in ("uploaded", "content-file_a")] == [uploaded, kept]
    assert held(EMPTY.with_file(waiting.settled(Verdict.INFECTED, AT), RULES)) == ["no"]
