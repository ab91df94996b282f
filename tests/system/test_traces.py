"""A whole portal that exports its traces: what belongs together is found together, and nothing personal leaves."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest

from chassis import context, tracing
from tests.support.collector import Collector, traced_portal
from tests.support.council import Council, request
from tests.support.eventually import eventually
from tests.support.person import Person
from tests.support.portal import Portal
from tests.system.test_main_job import ACCEPTED, SUBMITTED, fill, new_id, submit

CANARY = f"canary{uuid4().hex[:8]}"
"""Stands in every text that a person or a council writes."""
STRANGERS_TRACE = uuid4().hex


@pytest.fixture(scope="module")
def exporting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, Collector]]:
    with traced_portal(tmp_path_factory.mktemp("traced")) as both:
        yield both


def delegation(delegation_id: str, email: str) -> dict[str, object]:
    body = request(delegation_id, email)
    person = {"name": f"{CANARY} Example", "address": f"1 {CANARY} Street"}
    return {
        **body,
        "subject": {**body["subject"], **person},
        "sender": {**body["sender"], **person, "department": CANARY},
        "comments": CANARY,
        "prefill": {"first_name": CANARY},
    }


async def test_one_trace_from_a_councils_message_to_the_email_and_one_from_submit_to_the_council(
    exporting: tuple[Portal, Collector],
) -> None:
    delegation_id, email = new_id(), f"{CANARY}.{uuid4().hex[:8]}@school.example"
    correlation_id = context.derived("bristol", delegation_id)
    traced, traces = exporting
    mail = traced.mail

    def work() -> None:
        with Person(traced.gateway) as person:
            person.register(mail, email, CANARY)
            submit(person, fill(person, person.sign_in(mail, email)))

    async with Council.of(await asyncio.to_thread(traced.status)) as bristol:
        headers = {"traceparent": f"00-{STRANGERS_TRACE}-0123456789abcdef-01"}
        body = delegation(delegation_id, email)
        message_id = await bristol.publish("council.delegation.requested.v1", body, headers=headers)
        await bristol.expect(ACCEPTED, delegation_id=delegation_id)
        await asyncio.to_thread(mail.wait_for, email)
        await asyncio.to_thread(work)
        await bristol.expect(SUBMITTED, delegation_id=delegation_id)

    async def trace_of(name: str) -> str:
        found = await eventually(lambda: traces.named(name, correlation_id))
        assert len({one.trace for one in found}) == 1
        return found[0].trace

    opened, submitted = await trace_of("tasks.open-task process"), await trace_of("tasks.complete-task process")
    assert await trace_of("forms.prepare-contribution process") == opened
    assert await trace_of("notify.announce-task process") == opened
    assert await trace_of("send delegation") == opened
    assert await trace_of("notify.send-receipt process") == submitted
    assert await trace_of("send receipt") == submitted
    assert opened != submitted
    of_the_message = {
        one.attributes[tracing.CAUSATION] for one in traces.named("tasks.open-task process", correlation_id)
    }
    assert of_the_message == {message_id}

    def is_whole() -> bool:
        """Each service sends its spans when it has some."""
        of_it = [one for one in traces.spans if one.trace == submitted]
        services, names = {one.service for one in of_it}, {one.name for one in of_it}
        told = "council.outbox.bristol.portal.contribution.submitted.v1 publish"
        all_of_them = {"portal-gateway", "portal-forms", "portal-tasks", "portal-notify", "portal-files"}
        return services >= all_of_them and told in names

    await eventually(is_whole)


async def test_nothing_that_somebody_wrote_stands_in_a_span(exporting: tuple[Portal, Collector]) -> None:
    traced, traces = exporting
    delegation_id = new_id()
    async with Council.of(await asyncio.to_thread(traced.status)) as bristol:
        body = {**delegation(delegation_id, f"{CANARY}@school.example"), "form": CANARY}
        message_id = await bristol.publish("council.delegation.requested.v1", body)
        await bristol.expect("portal.message.rejected.v1", message_id=message_id)
        message_id = await bristol.publish(f"council.{CANARY}.v1", {"delegation_id": delegation_id})
        await bristol.expect("portal.message.rejected.v1", message_id=message_id)
    async with httpx2.AsyncClient(base_url=traced.gateway) as stranger:
        headers = {"traceparent": f"00-{STRANGERS_TRACE}-0123456789abcdef-01", "User-Agent": CANARY}
        answer = await stranger.get(f"/{CANARY}?name={CANARY}", headers=headers)
        assert answer.status_code == 404
        asked = answer.headers["x-request-id"]
    refused = await eventually(lambda: [one for one in traces.spans if one.name == "tasks.refuse-unknown process"])
    assert {one.attributes["portal.outcome"] for one in refused} == {"refused"}
    await eventually(lambda: [one for one in traces.spans if one.attributes.get(tracing.CORRELATION) == asked])
    assert [one for one in traces.raw if CANARY.encode() in one] == []
    assert STRANGERS_TRACE not in {one.trace for one in traces.spans}
