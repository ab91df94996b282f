"""The whole service with GOV.UK Notify as its provider: what is owed gets there once, and what is refused is told.

So is what fails later, by whichever replica has asked for it.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import Response

from contracts.tasks import TaskOpened
from services.notify import app, jobs
from services.notify.app import build_app
from services.notify.usecases import later_failures
from tests.component.notify.harness import Notify, address, opened
from tests.support.eventually import eventually
from tests.support.govuk_notify import CREDENTIALS, TEMPLATE_ID, FakeGovUkNotify, error, govuk_notify
from tests.support.service import running

FAILED, TOLD = "portal.delivery.failed.v1", "notify.email.failed.v1"


def sending_by(fake: FakeGovUkNotify, notify: Notify) -> Starlette:
    """A replica that sends by it."""
    changes = {
        "provider": "govuk",
        "govuk_credentials": SecretStr(CREDENTIALS),
        "govuk_template_id": TEMPLATE_ID,
        "govuk_url": fake.url,
    }
    return build_app(notify.settings.model_copy(update=changes))


@pytest.fixture
async def fake(stopped: Notify, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeGovUkNotify]:
    """With a running service that sends by it, and asks it often what has failed."""
    monkeypatch.setattr(app, "jobs", [replace(job, every_seconds=0.1) for job in jobs.jobs])
    monkeypatch.setattr(later_failures, "_WAITS", (0.01,))
    async with govuk_notify() as fake, running(sending_by(fake, stopped)):
        yield fake


async def emailed(notify: Notify, fake: FakeGovUkNotify) -> tuple[TaskOpened, str]:
    """A form was delegated to somebody, and the email was taken."""
    event = opened(person := address())
    await notify.hears(event)
    await eventually(lambda: notify.deliveries.find_one({"delegation_id": event.delegation_id, "state": "sent"}))
    assert fake.sent[-1]["email_address"] == person
    return event, person


async def rounds(fake: FakeGovUkNotify, number: int = 5) -> None:
    """It is asked so many times more."""
    asked = len(fake.asked)
    await eventually(lambda: len(fake.asked) >= asked + number)


async def state_of(notify: Notify, event: TaskOpened) -> dict[str, Any]:
    return dict(await notify.deliveries.find_one({"delegation_id": event.delegation_id}) or {})


async def test_what_is_owed_gets_there_once_also_where_it_was_away(stopped: Notify, fake: FakeGovUkNotify) -> None:
    person, event = address(), opened(address())
    fake.answers = error(503, "Exception", "Internal server error")
    await stopped.hears(opened(person), event, times=2)
    await stopped.all_in("queued", 2)
    fake.answers = None
    await stopped.all_in("sent", 2)
    assert {each["email_address"] for each in fake.sent} == {person, event.tell[0].email}
    assert len(fake.sent) == 2
    assert all("A new form has been delegated" in each["personalisation"]["body"] for each in fake.sent)
    assert await stopped.deliveries.count_documents({"_id": {"$in": [each["reference"] for each in fake.sent]}}) == 2


async def test_an_address_that_it_refuses_is_told_to_the_council(stopped: Notify, fake: FakeGovUkNotify) -> None:
    event = opened("sandra@nowhere.example")
    await stopped.hears(event)
    told = await stopped.recorder.expect(FAILED, delegation_id=event.delegation_id)
    assert told["reason"].endswith("400")
    await eventually(lambda: stopped.deliveries.find_one({"state": "failed"}))
    assert fake.sent == []


@pytest.mark.parametrize("status", ["permanent-failure", "temporary-failure"])
async def test_what_it_could_not_deliver_after_all_is_told_once_by_one_of_several_replicas(
    stopped: Notify, fake: FakeGovUkNotify, status: str
) -> None:
    event, person = await emailed(stopped, fake)
    other, other_person = await emailed(stopped, fake)
    async with running(sending_by(fake, stopped)):
        await rounds(fake)
        assert (await state_of(stopped, event))["state"] == "sent"
        fake.ends(person, status)
        told = await stopped.recorder.expect(FAILED, delegation_id=event.delegation_id)
        assert (told["reason"], told["purpose"]) == (f"reported by GOV.UK Notify: {status}", "delegation")
        heard = await stopped.recorder.expect(TOLD, delegation_id=event.delegation_id)
        assert heard["person"]["email"] == person
        await rounds(fake)
    assert len(stopped.recorder.of(FAILED, delegation_id=event.delegation_id)) == 1
    kept = await state_of(stopped, event)
    assert (kept["state"], kept.get("person")) == ("failed", None)
    assert (await state_of(stopped, other))["state"] == "sent"
    fake.ends(other_person, status)
    await stopped.recorder.expect(FAILED, delegation_id=other.delegation_id)


async def test_a_fault_of_its_own_is_counted_once_and_takes_no_form_away(
    stopped: Notify, fake: FakeGovUkNotify
) -> None:
    event, person = await emailed(stopped, fake)
    before = REGISTRY.get_sample_value("portal_emails_lost_total") or 0
    fake.ends(person, "technical-failure")
    await eventually(lambda: stopped.deliveries.find_one({"state": "lost"}))
    await rounds(fake)
    assert REGISTRY.get_sample_value("portal_emails_lost_total") == before + 1
    assert not stopped.recorder.of(FAILED, delegation_id=event.delegation_id)
    assert (await state_of(stopped, event)).get("person") is None


async def test_one_of_ours_is_found_behind_those_of_others_on_a_later_page(
    stopped: Notify, fake: FakeGovUkNotify
) -> None:
    fake.page_size = 2
    other, other_person = await emailed(stopped, fake)
    event, person = await emailed(stopped, fake)
    for reference in ("d-1", None, str(event.task_id), "x" * 5_000, "d-2"):
        fake.holds(reference, "permanent-failure")
    fake.holds("d-3", "permanent-failure")["reference"] = 7
    fake.ends(other_person, "permanent-failure")["created_at"] = "2026-11-01T09:00:00.000000Z"
    fake.ends(person, "permanent-failure")
    await stopped.recorder.expect(FAILED, delegation_id=event.delegation_id)
    await rounds(fake, 10)
    assert not stopped.recorder.of(FAILED, delegation_id=other.delegation_id), "it is too old to be asked for"


async def test_while_it_tells_nothing_emails_go_on_and_afterwards_nothing_is_lost(
    stopped: Notify, fake: FakeGovUkNotify
) -> None:
    event, person = await emailed(stopped, fake)
    for refusal in (
        error(429, "RateLimitError", "Exceeded rate limit for key type LIVE"),
        Response(status_code=503),
        Response("<html>"),
        Response('{"notifications": [{"id": 1}, null], "links": []}'),
        Response('{"notifications": [7], "links": {"next": "https://elsewhere.example/"}}'),
    ):
        fake.list_answers = refusal
        await rounds(fake, 3)
        await emailed(stopped, fake)
    fake.ends(person, "permanent-failure")
    fake.list_answers = None
    await stopped.recorder.expect(FAILED, delegation_id=event.delegation_id)
    assert stopped.recorder.of(TOLD, delegation_id=event.delegation_id)


async def test_a_list_without_an_end_ends(
    stopped: Notify, fake: FakeGovUkNotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(later_failures, "_MOST_PAGES", 3)
    fake.page_size = 1
    for number in range(8):
        fake.holds(f"d-{number}", "permanent-failure")
    await rounds(fake, 12)
    last = "".join("." if older_than else " " for older_than in fake.asked)
    assert max(len(pages) for pages in last.split()) == 2, "after the first page of a round"
