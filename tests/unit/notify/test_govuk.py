"""GOV.UK Notify as the provider: what it is sent, and what each of its answers means."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr, ValidationError
from starlette.responses import Response

from commands.parts.ports import pick
from services.notify.app import provider_of
from services.notify.clients import Away, Bounced, Deferred, GovUkNotify, MailServer, govuk
from services.notify.model import EmailMessage, EmailText, FailurePage
from services.notify.settings import Settings
from tests.support.govuk_notify import CREDENTIALS, SERVICE_ID, TEMPLATE_ID, FakeGovUkNotify, error, govuk_notify
from tests.support.service import new_key

WORDS = EmailText("New form for you", "A new form has been delegated to you.", "<p>...")
MAIL = EmailMessage("a@portal.example", "sandra@school.example", b"...", "d-1", WORDS)
KEYS = dict.fromkeys(("code_key", "index_key", "gateway_public_key", "events_key", "master_keys"), new_key())
SETTINGS = {
    "provider": "govuk",
    "govuk_credentials": CREDENTIALS,
    "govuk_template_id": TEMPLATE_ID,
    "mongo_url": "mongodb://notify:secret@h/?tls=true",
    "amqp_url": "amqps://notify:secret@h",
    "public_url": "https://portal.example/",
    **KEYS,
}


@pytest.fixture
async def fake() -> AsyncIterator[FakeGovUkNotify]:
    async with govuk_notify() as fake:
        yield fake


@pytest.fixture
async def provider(fake: FakeGovUkNotify) -> AsyncIterator[GovUkNotify]:
    provider = GovUkNotify(fake.url, SecretStr(CREDENTIALS), TEMPLATE_ID)
    yield provider
    await provider.close()


async def test_it_gets_the_words_of_an_email_for_its_template_and_the_deliverys_id(
    fake: FakeGovUkNotify, provider: GovUkNotify
) -> None:
    await provider.send(MAIL)
    assert fake.sent == [
        {
            "email_address": "sandra@school.example",
            "template_id": TEMPLATE_ID,
            "personalisation": {"subject": "New form for you", "body": WORDS.text},
            "reference": "d-1",
        }
    ]


@pytest.mark.parametrize(("address", "told"), [("https://portal.example/emails/x", True), ("http://h/emails/x", False)])
async def test_it_is_told_how_digests_end_where_it_takes_the_address(
    fake: FakeGovUkNotify, provider: GovUkNotify, address: str, *, told: bool
) -> None:
    await provider.send(MAIL._replace(words=WORDS._replace(unsubscribe=address)))
    assert fake.sent[0].get("one_click_unsubscribe_url") == (address if told else None)


async def test_an_address_that_it_cannot_take_is_refused_for_good(fake: FakeGovUkNotify, provider: GovUkNotify) -> None:
    with pytest.raises(Bounced):
        await provider.send(MAIL._replace(recipient="sandra@nowhere"))
    fake.answers = error(400, "ValidationError", "email_address Not a valid email address")
    with pytest.raises(Bounced):
        await provider.send(MAIL)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (error(400, "BadRequestError", "Can't send to this recipient when service is in trial mode"), Deferred),
        (error(400, "ValidationError", "personalisation is a required property"), Deferred),
        (error(400, "BadRequestError", "email_address looks like one of somebody's"), Deferred),
        (Response("not JSON", 400), Deferred),
        (Response("[]", 400), Deferred),
        (Response(None, 302, {"location": "/elsewhere"}), Deferred),
        (error(404, "NoResultFound", "No result found"), Deferred),
        (error(429, "RateLimitError", "Exceeded rate limit for key type LIVE"), Deferred),
        (error(403, "AuthError", "Invalid token"), Away),
        (error(500, "Exception", "Internal server error"), Away),
        (Response(status_code=503), Away),
    ],
)
async def test_what_may_be_mended_is_tried_again(
    fake: FakeGovUkNotify, provider: GovUkNotify, answer: Response, outcome: type[Exception]
) -> None:
    fake.answers = answer
    with pytest.raises(outcome) as raised:
        await provider.send(MAIL)
    assert str(raised.value) == str(answer.status_code), "its words may name somebody"
    assert provider.is_away is (outcome is Away)
    fake.answers = None
    if provider.is_away:
        await provider.probe()
    assert not provider.is_away
    await provider.send(MAIL)


@pytest.mark.parametrize("changes", [{"credentials": f"x-{SERVICE_ID}-{SERVICE_ID}"}, {"template_id": "another"}])
async def test_while_it_does_not_let_us_in_it_stays_away(fake: FakeGovUkNotify, changes: Mapping[str, str]) -> None:
    credentials = SecretStr(changes.get("credentials", CREDENTIALS))
    provider = GovUkNotify(fake.url, credentials, changes.get("template_id", TEMPLATE_ID))
    provider.is_away = True
    await provider.probe()
    assert provider.is_away
    with pytest.raises((Away, Deferred)):
        await provider.send(MAIL)
    await provider.close()
    assert fake.sent == []


async def test_nobody_there_is_away_and_no_answer_in_time_is_asked_again(
    fake: FakeGovUkNotify, provider: GovUkNotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = GovUkNotify(f"http://127.0.0.1:{pick(['nobody'], {})['nobody']}", SecretStr(CREDENTIALS), TEMPLATE_ID)
    with pytest.raises(Away):
        await nobody.send(MAIL)
    await nobody.probe()
    assert nobody.is_away
    await nobody.close()
    monkeypatch.setattr(govuk, "SEND_SECONDS", 0.2)
    fake.sleeps = 2
    with pytest.raises(Deferred):
        await provider.send(MAIL)
    assert not provider.is_away


async def test_it_is_asked_for_failures_alone_page_by_page_at_its_own_address(
    fake: FakeGovUkNotify, provider: GovUkNotify
) -> None:
    for number in range(5):
        fake.holds(f"d-{number}", "permanent-failure")
        fake.holds(f"delivered-{number}", "delivered")
    fake.holds("text", "permanent-failure", type="sms")
    fake.page_size, since = 2, datetime.now(UTC) - timedelta(days=5)
    page = await provider.later_failures(since)
    found = list(page.failures)
    while page.older_than and len(found) < 9:
        page = await provider.later_failures(since, page.older_than)
        found += page.failures
    assert [each.delivery_id for each in found] == ["d-4", "d-3", "d-2", "d-1", "d-0"]
    assert len(fake.asked) == 3


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (error(403, "AuthError", "Invalid token"), "403"),
        (error(429, "RateLimitError", "Exceeded rate limit for key type LIVE"), "429"),
        (Response(status_code=503), "503"),
        (Response(None, 302, {"location": "/elsewhere"}), "302"),
        (Response("<html>sandra@school.example"), "not understood"),
    ],
)
async def test_failures_that_are_not_told_now_are_asked_for_later_and_emails_go_on(
    fake: FakeGovUkNotify, provider: GovUkNotify, answer: Response, why: str
) -> None:
    fake.answers = answer
    with pytest.raises(Deferred, match=f"^{why}$"):
        await provider.later_failures(datetime.now(UTC))
    assert not provider.is_away


async def test_no_answer_about_failures_in_time_is_asked_for_later(
    fake: FakeGovUkNotify, provider: GovUkNotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(govuk, "SEND_SECONDS", 0.2)
    fake.sleeps = 2
    with pytest.raises(Deferred, match="Timeout"):
        await provider.later_failures(datetime.now(UTC))


async def test_a_mail_server_is_asked_for_nothing() -> None:
    assert await MailServer("smtp://127.0.0.1:9").later_failures(datetime.now(UTC)) == FailurePage([])


def test_the_setting_chooses_who_delivers() -> None:
    assert isinstance(provider_of(Settings.model_validate(SETTINGS)), GovUkNotify)
    smtp = {**SETTINGS, "provider": "smtp", "smtp_url": "smtp://127.0.0.1"}
    assert isinstance(provider_of(Settings.model_validate(smtp)), MailServer)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"govuk_credentials": ""}, "NOTIFY_GOVUK_CREDENTIALS"),
        ({"govuk_template_id": ""}, "NOTIFY_GOVUK_TEMPLATE_ID"),
        ({"govuk_credentials": "half-a-key"}, "copy all of it"),
        ({"provider": "smtp"}, "NOTIFY_SMTP_URL"),
        ({"provider": "pigeons"}, "provider"),
        ({"env": "production", "govuk_url": "http://api.example"}, "NOTIFY_GOVUK_URL"),
    ],
)
def test_what_the_provider_needs_and_lacks_stops_the_start(changes: Mapping[str, str], named: str) -> None:
    with pytest.raises(ValidationError, match=named) as raised:
        Settings.model_validate({**SETTINGS, **changes})
    assert CREDENTIALS not in str(raised.value)
