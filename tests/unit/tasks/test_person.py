"""Addresses that somebody had, one after the other, in whatever order that is heard; and those in groups."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.base import Profile
from contracts.council import Member
from services.tasks.model.person import RegisteredPerson
from services.tasks.model.work_group import WorkGroup

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FIRST = RegisteredPerson(account_id="a", email="first@school.example", name="Sandra", registered_at=AT)
MOVES = [
    ("second@school.example", "first@school.example", AT + timedelta(days=1)),
    ("third@school.example", "second@school.example", AT + timedelta(days=2)),
    ("First@school.example", "third@school.example", AT + timedelta(days=3)),
    ("fourth@school.example", "First@school.example", AT + timedelta(days=4)),
]


@given(st.lists(st.sampled_from(MOVES), max_size=6).flatmap(lambda more: st.permutations([*MOVES, *more])))
def test_whatever_the_order_the_last_address_counts_and_all_before_are_known(
    order: list[tuple[str, str, datetime]],
) -> None:
    person = FIRST
    for move in order:
        person = person.readdressed(*move)
    assert person.email == "fourth@school.example"
    assert {each.casefold() for each in person.former} == {
        "first@school.example",
        "second@school.example",
        "third@school.example",
    }
    assert len(person.former) == 3
    assert person.readdressed(*MOVES[-1]) is person


def test_of_two_names_and_roles_the_later_one_counts_in_whatever_order_heard() -> None:
    first = ("Sandra Smith", "Teacher", "Hill View", AT + timedelta(days=1))
    second = ("Sandra Jones", "SENCO", "Hill Top", AT + timedelta(days=2))
    after = FIRST.renamed(*first).renamed(*second)
    assert (after.name, after.role, after.organisation) == ("Sandra Jones", "SENCO", "Hill Top")
    late = FIRST.renamed(*second)
    assert late.renamed(*first) is late
    assert late.renamed(*second) is late


def test_of_whoever_is_gone_nothing_is_kept_again_that_comes_late() -> None:
    gone = FIRST.gone()
    assert gone.readdressed(*MOVES[0]) is gone
    assert gone.renamed("Sandra Smith", "Teacher", "Hill Top", AT + timedelta(days=1)) is gone


def test_a_former_address_is_given_up_and_no_other() -> None:
    person = FIRST.readdressed(*MOVES[0]).readdressed(*MOVES[1])
    assert person.without_former("FIRST@school.example").former == ["second@school.example"]
    assert person.without_former("else@school.example") is person


def test_a_member_keeps_their_place_and_is_there_once() -> None:
    members = [Member(email="first@school.example", is_manager=True), Member(email="tom@school.example")]
    group = WorkGroup(authority="bristol", work_group_id="w", name="W", email=None, members=members, version=1)
    moved = group.readdressed("First@school.example", "second@school.example")
    assert [(member.email, member.is_manager) for member in moved.members] == [
        ("second@school.example", True),
        ("tom@school.example", False),
    ]
    assert moved.version == 1
    assert moved.readdressed("first@school.example", "second@school.example") is moved
    both = group.model_copy(update={"members": [*members, Member(email="second@school.example")]})
    assert len(both.readdressed("first@school.example", "second@school.example").members) == 2


KEPT = Profile(works_for=["Hill View School"])
LATER, LATEST = AT + timedelta(days=1), AT + timedelta(days=2)


def test_of_two_profiles_the_later_one_counts_in_whatever_order_heard() -> None:
    after = FIRST.profiled(KEPT, LATEST)
    assert (after.profile, after.said_at) == (KEPT, LATEST)
    assert after.profiled(Profile(), LATER) is after
    assert after.profiled(Profile(), LATEST) is after


def test_a_profile_is_told_to_each_authority_once_and_again_when_its_person_says_something_else() -> None:
    person = FIRST.profiled(KEPT, LATER)
    assert person.untold(["bristol", "oxfordshire"]) == ["bristol", "oxfordshire"]
    person = person.with_told(["bristol"])
    assert person.untold(["bristol", "oxfordshire"]) == ["oxfordshire"]
    assert person.renamed("Sandra Jones", "SENCO", "Hill View", LATEST).untold(["bristol"]) == ["bristol"]
    assert person.readdressed(*MOVES[1]).untold(["bristol"]) == ["bristol"]
    assert person.without_former("else@school.example").untold(["bristol"]) == []


def test_who_was_told_hears_that_there_is_none_any_more_and_who_was_not_hears_nothing() -> None:
    person = FIRST.profiled(KEPT, LATER).with_told(["bristol"]).profiled(Profile(), LATEST)
    assert person.untold(["bristol", "oxfordshire"]) == ["bristol"]
    assert FIRST.renamed("Sandra Jones", "SENCO", "", LATER).untold(["bristol"]) == []


def test_nothing_of_a_profile_is_left_of_whoever_has_closed_their_account() -> None:
    person = FIRST.renamed("S", "SENCO", "Hill View", LATER).profiled(KEPT, LATER).with_told(["bristol"]).gone()
    assert (person.role, person.organisation, person.profile, person.told_to) == ("", "", Profile(), {})
    assert person.profiled(KEPT, LATEST) is person
    assert person.renamed("Sandra Jones", "SENCO", "", LATEST) is person
