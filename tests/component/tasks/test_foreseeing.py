"""The dates that a form would get, over HTTP: those of a request that says the same, or its refusal."""

from typing import Any

import pytest

from tests.component.tasks.conftest import FORM, Tasks
from tests.component.tasks.test_asks import Delegated
from tests.component.tasks.test_delegations import ACCEPTED, new_email, new_id
from tests.component.tasks.test_undated import form
from tests.support.eventually import eventually
from tests.support.service import council

__all__ = ["form"]
RECEIVED = {"received_on": "2031-01-02"}


async def ask(tasks: Tasks, authority: str = "bristol", **query: str) -> tuple[int, dict[str, Any]]:
    answer = await tasks.client.get("/due-dates", params=query, headers=council(tasks.key, "tasks", authority))
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    "said",
    [
        RECEIVED,
        {**RECEIVED, "due_on": "2031-02-01"},
        {**RECEIVED, "internal_due_on": "2031-01-20"},
        {**RECEIVED, "due_on": "2031-02-01", "internal_due_on": "2031-02-01"},
    ],
)
async def test_it_is_what_a_delegation_gets(tasks: Tasks, said: dict[str, str]) -> None:
    status, foreseen = await ask(tasks, form=FORM, **said)
    assert status == 200
    one = Delegated(tasks, new_id(), new_email())
    await tasks.council.delegate(one.delegation_id, one.email, **{"due_on": None, **said})
    accepted = await one.hears(ACCEPTED)
    for name in ("due_on", "internal_due_on"):
        assert foreseen.get(name) == accepted.get(name)
    view = await tasks.client.get(f"/tasks/{one.task_id}", headers=tasks.as_person(one.email))
    task = view.json()
    assert (foreseen["due"], foreseen["target_on"]) == (task["due"], task["target_on"])
    assert foreseen["reminders"]
    assert foreseen["form_title"] == task["form_title"]


async def test_each_council_gets_the_date_that_it_works_to_and_a_form_without_a_date_none(
    tasks: Tasks, form: str
) -> None:
    dates = {**RECEIVED, "due_on": "2031-02-01", "internal_due_on": "2031-01-20"}
    targets = [(await ask(tasks, by, form=FORM, **dates))[1]["target_on"] for by in ("bristol", "oxfordshire")]
    assert targets == ["2031-02-01", "2031-01-20"]

    async def is_known() -> dict[str, Any] | None:
        status, view = await ask(tasks, form=form)
        return view if status == 200 else None

    undated = await eventually(is_known)
    assert (undated["due_on"], undated["target_on"]) == (None, None)
    assert (await ask(tasks, "oxfordshire", form=form))[0] == 422, "a form of another council's"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, (400, "invalid_parameter", "/form")),
        ({"form": ""}, (400, "invalid_parameter", "/form")),
        ({"form": "no-such-form"}, (422, "unknown_form", "/form")),
        ({"form": FORM, "due_on": "20310201"}, (400, "invalid_parameter", "/due_on")),
        ({"form": FORM, "received_on": "2031-02-30"}, (400, "invalid_parameter", "/received_on")),
        ({"form": FORM, "internal_due_on": "2200-01-01"}, (400, "invalid_parameter", "/internal_due_on")),
        ({"form": FORM, "recieved_on": "2031-01-02"}, (400, "invalid_parameter", "/recieved_on")),
        (
            {"form": FORM, **RECEIVED, "internal_due_on": "2031-02-14"},
            (422, "internal_date_after_due_date", "/internal_due_on"),
        ),
    ],
)
async def test_what_a_request_would_be_refused_for_is_refused(
    tasks: Tasks, query: dict[str, str], expected: tuple[int, str, str]
) -> None:
    status, problem = await ask(tasks, **query)
    assert (status, problem["code"], problem["field"]) == expected
    assert problem["detail"]


async def test_nobody_but_a_council_asks(tasks: Tasks) -> None:
    answer = await tasks.client.get("/due-dates", params={"form": FORM}, headers=tasks.as_person(new_email()))
    assert answer.status_code in {401, 403}
