from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from chassis.council_door import check_sender
from chassis.errors import Conflict, Refused
from chassis.messaging import Delivery
from contracts.authority import Authority
from contracts.base import Contact
from contracts.council import (
    DelegationRetracted,
    DelegationReturned,
    PersonAssignee,
    Sender,
    Subject,
    WorkGroupAssignee,
)
from contracts.tasks import Holder
from services.tasks.model.facts import Amendment, Move, Request, Retraction, SubmissionFact
from services.tasks.model.record import OPEN_STATES
from services.tasks.model.task import Task
from services.tasks.model.told import whom_to_tell

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PERSON = PersonAssignee(kind="person", email="Sandra@School.example")
GROUP = WorkGroupAssignee(kind="work_group", work_group_id="wg-1")
GROUP_HOLDER = Holder(kind="work_group", work_group_id="wg-1", name="Admins")
BLANK = Task(task_id="t", authority="bristol", delegation_id="d")
BRISTOL = Authority.model_validate_json(
    b'{"code": "bristol", "brand": {"name": "B", "signature": "B", "from_address": "a@b.example", "from_name": "B"},'
    b' "support": {"practice": "p", "technical": "t"}}'
)


def a_request(assignee: PersonAssignee | WorkGroupAssignee = PERSON, **changes: object) -> Request:
    request = Request(
        digest="x",
        form="f",
        form_version="1",
        form_title="Form",
        subject=Subject(person_id="P", name="Gabriel Example"),
        assignee=assignee,
        sender=Sender(name="Chloe"),
        received_on=date(2026, 3, 1),
        due_on=date(2026, 4, 12),
        comments="",
        prefill={"a": "1"},
        requested_at=NOW,
    )
    return request.model_copy(update=changes)


def a_submission() -> SubmissionFact:
    return SubmissionFact(contribution_id="c", receipt="r", by=Contact(email="sandra@school.example"), submitted_at=NOW)


class AnyOrder(RuleBasedStateMachine):
    """Whatever the order and however often, a task is the fold of what was said about it."""

    facts = Bundle("facts")

    def __init__(self) -> None:
        super().__init__()
        self.task = BLANK
        self.told: dict[str, object] = {}
        self.moves: list[Move] = []

    @rule(target=facts, day=st.integers(0, 30), number=st.integers(0, 3), due=st.booleans())
    def council_amends(self, day: int, number: int, due: bool) -> Amendment:
        return Amendment(
            message_id=f"m{day}-{number}-{due}",
            amended_at=NOW + timedelta(days=day),
            due_on=date(2026, 5, 1) + timedelta(days=day) if due else None,
            comments=None if due else f"comment {number}",
            prefill={"b": f"{day}"},
        )

    @rule(target=facts)
    def council_requests(self) -> Request:
        return a_request()

    @rule(target=facts)
    def council_retracts(self) -> Retraction:
        return Retraction(reason="Moved", retracted_at=NOW)

    @rule(target=facts)
    def forms_tells_of_a_submission(self) -> SubmissionFact:
        return a_submission()

    @rule(target=facts)
    def forms_tells_of_a_start(self) -> datetime:
        return NOW

    @rule(fact=facts, times=st.integers(1, 3))
    def it_arrives(self, fact: object, times: int) -> None:
        for _ in range(times):
            self.task = applied(self.task, fact)
        self.told[repr(fact)] = fact

    @precondition(lambda self: self.task.request is not None)
    @rule(number=st.integers(0, 3), to_group=st.booleans())
    def somebody_re_assigns(self, number: int, to_group: bool) -> None:
        to = GROUP_HOLDER if to_group else Holder(kind="person", email=f"p{number}@school.example")
        due_on = self.task.due_on
        try:
            moved = self.task.re_assigned(to, [], Contact(email="sandra@school.example"), NOW)
        except Conflict:
            assert self.task.state not in OPEN_STATES
            return
        assert (moved.holder, moved.due_on, moved.version) == (to, due_on, self.task.version + 1)
        self.task = moved
        self.moves.append(moved.moves[-1])

    @precondition(lambda self: self.task.request is not None and self.task.state == "in_group")
    @rule(number=st.integers(0, 3))
    def a_member_picks_up(self, number: int) -> None:
        self.task = self.task.picked_up(Holder(kind="person", email=f"p{number}@school.example"), NOW)
        assert self.task.work_group == GROUP_HOLDER
        self.moves.append(self.task.moves[-1])

    @invariant()
    def it_is_what_the_right_order_gives(self) -> None:
        order: list[type[Any]] = [Request, Amendment, Retraction, datetime, SubmissionFact]
        told = sorted(self.told.values(), key=lambda fact: (order.index(type(fact)), repr(fact)))
        expected = BLANK
        for fact in told:
            expected = applied(expected, fact)
        expected = expected.model_copy(
            update={"moves": self.moves, "version": expected.version + len(self.moves)},
        )
        assert self.task == expected
        if self.task.request is not None:
            assert (self.task.state, self.task.progress) == (expected.state, expected.progress)

    @invariant()
    def one_person_at_most_has_rights(self) -> None:
        if self.task.request is not None:
            people = ["sandra@school.example", *(f"p{number}@school.example" for number in range(4))]
            holders = [email for email in people if self.task.rights_of(email, BRISTOL, NOW)]
            assert len(holders) <= 1
            assert holders == [] or self.task.is_held_by(holders[0])


def applied(task: Task, fact: object) -> Task:
    match fact:
        case Request():
            return task if task.request else task.with_request(fact)
        case Amendment():
            return task.with_amendment(fact)
        case Retraction():
            return task.with_retraction(fact)
        case SubmissionFact():
            return task.with_submission(fact)
        case datetime():
            return task.with_start(fact)
    raise TypeError(fact)


TestAnyOrder = AnyOrder.TestCase


def test_amendments_count_in_the_order_of_their_times() -> None:
    late = Amendment(message_id="1", amended_at=NOW + timedelta(days=2), due_on=date(2026, 6, 2), prefill={"b": "late"})
    early = Amendment(
        message_id="2",
        amended_at=NOW + timedelta(days=1),
        due_on=date(2026, 6, 1),
        comments="x",
        prefill={"b": "early"},
    )
    task = BLANK.with_request(a_request()).with_amendment(late).with_amendment(early)
    assert (task.due_on, task.comments, task.prefill) == (date(2026, 6, 2), "x", {"a": "1", "b": "late"})


def test_an_open_task_is_in_progress_from_its_first_answer_on_whoever_has_it() -> None:
    task = BLANK.with_request(a_request(GROUP, assignee_name="Admins"))
    assert (task.progress, task.with_start(NOW).progress) == (None, None), "nobody has it"
    sandra, tom = (Holder(kind="person", email=f"{name}@school.example") for name in ("sandra", "tom"))
    taken = task.picked_up(sandra, NOW)
    assert taken.progress == "not_started"
    moved = taken.with_start(NOW).re_assigned(tom, [], Contact(email="sandra@school.example"), NOW)
    assert moved.progress == "in_progress"
    assert moved.with_start(NOW + timedelta(days=1)) is moved
    assert moved.with_submission(a_submission()).progress is None


def test_only_the_holder_has_rights_whatever_the_case_of_the_address() -> None:
    task = BLANK.with_request(a_request())
    assert task.rights_of("sandra@school.EXAMPLE", BRISTOL, NOW) == ["read", "edit", "submit"]
    assert task.rights_of("tom@school.example", BRISTOL, NOW) == []


def test_a_mailbox_of_another_domain_has_no_rights_though_unicode_folds_the_two_together() -> None:
    task = BLANK.with_request(a_request(assignee=PersonAssignee(kind="person", email="sandra@straße.example")))
    assert task.rights_of("sandra@strasse.example", BRISTOL, NOW) == []
    assert task.rights_of("Sandra@xn--strae-oqa.example", BRISTOL, NOW) == ["read", "edit", "submit"]


@pytest.mark.parametrize(("days", "rights"), [(0, ["read"]), (29, ["read"]), (31, []), (400, [])])
def test_what_is_over_can_be_read_within_its_window_and_changed_by_nobody(days: int, rights: list[str]) -> None:
    task, later = BLANK.with_request(a_request()), NOW + timedelta(days=days)
    for over in (task.with_submission(a_submission()), task.with_retraction(Retraction(reason="", retracted_at=NOW))):
        assert over.rights_of("sandra@school.example", BRISTOL, later) == rights
        assert over.rights_of("tom@school.example", BRISTOL, later) == []


def test_a_second_pick_up_says_who_was_first() -> None:
    task = BLANK.with_request(a_request(GROUP, assignee_name="Admins"))
    taken = task.picked_up(Holder(kind="person", email="tom@school.example", name="Tom"), NOW)
    assert (taken.state, taken.version) == ("assigned", task.version + 1)
    with pytest.raises(Conflict) as caught:
        taken.picked_up(Holder(kind="person", email="sandra@school.example", name="Sandra"), NOW)
    assert caught.value.holder == "Tom"


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("both", ["Sandra@School.example", "duty@school.example"]),
        ("person", ["Sandra@School.example"]),
        ("inbox", ["duty@school.example"]),
    ],
)
def test_the_authority_decides_who_is_told(setting: str, told: list[str]) -> None:
    task = BLANK.with_request(a_request(notify_email="duty@school.example"))
    authority = BRISTOL.model_copy(update={"notify": setting})
    assert [contact.email for contact in whom_to_tell(task, authority)] == told


def a_delivery(**changes: object) -> Delivery:
    fields: dict[str, object] = {
        "queue": "q",
        "exchange": "council.inbox",
        "routing_key": "bristol.council.delegation.retracted.v1",
        "message_id": "m",
        "type": "council.delegation.retracted.v1",
        "user_id": "bristol",
        "correlation_id": None,
        "headers": {},
        "body": b"",
        "attempts": 0,
        "first_seen": NOW,
    }
    return Delivery(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"message_id": None}, "message_id_missing"),
        ({"user_id": None}, "user_id_missing"),
        ({"user_id": "oxfordshire"}, "user_id_missing"),
        ({"routing_key": "oxfordshire.council.delegation.retracted.v1", "user_id": "oxfordshire"}, "wrong_authority"),
        ({"type": "council.delegation.requested.v1"}, "type_differs"),
    ],
)
def test_an_envelope_that_does_not_fit_is_refused(changes: dict[str, object], code: str) -> None:
    message = DelegationRetracted(authority="bristol", delegation_id="d")
    with pytest.raises(Refused) as caught:
        check_sender(message, a_delivery(**changes))
    assert caught.value.code == code


def test_grants_are_void_where_it_has_changed_who_may_do_what_and_not_where_the_council_adds_something() -> None:
    task = BLANK.with_request(a_request())
    amendment = Amendment(message_id="m-1", amended_at=NOW, comments="Please hurry")
    added = task.with_amendment(amendment).with_start(NOW)
    assert added.version > task.version
    assert added.access_version == task.access_version
    moved = added.re_assigned(GROUP_HOLDER, [], Contact(email="sandra@school.example"), NOW)
    picked_up = moved.picked_up(Holder(kind="person", email="tom@school.example"), NOW)
    retracted = picked_up.with_retraction(Retraction(reason="", retracted_at=NOW))
    versions = [each.access_version for each in (added, moved, picked_up, retracted)]
    assert versions == sorted(set(versions))


def asks(comments: str = "How often?", **changed: Any) -> DelegationReturned:
    return DelegationReturned(authority="bristol", delegation_id="d", comments=comments, **changed)


def test_what_is_sent_back_is_open_for_its_holder_until_it_is_submitted_again() -> None:
    submitted = BLANK.with_request(a_request()).with_submission(a_submission())
    returned = submitted.with_return(asks(due_on=date(2026, 5, 1)), "m1", NOW)
    assert (returned.state, returned.progress, returned.due_on) == ("returned", "returned", date(2026, 5, 1))
    assert returned.rights_of("sandra@school.example", BRISTOL, NOW + timedelta(days=900)) == ["read", "edit", "submit"]
    assert returned.access_version == submitted.access_version + 1
    assert returned.contribution_id == "c"
    assert returned.with_submission(a_submission()) is returned, "told once more, it is no second one"
    again = returned.with_submission(a_submission().model_copy(update={"contribution_id": "c-2"}))
    assert (again.state, again.contribution_id) == ("submitted", "c-2")


def test_a_return_is_known_by_its_id_or_by_its_words() -> None:
    returned = BLANK.with_request(a_request()).with_submission(a_submission()).with_return(asks(), "m1", NOW)
    assert returned.was_returned_by(asks("Else"), "m1")
    assert returned.was_returned_by(asks(), "m2")
    assert returned.was_returned_by(asks(contribution_id="c"), "m2")
    assert not returned.was_returned_by(asks("Else"), "m2")
    assert not returned.was_returned_by(asks(contribution_id="c-2"), "m2")


def test_a_form_that_was_sent_back_can_be_withdrawn_or_moved() -> None:
    returned = BLANK.with_request(a_request()).with_submission(a_submission()).with_return(asks(), "m1", NOW)
    assert returned.with_retraction(Retraction(reason="Moved", retracted_at=NOW)).state == "retracted"
    in_group = returned.re_assigned(GROUP_HOLDER, [], Contact(email="sandra@school.example"), NOW)
    assert in_group.state == "in_group"
    picked_up = in_group.picked_up(Holder(kind="person", email="tom@school.example"), NOW)
    assert picked_up.state == "returned"
    with pytest.raises(Conflict, match="Somebody else"):
        picked_up.picked_up(Holder(kind="person", email="ann@school.example"), NOW)


def test_the_date_is_the_one_said_last_by_amendment_or_return() -> None:
    amended = Amendment(message_id="m0", amended_at=NOW + timedelta(days=2), due_on=date(2026, 6, 1))
    returned = BLANK.with_request(a_request()).with_submission(a_submission())
    returned = returned.with_return(asks(due_on=date(2026, 5, 1)), "m1", NOW + timedelta(days=1))
    assert returned.with_amendment(amended).due_on == date(2026, 6, 1)
    early = amended.model_copy(update={"amended_at": NOW})
    assert returned.with_amendment(early).due_on == date(2026, 5, 1)


def test_a_receipt_of_what_was_sent_back_starts_no_clock() -> None:
    returned = BLANK.with_request(a_request()).with_submission(a_submission()).with_return(asks(), "m1", NOW)
    assert returned.with_receipt("c", NOW) is returned
    again = returned.with_submission(a_submission().model_copy(update={"contribution_id": "c-2"}))
    assert again.with_receipt("c", NOW) is again
    received = again.with_receipt("c-2", NOW).submission
    assert received is not None
    assert received.received_at == NOW


def test_a_new_address_takes_a_form_along_in_whatever_state() -> None:
    to = Holder(kind="person", email="sandra@college.example", name="Sandra")
    task = BLANK.with_request(a_request())
    over = task.with_submission(a_submission())
    for before in (task, over, over.with_return(asks(), "m1", NOW)):
        after = before.readdressed(to, NOW)
        assert (after.state, after.due_on) == (before.state, before.due_on)
        assert after.rights_of("sandra@college.example", BRISTOL, NOW) == before.rights_of(PERSON.email, BRISTOL, NOW)
        assert after.rights_of(PERSON.email, BRISTOL, NOW) == []
        assert not after.was_taken_from(PERSON.email), "nobody has taken it from them"
        assert after.access_version == before.access_version + 1
