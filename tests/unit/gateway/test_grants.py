"""A grant that the council's news has overtaken is given anew, once, and only then."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chassis import clock
from chassis.errors import Conflict, Forbidden, Unavailable
from chassis.identity import Professional
from contracts.api.tasks import GrantView
from services.gateway.form import draft_editing
from services.gateway.form.draft_editing import OpenTask, granted, open_to_autosave, until_submitted
from services.gateway.kit.cache import LruCache
from services.gateway.kit.gateway import Gateway
from tests.unit.gateway.samples import task

HOUR = timedelta(hours=1)
SANDRA = Professional(account_id="a", email="s@school.example", name="Sandra", role="SENCO", organisation="Hill View")


async def outcome(codes: Sequence[str]) -> tuple[list[str], str]:
    """The grants asked by, where forms refuses with these codes in turn, and what came of it."""
    asked: list[str] = []

    async def grant(*_: Any) -> Any:
        return SimpleNamespace(grant="newer", task=task())

    async def ask(by: str) -> str:
        asked.append(by)
        if len(asked) <= len(codes):
            raise Forbidden(codes[len(asked) - 1])
        return "saved"

    gateway = cast("Gateway", SimpleNamespace(tasks=SimpleNamespace(grant=grant), grants=LruCache(1)))
    try:
        return asked, await granted(gateway, OpenTask(SANDRA, "older", task()), ask)
    except Forbidden as refused:
        return asked, refused.code


@pytest.mark.parametrize(
    ("codes", "asked", "end"),
    [
        ([], ["older"], "saved"),
        (["grant_outdated"], ["older", "newer"], "saved"),
        (["grant_outdated", "grant_outdated"], ["older", "newer"], "grant_outdated"),
        (["right_missing"], ["older"], "right_missing"),
    ],
)
async def test_an_outdated_grant_is_given_anew_once(codes: list[str], asked: list[str], end: str) -> None:
    assert await outcome(codes) == (asked, end)


class Tasks:
    """Grants what is asked for, and counts."""

    def __init__(self, state: str = "assigned") -> None:
        self.state = state
        self.asked = 0

    async def grant(self, *_: Any) -> GrantView:
        self.asked += 1
        return GrantView(grant=f"grant-{self.asked}", task=task().model_copy(update={"state": self.state}))


@pytest.mark.parametrize(("later", "asked"), [(timedelta(seconds=59), 1), (timedelta(seconds=61), 2), (-HOUR, 2)])
async def test_a_page_that_is_typed_in_saves_by_the_grant_of_the_last_minute(
    monkeypatch: pytest.MonkeyPatch, later: timedelta, asked: int
) -> None:
    tasks, at = Tasks(), clock.now()
    gateway = cast("Gateway", SimpleNamespace(tasks=tasks, grants=LruCache(9)))
    monkeypatch.setattr(clock, "now", lambda: at)
    await open_to_autosave(gateway, SANDRA, "t-1")
    monkeypatch.setattr(clock, "now", lambda: at + later)
    assert (await open_to_autosave(gateway, SANDRA, "t-1")).grant == f"grant-{asked}"
    await open_to_autosave(gateway, replace(SANDRA, account_id="b"), "t-1")
    await open_to_autosave(gateway, SANDRA, "t-2")
    assert tasks.asked == asked + 2


async def test_a_withdrawn_task_is_no_grant_to_keep() -> None:
    tasks = Tasks("retracted")
    gateway = cast("Gateway", SimpleNamespace(tasks=tasks, grants=LruCache(9)))
    for _ in range(2):
        with pytest.raises(Conflict, match="retracted"):
            await open_to_autosave(gateway, SANDRA, "t-1")
    assert tasks.asked == 2


async def test_a_save_whose_grant_is_void_says_that_the_council_has_withdrawn_the_form() -> None:
    async def ask(_: str) -> str:
        raise Forbidden("grant_outdated")

    gateway = cast("Gateway", SimpleNamespace(tasks=Tasks("retracted"), grants=LruCache(9)))
    with pytest.raises(Conflict, match="retracted"):
        await granted(gateway, OpenTask(SANDRA, "older", task()), ask, to_edit=True)


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        (["submitted"], 1),
        (["assigned", "returned", "submitted"], 3),
        (["assigned"] * 9, 5),
        ([Unavailable("tasks")], 1),
    ],
)
async def test_who_has_submitted_waits_a_moment_until_their_list_says_so(
    monkeypatch: pytest.MonkeyPatch, told: list[Any], asked: int
) -> None:
    looks = iter(told)

    class Hearing(Tasks):
        async def grant(self, *_: Any) -> GrantView:
            self.state = next(looks)
            if isinstance(self.state, Exception):
                self.asked += 1
                raise self.state
            return await super().grant()

    tasks = Hearing()
    monkeypatch.setattr(draft_editing, "_ASKED_AFTER", (0.0,) * 5)
    await until_submitted(cast("Gateway", SimpleNamespace(tasks=tasks)), OpenTask(SANDRA, "older", task()))
    assert tasks.asked == asked
