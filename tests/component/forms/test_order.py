"""Whatever tasks tells, in whatever order and however often, even at once: the contribution ends the same."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from chassis.errors import AlreadyHandled, Refused
from tests.component.forms.conftest import Forms, amended, assigned, opened, retracted

HISTORIES = 120
PREFILL = {"first_name": "Gabriel", "here_and_now": "Hi"}


async def settled(change: Awaitable[None]) -> None:
    with suppress(AlreadyHandled):
        await change


async def told(forms: Forms, random: Random | None) -> dict[str, Any]:
    """The document at the end of a task's history: in its order, or shuffled, doubled and partly at once."""
    first = opened(task_id=uuid4().hex, prefill=PREFILL)
    task_id, delegated = first.task_id, forms.service.delegated
    history: list[Callable[[], Awaitable[None]]] = [
        lambda: delegated.prepare(first, 0),
        lambda: delegated.amend(amended(task_id, 2, here_and_now="newer")),
        lambda: delegated.amend(amended(task_id, 3, here_and_now="newest")),
        lambda: delegated.hand_over(assigned(task_id, 4)),
        lambda: delegated.hand_over(assigned(task_id, 5)),
        lambda: delegated.retract(retracted(task_id, 6)),
    ]
    if random is None:
        for change in history:
            await settled(change())
    else:
        deliveries = history + random.choices(history, k=random.randrange(7))
        random.shuffle(deliveries)
        while deliveries:
            together, deliveries = deliveries[: (count := random.randint(1, 4))], deliveries[count:]
            await asyncio.gather(*(settled(change()) for change in together))
    return dict(timeless((await forms.kept(task_id)).model_dump(exclude={"task_id"})))


def timeless(document: Any) -> Any:
    """Without what differs between two tasks: its id, its times, and how many writes brought it there."""
    if isinstance(document, dict):
        differ = {"delegation_id", "at", "revision"}
        return {key: timeless(value) for key, value in document.items() if key not in differ} | (
            {"retracted_at": True} if document.get("retracted_at") else {}
        )
    return document


async def test_t16_any_order_and_repetition_of_a_tasks_history_ends_the_same(forms: Forms) -> None:
    expected = await told(forms, None)
    assert expected["opened"]["prefill"] == PREFILL
    assert expected["amended"]["prefill"] == {"here_and_now": "newest"}
    assert (expected["access_version"], expected["retracted_at"]) == (6, True)
    for seed in range(HISTORIES):
        assert await told(forms, Random(seed)) == expected, f"seed {seed}"


async def test_another_authority_changes_nothing_of_a_task(forms: Forms) -> None:
    first = opened(task_id=uuid4().hex, prefill=PREFILL)
    task_id, delegated = first.task_id, forms.service.delegated
    await delegated.prepare(first, 0)
    before = await forms.database.contributions.find_one({"_id": task_id})
    foreign = {"authority": "oxfordshire"}
    for change in (
        delegated.prepare(first.model_copy(update=foreign), 0),
        delegated.amend(amended(task_id, 2, here_and_now="newer").model_copy(update=foreign)),
        delegated.hand_over(assigned(task_id, 3).model_copy(update=foreign)),
        delegated.retract(retracted(task_id, 4).model_copy(update=foreign)),
    ):
        with pytest.raises(Refused, match="wrong_authority"):
            await change
    assert await forms.database.contributions.find_one({"_id": task_id}) == before
