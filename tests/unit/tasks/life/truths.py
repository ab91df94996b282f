"""What holds of tasks and of what is told of them, whatever has happened: AssertionError where it does not.

Somebody's addresses have the same local part.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from chassis.clock import LONDON
from contracts.addresses import address_key
from contracts.api.tasks import Tab, TaskListView
from contracts.base import Contact, Message
from contracts.council import Assignee, PersonAssignee
from contracts.portal import AboutAsk, DelegationAccepted, DelegationAssigned, DelegationOverdue, ReminderSent
from contracts.tasks import (
    AboutTask,
    AddendumDiscarded,
    AddendumStarted,
    Holder,
    TaskAssigned,
    TaskCompleted,
    TaskOpened,
    TaskRetracted,
    TaskReturned,
)
from services.tasks.model.listing import row_of
from services.tasks.model.record import LISTED_STATES, OPEN_STATES
from services.tasks.model.task import Task
from services.tasks.model.work_group import WorkGroup
from tests.unit.tasks.life.service import AUTHORITIES, Told

SAYS_DATES = {"requests", "amends", "sends back", "decides"}
_OVER = {"submitted", "retracted"}


def who(email: str | None) -> str:
    """The person behind an address."""
    return address_key(email or "").partition("@")[0]


def check_change(before: Task, after: Task, acts: Collection[str]) -> None:
    """What was said stays said; only a council moves a date; every change counts."""
    assert after == before or after.version > before.version, "every change counts"
    _check_nothing_is_unsaid(before, after)
    if before.request is None or after.request is None:
        return
    if not SAYS_DATES & {*acts}:
        assert (after.due_on, after.internal_due_on) == (before.due_on, before.internal_due_on), "the clock restarts"
    if _editors(before) - _editors(after) and after.submission is None:
        assert after.access_version > before.access_version, "who has lost it can go on"
    if "snoozes" not in acts:
        _check_snooze(before, after)
    if len(acts) == 1 and before.state in _OVER:
        _check_stays_over(before, after)


def _check_nothing_is_unsaid(before: Task, after: Task) -> None:
    assert before.request is None or after.request == before.request
    assert before.retraction is None or after.retraction == before.retraction
    assert after.moves[: len(before.moves)] == before.moves
    assert after.returns[: len(before.returns)] == before.returns
    assert [one.ask_id for one in after.asks[: len(before.asks)]] == [one.ask_id for one in before.asks]
    answered = [one for one in before.asks if one.answer is not None]
    assert all(one in after.asks for one in answered), "an answer is taken twice"
    assert [one.addendum_id for one in after.addenda[: len(before.addenda)]] == [
        one.addendum_id for one in before.addenda
    ]
    if before.submission is not None:
        known = {after.contribution_id, *after.replaced, *(one.submission.contribution_id for one in after.returns)}
        assert before.submission.contribution_id in known, "a submission is lost"


def _check_snooze(before: Task, after: Task) -> None:
    """It is its holder's own, and ends with whatever the council says."""
    said = [(len(one.amendments), len(one.returns), _answers(one), one.retraction) for one in (before, after)]
    assert after.snoozed_until is None or after.snoozed_until == before.snoozed_until
    assert after.snoozed_until is None or said[0] == said[1], "a council's word stays hidden"
    assert after.snoozed_until is None or who(after.holder.email) == who(before.holder.email)


def _answers(task: Task) -> int:
    return sum(one.answer is not None for one in task.asks)


def _check_stays_over(before: Task, after: Task) -> None:
    """What is over is changed by another address, what forms has frozen, a return of that, and an addendum."""
    assert {move.how for move in after.moves[len(before.moves) :]} <= {"readdressed"}
    assert after.asks == before.asks
    assert after.state == before.state or after.submission is not None or len(after.returns) > len(before.returns)
    if before.state == "submitted":
        assert after.retraction == before.retraction
    else:
        assert after.returns == before.returns
        assert after.addenda == before.addenda


def _editors(task: Task) -> set[str]:
    """Who may change it; of that nobody but its holder is asked, by every address that there is."""
    if task.request is None or task.state not in OPEN_STATES:
        return set()
    return {address_key(task.holder.email or "")}


def check_place(task: Task, groups: Mapping[str, WorkGroup]) -> None:
    """It waits for one person, or in an open group, or is over: never for nobody."""
    if task.request is None:
        return
    places = [task.state in LISTED_STATES and bool(task.holder.email), task.state == "in_group", task.state in _OVER]
    in_group_declined = task.state == "declined" and task.holder.kind == "work_group"
    assert places.count(True) == 1 or in_group_declined
    if task.state == "in_group":
        group = groups[f"{task.authority}:{task.holder.work_group_id}"]
        assert not group.is_closed, "it waits where nobody sees it"


def check_list(
    view: TaskListView, email: str, tasks: Iterable[Task], groups: Iterable[WorkGroup], at: datetime
) -> None:
    """Rows and counts say what the tasks say."""
    today = at.astimezone(LONDON).date()
    mine = [task for task in tasks if task.request is not None and task.is_held_by(email)]
    found: dict[Tab, set[str]] = {
        tab: {task.task_id for task in mine if _tab_of(task, today) == tab and _is_shown(task, at)}
        for tab in ("assigned", "snoozed", "retracted", "submitted")
    }
    own = {group.key for group in groups if group.has_member(email)}
    waiting = {
        task.task_id: task for task in tasks if task.request and task.state == "in_group" and _group(task) in own
    }
    assert view.counts.model_dump() == {tab: len(ids) for tab, ids in found.items()}
    assert view.waiting == len(waiting)
    rows = {task.task_id: row_of(task) for task in mine if task.task_id in found[view.tab]}
    assert {row.task_id: row for row in view.rows} == rows
    assert {row.task_id: row for row in view.group_rows} == {key: row_of(task) for key, task in waiting.items()}


def _is_shown(task: Task, at: datetime) -> bool:
    return task.is_shown(AUTHORITIES.get(task.authority), at)


def _group(task: Task) -> str:
    return f"{task.authority}:{task.holder.work_group_id}"


def _tab_of(task: Task, today: date) -> str:
    if task.state not in LISTED_STATES:
        return task.state
    return "snoozed" if task.snoozed_until and task.snoozed_until > today else "assigned"


def check_told(told: Mapping[str, Sequence[Told]]) -> None:
    """Each fact once, to each once, in an order that could have happened."""
    ids = [event_id for events in told.values() for event_id, _ in events]
    assert len(ids) == len(set(ids)), "a fact is told twice"
    for events in told.values():
        messages = [message for _, message in events]
        _check_hearing_of_services([one for one in messages if isinstance(one, AboutTask)])
        _check_hearing_of_council(messages)


def _check_hearing_of_services(told: Sequence[AboutTask]) -> None:
    is_opened, is_over, version = False, False, 0
    holder: Holder | None = None
    for event in told:
        assert event.task_version >= version, "what is older is told later"
        version = event.task_version
        _check_recipients(getattr(event, "tell", []))
        if isinstance(event, TaskOpened):
            assert not is_opened
            is_opened = True
        elif isinstance(event, TaskCompleted | TaskRetracted):
            is_over = True
        elif isinstance(event, TaskReturned):
            assert is_over
            is_over = False
        elif isinstance(event, AddendumStarted | AddendumDiscarded):
            assert is_over
        else:
            assert is_opened, event
            assert not is_over, event
        if isinstance(event, TaskAssigned):
            assert event.former is None or who(event.former.email) != who(event.person.email), "taken and given"
        elif holder is not None:
            assert who(getattr(event, "person", holder).email) == who(holder.email)
        holder = getattr(event, "person", holder)


def _check_recipients(tell: Sequence[Contact]) -> None:
    addresses = [address_key(one.email) for one in tell]
    assert len(addresses) == len(set(addresses)), "told twice"


def _check_hearing_of_council(told: Sequence[Message]) -> None:
    """Accepted, then from hand to hand, asked by whoever has it."""
    holder: Assignee | None = None
    asks: set[str] = set()
    for message in told:
        match message:
            case DelegationAccepted():
                assert holder is None
                holder = message.assigned_to
            case DelegationAssigned():
                assert holder is not None
                assert _name(message.from_) == _name(holder), "it comes from somebody who has not had it"
                # A council may insist that whoever declined it has it.
                assert message.how == "re_delegated" or _key(message.from_) != _key(message.to), "given to its holder"
                holder = message.to
            case AboutAsk():
                assert message.ask_id not in asks
                asks.add(message.ask_id)
                assert holder is not None
                assert holder.kind == "work_group" or _name(holder) == ("person", who(message.by))
            case ReminderSent() | DelegationOverdue():
                assert holder is not None


def _name(assignee: Assignee) -> tuple[str, str]:
    if isinstance(assignee, PersonAssignee):
        return "person", who(assignee.email)
    return "work_group", assignee.work_group_id


def _key(assignee: Assignee) -> str:
    return address_key(assignee.email) if isinstance(assignee, PersonAssignee) else assignee.work_group_id
