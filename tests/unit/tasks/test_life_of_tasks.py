"""The service of tasks, whatever reaches it: in any order, twice, late, and from three sessions at once.

Everything comes through its use cases, on a database; what must hold after every step stands in `life.truths`.
"""

import asyncio
from functools import partial
from typing import Any, cast

import pytest
from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from chassis import clock
from chassis.database import Database
from chassis.identity import Professional
from contracts.api.tasks import Tab
from contracts.council import Assignee
from contracts.forms import DefinitionPublished
from services.tasks.usecases.lists import Asked
from tests.unit.tasks.life.councils import CouncilsSay
from tests.unit.tasks.life.others import OthersTell
from tests.unit.tasks.life.people import PeopleDo
from tests.unit.tasks.life.service import Inner, TestClock
from tests.unit.tasks.life.stage import ASSIGNEES, DELEGATIONS, GIVEN, HAPPENINGS, NAMES, START, Act
from tests.unit.tasks.life.truths import check_list, check_place, check_told

FORM = DefinitionPublished(
    form="f",
    version="1",
    owner="portal",
    title="A form",
    due_days=42,
    prefill_schema={"type": "object"},
    published_at=START,
)
TABS: list[Tab] = ["assigned", "snoozed", "retracted", "submitted"]


class LifeOfTasks(CouncilsSay, OthersTell, PeopleDo):
    """All of them together, over a database that this machine has for itself."""

    @initialize(to=ASSIGNEES, of_oxfordshire=ASSIGNEES)
    def there_are_people_groups_and_delegations(self, to: Assignee, of_oxfordshire: Assignee) -> None:
        everybody, some = [("ann", True), ("ben", False), ("cay", False)], [("cay", True), ("ben", False)]
        self.happens(
            Act("offers", lambda _: self.service.people.offer_form(FORM), ""),
            *(self.registration(name) for name in NAMES),
            *(self.definition(authority, "g-1", everybody, 1) for authority in ("bristol", "oxfordshire")),
            *(self.definition(authority, "g-2", some, 1) for authority in ("bristol", "oxfordshire")),
        )
        self.council_requests(DELEGATIONS[0], to, 30, is_dated=True, how="once")
        self.council_requests(DELEGATIONS[1], of_oxfordshire, 1, is_dated=False, how="once")

    @rule(choice=st.integers(0, 9999), given=st.fixed_dictionaries(GIVEN))
    def something_happens(self, choice: int, given: dict[str, Any]) -> None:
        """One rule for all: of thirty, Hypothesis would leave most out of an example that is as short as these."""
        able = [one for one in HAPPENINGS if any(map(one.fits, self.requested))]
        chosen = able[choice % len(able)]
        arguments = {name: given[name] for name in chosen.names}
        note(f"# {chosen.do.__name__}: {arguments}")
        act = chosen.do(self, **arguments)
        if act is not None:
            self.sent.append(act)

    @invariant()
    def every_form_waits_somewhere_or_is_over(self) -> None:
        for task in self.tasks.values():
            check_place(task, self.seen.groups)

    @invariant()
    def each_fact_is_told_once_to_each_in_an_order_that_could_have_happened(self) -> None:
        check_told(self.seen.told)

    @invariant()
    def the_list_of_one_says_what_the_forms_say(self) -> None:
        """Of one after the other; at the end of all of them."""
        self.looks(NAMES[self.steps % len(NAMES)], TABS[self.steps % len(TABS)])
        self.steps += 1

    def looks(self, name: str, tab: Tab) -> None:
        person = Professional("any", self.email_of(name), name.title())
        view = self.run(self.service.lists.of_person(person, Asked(tab=tab)))
        check_list(view, person.email, self.tasks.values(), self.seen.groups.values(), clock.now())

    def teardown(self) -> None:
        for name in NAMES:
            self.looks(name, "assigned")


@pytest.fixture
def test_clock(monkeypatch: pytest.MonkeyPatch) -> TestClock:
    moved = TestClock(START)
    monkeypatch.setattr(clock, "now", moved.now)
    return moved


def test_life_of_tasks(inner_url: str, test_clock: TestClock) -> None:
    """What fails is told as it was found: which of three is first differs from run to run, so nothing is shrunk."""
    with asyncio.Runner() as runner:
        database, inner = runner.run(opened(inner_url))
        try:
            life = cast("type[LifeOfTasks]", partial(LifeOfTasks, runner.get_loop(), inner, test_clock))
            run_state_machine_as_test(
                life,
                settings=settings(max_examples=15, stateful_step_count=30, derandomize=True, phases=[Phase.generate]),
            )
        finally:
            database.close()


async def opened(url: str) -> tuple[Database, Inner]:
    database = Database.open(url, "life_of_tasks")
    return database, await Inner.opened(database)
