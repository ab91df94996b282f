"""Codes and versions of forms belong to their owner: an authority's own form goes before the portal's."""

from uuid import uuid4

import pytest

from chassis import clock
from contracts.forms import DefinitionPublished
from tests.component.tasks.conftest import Tasks
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually


@pytest.mark.parametrize("newest", ["portal", "bristol", "oxfordshire"])
async def test_a_delegation_uses_the_authoritys_own_form_whoever_published_last(
    tasks: Tasks, shared_broker: Broker, newest: str
) -> None:
    code = f"form-{uuid4().hex[:8]}"
    for owner in sorted(("portal", "bristol", "oxfordshire"), key=newest.__eq__):
        event = DefinitionPublished(
            form=code,
            version="99.0",
            owner=owner,
            title=f"Of {owner}",
            due_days=42,
            prefill_schema={},
            published_at=clock.now(),
        )
        await publish(shared_broker, "forms", event)
        await eventually(lambda owner=owner: tasks.database["forms"].find_one({"_id": f"{owner}:{code}"}))  # type: ignore[misc]
    delegation_id = f"LCS-{uuid4().hex[:10]}"
    await tasks.council.delegate(delegation_id, form=code, prefill={})
    opened = await tasks.recorder.expect("tasks.task.opened.v1", delegation_id=delegation_id)
    assert (opened["form_owner"], opened["form_title"]) == ("bristol", "Of bristol")
