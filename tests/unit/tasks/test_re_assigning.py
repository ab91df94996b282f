"""Who may re-assign which task, to whom, and who is told (requirements F87-F92)."""

from datetime import timedelta

import pytest

from chassis.errors import Conflict, Forbidden, NotFound
from contracts.base import Contact
from contracts.council import Member, PersonAssignee, WorkGroupAssignee
from contracts.tasks import Holder
from services.tasks.model.absence import Absence
from services.tasks.model.facts import Retraction
from services.tasks.model.listing import row_of
from services.tasks.model.person import RegisteredPerson
from services.tasks.model.re_assigning import MOST_SHOWN, Reach, choices, chosen, reach_of, shared
from services.tasks.model.task import Task
from services.tasks.model.told import whom_it_was_taken_from, whom_to_tell, whom_to_tell_of
from services.tasks.model.work_group import WorkGroup
from tests.unit.tasks.test_task import BLANK, BRISTOL, GROUP, NOW, a_request, a_submission

MORAG, TOM, SANDRA = "morag@school.example", "tom@school.example", "sandra@school.example"
NAMES = {TOM: "Tom Professional"}
PEOPLE = {TOM: RegisteredPerson(account_id="t", email=TOM, name="Tom Professional", registered_at=NOW)}
TODAY = NOW.date()


def a_group(number: int = 1, *emails: str, email: str | None = None) -> WorkGroup:
    members = [Member(email=MORAG, is_manager=True), *(Member(email=one) for one in emails or (TOM, SANDRA))]
    return WorkGroup(
        authority="bristol",
        work_group_id=f"wg-{number}",
        name=f"Group {number}",
        email=email,
        members=members,
        version=1,
    )


def a_person(email: str) -> PersonAssignee:
    return PersonAssignee(kind="person", email=email)


def waiting() -> Task:
    return BLANK.with_request(a_request(GROUP, assignee_name="Group 1", inbox=[Contact(email="one@school.example")]))


def picked_up(by: str = TOM) -> Task:
    return waiting().picked_up(Holder(kind="person", email=by), NOW)


@pytest.mark.parametrize("email", [TOM, TOM.upper(), MORAG])
def test_the_holder_may_and_whoever_manages_the_group_it_was_picked_up_from(email: str) -> None:
    reach_of(picked_up(), email, [a_group()], None)


def test_somebody_else_does_not_even_learn_that_it_is_there() -> None:
    for managed in ([], [a_group(2)]):
        with pytest.raises(NotFound):
            reach_of(picked_up(), MORAG, managed, a_group())
    delegated = BLANK.with_request(a_request(a_person(TOM)))
    with pytest.raises(NotFound):
        reach_of(delegated, MORAG, [a_group()], None)


def test_a_holder_who_manages_nothing_gives_back_to_the_group_or_passes_to_its_managers() -> None:
    reach = reach_of(picked_up(), TOM, [], a_group())
    assert [one.work_group_id for one in reach.groups] == ["wg-1"]
    assert list(reach.people) == [MORAG]
    with pytest.raises(Forbidden) as caught:
        chosen(a_person(SANDRA), reach, NAMES)
    assert caught.value.code == "not_to_them"


@pytest.mark.parametrize("origin", [None, a_group().model_copy(update={"members": []})])
def test_a_holder_who_manages_nothing_of_a_form_without_an_open_group_may_not(origin: WorkGroup | None) -> None:
    with pytest.raises(Forbidden) as caught:
        reach_of(picked_up(), TOM, [], origin)
    assert caught.value.code == "manages_no_group"


def test_a_former_holder_is_told_unless_they_gave_it_away() -> None:
    to = Holder(kind="person", email=SANDRA)
    taken = picked_up().re_assigned(to, [], Contact(email=MORAG, name="Morag Manager"), NOW)
    assert whom_it_was_taken_from(picked_up(), taken.moves[-1]) == Contact(email=TOM)
    given = picked_up().re_assigned(to, [], Contact(email=TOM), NOW)
    assert whom_it_was_taken_from(picked_up(), given.moves[-1]) is None
    assert whom_it_was_taken_from(waiting(), picked_up().moves[-1]) is None


def test_whoever_declined_a_form_and_is_asked_again_is_told_of_that_and_not_that_it_was_taken_from_them() -> None:
    insisted = picked_up().re_delegated(Holder(kind="person", email=TOM.upper()), [], BRISTOL, NOW)
    assert whom_it_was_taken_from(picked_up(), insisted.moves[-1]) is None
    assert [one.email for one in whom_to_tell_of(insisted.moves[-1])] == [TOM.upper()]


def test_what_waits_is_given_out_by_whoever_manages_its_group_and_by_nobody_else() -> None:
    reach = reach_of(waiting(), MORAG, [a_group()], None)
    assert [one.name for one in reach.groups] == ["Group 1"]
    assert choices([waiting()], MORAG, reach, {}, {}, "", TODAY).groups == [], "it waits there already"
    with pytest.raises(NotFound):
        reach_of(waiting(), SANDRA, [], a_group())


def test_several_go_to_whomever_each_of_them_may_go() -> None:
    first, second = a_group(1, SANDRA, TOM), a_group(2, TOM)
    wide = Reach(groups=[first, second], people={TOM: TOM, SANDRA: SANDRA})
    narrow = Reach(groups=[second], people={TOM: TOM})
    assert shared([wide, wide]) == wide
    assert shared([wide, narrow]) == shared([narrow, wide]) == narrow


def test_what_is_over_stays_where_it_is() -> None:
    over = [
        picked_up().with_submission(a_submission()),
        picked_up().with_retraction(Retraction(reason="", retracted_at=NOW)),
    ]
    for task in over:
        with pytest.raises(Conflict) as caught:
            reach_of(task, MORAG, [a_group()], None)
        assert caught.value.code == "not_open"


def test_only_managed_groups_and_their_members_can_be_chosen() -> None:
    managed = [a_group(email="one@school.example"), a_group(2, "ada@school.example")]
    reach = reach_of(picked_up(), MORAG, managed, None)
    person, nobody = chosen(a_person("TOM@school.example"), reach, NAMES)
    assert (person.email, person.name, nobody) == (TOM, "Tom Professional", [])
    group, inbox = chosen(WorkGroupAssignee(kind="work_group", work_group_id="wg-1"), reach, NAMES)
    assert (group.work_group_id, group.name, [one.email for one in inbox]) == (
        "wg-1",
        "Group 1",
        ["one@school.example"],
    )
    for to in (a_person("stranger@school.example"), WorkGroupAssignee(kind="work_group", work_group_id="wg-3")):
        with pytest.raises(Forbidden) as caught:
            chosen(to, reach, NAMES)
        assert caught.value.code == "not_to_them"


def test_choices_are_found_by_name_and_address_without_the_holder() -> None:
    managed = [a_group(), a_group(2, TOM, SANDRA.upper())]
    reach = reach_of(picked_up(SANDRA), MORAG, managed, None)
    everybody = choices([picked_up(SANDRA)], MORAG, reach, PEOPLE, {TOM: 3}, "", TODAY)
    users = [(one.email, one.name, one.open_tasks) for one in everybody.users]
    assert users == [(MORAG, "", 0), (TOM, "Tom Professional", 3)]
    assert ([one.name for one in everybody.groups], everybody.choices, everybody.is_own) == (
        ["Group 1", "Group 2"],
        4,
        False,
    )
    found = choices([picked_up(SANDRA)], MORAG, reach, PEOPLE, {}, "professional TOM", TODAY)
    assert ([one.email for one in found.users], found.groups, found.choices) == ([TOM], [], 4)


def test_many_choices_are_shown_in_part_and_counted() -> None:
    emails = [f"p{number:03}@school.example" for number in range(120)]
    reach = reach_of(picked_up(), TOM, [a_group(1, *emails)], None)
    view = choices([picked_up()], TOM, reach, {}, {}, "", TODAY)
    assert (len(view.users), view.users_found, view.suggestion) == (MOST_SHOWN, 121, None)


def test_whoever_is_suggested_is_shown_however_many_there_are_and_only_where_the_words_fit() -> None:
    emails = [f"p{number:03}@school.example" for number in range(120)]
    reach = reach_of(picked_up(), MORAG, [a_group(1, *emails)], None)
    zoe = RegisteredPerson(account_id="z", email=emails[-1], name="Zoe Professional", registered_at=NOW)
    view = choices([picked_up()], MORAG, reach, {zoe.email: zoe}, {}, "", TODAY)
    assert view.suggestion is not None
    assert view.suggestion.name == "Zoe Professional"
    assert ([one.email for one in view.users][:2], len(view.users)) == ([zoe.email, MORAG], MOST_SHOWN)
    narrowed = choices([picked_up()], MORAG, reach, {zoe.email: zoe}, {}, "p00", TODAY)
    assert ([one.email for one in narrowed.users], narrowed.suggestion) == (emails[:10], view.suggestion)


@pytest.mark.parametrize(("first", "last", "shown"), [(-1, 0, True), (0, 9, True), (-9, -1, False), (1, 9, False)])
def test_a_choice_says_until_when_they_are_away_today(first: int, last: int, shown: bool) -> None:
    from_on, to_on = (TODAY + timedelta(days=days) for days in (first, last))
    absence = Absence(text="On leave", from_on=from_on, to_on=to_on)
    tom = RegisteredPerson(account_id="t", email=TOM, name="Tom", registered_at=NOW, absence=absence)
    reach = reach_of(picked_up(SANDRA), MORAG, [a_group(1, TOM)], None)
    view = choices([picked_up(SANDRA)], MORAG, reach, {TOM: tom}, {}, "", TODAY)
    assert {one.away_until for one in view.users if one.email == TOM} == {to_on if shown else None}


def test_a_task_moved_to_another_group_waits_there_and_is_picked_up_from_there() -> None:
    to = Holder(kind="work_group", work_group_id="wg-2", name="Group 2")
    moved = picked_up().re_assigned(to, [Contact(email="two@school.example")], Contact(email=MORAG), NOW)
    assert (moved.state, row_of(moved).work_group_name, moved.due_on) == ("in_group", "Group 2", picked_up().due_on)
    assert [one.email for one in whom_to_tell(moved, BRISTOL)] == ["two@school.example"]
    taken = moved.picked_up(Holder(kind="person", email=SANDRA), NOW)
    assert taken.work_group == to
    assert taken.rights_of(SANDRA, BRISTOL, NOW)
    assert not taken.rights_of(TOM, BRISTOL, NOW)


def test_the_new_holder_is_told_and_whoever_took_it_is_not() -> None:
    given = picked_up().re_assigned(Holder(kind="person", email=SANDRA), [], Contact(email=MORAG), NOW)
    assert [one.email for one in whom_to_tell_of(given.moves[-1])] == [SANDRA]
    taken = picked_up().re_assigned(Holder(kind="person", email=MORAG), [], Contact(email=MORAG.upper()), NOW)
    assert whom_to_tell_of(taken.moves[-1]) == []
    assert whom_to_tell_of(picked_up().moves[-1]) == []
