"""What people do with forms, as the API of tasks offers it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from chassis import clock
from chassis.identity import Professional
from chassis.outbox import task_id_of
from contracts.api.absences import AbsenceBody, SubstituteEntry
from contracts.api.tasks import AddendumBody, DeclineBody, ExtensionBody, PartDeclineBody
from contracts.council import (
    Assignee,
)
from contracts.submission import FormSection
from services.tasks.model.record import OPEN_STATES
from tests.unit.tasks.life.stage import (
    NAMES,
    Act,
    Delegation,
    How,
    Stage,
    happening,
    is_added_to,
    is_any,
    is_in_group,
    is_open,
    is_snoozed,
    is_submitted,
    often,
    seldom,
)


class PeopleDo(Stage):
    """Each act of a person."""

    def does(self, name: str, how: How, by: str, do: Callable[[Professional], Awaitable[object]]) -> Act:
        """As they were signed in when they did it; whoever has no account any more has a page that is still open."""
        person = self.people.get(by) or Professional("gone", f"{by}@school.example", by.title())
        return self.comes(name, how, lambda _: do(person))

    @happening(is_in_group)
    def somebody_picks_up(self, which: Delegation, by: str, how: How) -> Act:
        which = self.fitting(which, is_in_group)
        return self.does(
            "picks up", how, self.one(by, which), lambda one: self.service.work.pick_up(one, task_id_of(*which))
        )

    @happening(is_in_group)
    def three_pick_up_at_once(self, which: Delegation) -> None:
        """One has it, and the others hear that."""
        which = self.fitting(which, is_in_group)
        before = self.task(which)
        acts = [
            Act("picks up", partial(self.pick_up, which, self.people[name]), "")
            for name in NAMES
            if name in self.people
        ]
        outcomes = self.happens(*acts)
        if before.request is not None and before.state == "in_group":
            assert outcomes.count("done") == (
                self.task(which).state == "assigned" or self.task(which).state == "returned"
            )
        elif before.request is not None and before.state in OPEN_STATES:
            assert self.task(which) == before

    async def pick_up(self, which: Delegation, person: Professional, _: str) -> None:
        await self.service.work.pick_up(person, task_id_of(*which))

    @happening(is_open)
    def somebody_re_assigns(self, which: Delegation, by: str, to: Assignee, how: How) -> Act:
        which = self.fitting(which, is_open)
        re_assign = self.service.re_assigning.re_assign
        return self.does("re-assigns", how, self.one(by, which), lambda one: re_assign(one, task_id_of(*which), to))

    @happening(is_any)
    def somebody_is_away(self, name: str, instead: Assignee | None, authority: str, how: How) -> Act:
        today = clock.today()
        entries = [SubstituteEntry(authority=authority, to=one) for one in [instead] if one]
        body = AbsenceBody(text="Away", from_on=today, to_on=today + timedelta(days=5), substitutes=entries)
        # Said again it is told again: it counts from then.
        how = "later" if how == "later" else "once"
        return self.does("is away", how, name, lambda one: self.service.absences.set(one, body))

    @seldom(is_any)
    def somebody_is_back(self, name: str) -> Act:
        return self.does("is back", "twice", name, self.service.absences.clear)

    @happening(is_open)
    def somebody_declines(self, which: Delegation, by: str, how: How) -> Act:
        which = self.fitting(which, is_open)
        body = DeclineBody(reason_code="other", explanation="I do not know this child.")
        return self.does(
            "declines", how, self.one(by, which), lambda one: self.service.asks.decline(one, task_id_of(*which), body)
        )

    @happening(is_open)
    def somebody_declines_a_part(self, which: Delegation, by: str, key: str, how: How) -> Act:
        which = self.fitting(which, is_open)
        sections = [FormSection(key=key, title="A part")]
        others = [one for one in ("p-1", "p-2", "p-3") if one != key]
        body = PartDeclineBody(reason_code="other", explanation="No", sections=sections, going_on_with=others)
        decline = self.service.asks.decline_parts
        return self.does(
            "declines a part", how, self.one(by, which), lambda one: decline(one, task_id_of(*which), body)
        )

    @happening(is_open)
    def somebody_asks_for_time(self, which: Delegation, by: str, days: int, how: How) -> Act:
        which = self.fitting(which, is_open)
        until = clock.today() + timedelta(days=60 + days)
        body = ExtensionBody(reason_code="other", explanation="We are all ill.", until=until)
        ask = self.service.asks.ask_for_time
        return self.does("asks for time", how, self.one(by, which), lambda one: ask(one, task_id_of(*which), body))

    @often(is_submitted)
    def somebody_adds(self, which: Delegation, by: str, how: How) -> Act:
        which = self.fitting(which, is_submitted)
        body = AddendumBody(reason="A date was wrong.")
        return self.does(
            "adds", how, self.one(by, which), lambda one: self.service.addenda.begin(one, task_id_of(*which), body)
        )

    @often(is_added_to)
    def somebody_discards_what_they_add(self, which: Delegation, by: str, how: How) -> Act:
        which = self.fitting(which, is_added_to)
        return self.does(
            "discards", how, self.one(by, which), lambda one: self.service.addenda.discard(one, task_id_of(*which))
        )

    @happening(is_open)
    def somebody_snoozes(self, several: list[Delegation], by: str, days: int, how: How) -> Act:
        until, ids = clock.today() + timedelta(days=days), [task_id_of(*one) for one in several]
        return self.does(
            "snoozes", how, self.one(by, several[0]), lambda one: self.service.snoozing.snooze(one, ids, until)
        )

    @happening(is_snoozed)
    def somebody_wants_it_back_in_the_list(self, which: Delegation, by: str, how: How) -> Act:
        show_again = self.service.snoozing.show_again
        return self.does("shows again", how, self.one(by, which), lambda one: show_again(one, [task_id_of(*which)]))
