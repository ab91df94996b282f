"""The whole service with GOV.UK Notify as its provider: what is owed gets there once, and what is refused is told."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from services.notify.app import build_app
from tests.component.notify.harness import Notify, address, opened
from tests.support.eventually import eventually
from tests.support.govuk_notify import CREDENTIALS, TEMPLATE_ID, FakeGovUkNotify, error, govuk_notify
from tests.support.service import running


@pytest.fixture
async def fake(stopped: Notify) -> AsyncIterator[FakeGovUkNotify]:
    """With a running service that sends by it."""
    async with govuk_notify() as fake:
        changes = {
            "provider": "govuk",
            "govuk_credentials": SecretStr(CREDENTIALS),
            "govuk_template_id": TEMPLATE_ID,
            "govuk_url": fake.url,
        }
        async with running(build_app(stopped.settings.model_copy(update=changes))):
            yield fake


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
    told = await stopped.recorder.expect("portal.delivery.failed.v1", delegation_id=event.delegation_id)
    assert told["reason"].endswith("400")
    await eventually(lambda: stopped.deliveries.find_one({"state": "failed"}))
    assert fake.sent == []
