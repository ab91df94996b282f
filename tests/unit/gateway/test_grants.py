"""A grant that the council's news has overtaken is given anew, once, and only then."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chassis.errors import Forbidden
from chassis.identity import Professional
from services.gateway.form.draft_editing import OpenTask, granted
from services.gateway.kit.gateway import Gateway
from tests.unit.gateway.samples import task

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

    gateway = cast("Gateway", SimpleNamespace(tasks=SimpleNamespace(grant=grant)))
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
