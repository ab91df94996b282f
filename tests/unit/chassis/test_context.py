"""Whose doing it is and in answer to what: what is believed, and what goes along with events, copies and log lines."""

from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis import clock, context, retry
from chassis.context import Actor, Context
from chassis.delivery import Delivery
from chassis.http import EXCEPTION_HANDLERS, App, RequestMetrics
from chassis.identity import Professional, current_council, current_professional, sign_council, sign_professional
from chassis.outbox import outgoing
from chassis.subscription import Subscription
from chassis.tokens import Signer, Verifier, public_key_of
from contracts.auth import AccountRegistered
from contracts.base import Contact
from contracts.council import DelegationRetracted
from contracts.forms import ContributionStarted
from contracts.portal import DeliveryFailed
from tests.support.service import new_key

CLAIMED = {
    context.HEADER_CAUSE: "another",
    context.HEADER_ACTOR: "account:a-1",
    context.HEADER_AUTHORITY: "oxfordshire",
}
SANDRA = Context("c-1", "m-0", Actor("account", "a-1"), "bristol")
STARTED = ContributionStarted(task_id="t-1", authority="bristol", delegation_id="d-1", started_at=clock.now())


async def _handle(*_: Any) -> None:
    """Not called."""


RETRACTED = Subscription("tasks.retract-task", DelegationRetracted, _handle)
NOTED = Subscription("tasks.note-start", ContributionStarted, _handle)


def delivery(user: str | None, exchange: str = "portal.events", message_id: str | None = "m-1") -> Delivery:
    return Delivery(
        queue="q",
        exchange=exchange,
        routing_key="bristol.x",
        message_id=message_id,
        type=None,
        user_id=user,
        correlation_id="c-9",
        headers=CLAIMED,
        body=b"{}",
        attempts=0,
        first_seen=clock.now(),
    )


def test_a_councils_message_begins_something_whatever_its_headers_claim() -> None:
    begun = RETRACTED.context_of(delivery("bristol", "council.inbox"), set())
    assert (begun.causation_id, begun.actor, begun.authority) == ("m-1", Actor("council", "bristol"), "bristol")
    assert begun.correlation_id != "c-9"
    assert begun == RETRACTED.context_of(delivery("bristol", "council.inbox"), set())


def test_a_message_without_an_id_is_known_by_its_body() -> None:
    begun = RETRACTED.context_of(delivery("bristol", "council.inbox", None), set())
    assert begun.causation_id == delivery("bristol", "council.inbox", None).known_as != ""


def test_what_its_teller_says_of_an_event_goes_on() -> None:
    known = NOTED.context_of(delivery("forms"), set())
    assert known == Context("c-9", "m-1", Actor("account", "a-1"), "oxfordshire")


@pytest.mark.parametrize("user", ["files", "bristol", None])
def test_what_anybody_else_says_of_an_event_is_not_believed(user: str | None) -> None:
    known = NOTED.context_of(delivery(user), set())
    assert (known.actor, known.authority) == (Actor("service", user or "unknown"), None)
    assert known.correlation_id != "c-9"


def test_what_the_operator_sends_without_a_word_of_its_own_is_the_operators_doing() -> None:
    assert context.of_event("m-1", None, "portal-operator", {}).actor == Actor("operator", "portal-operator")


@pytest.mark.parametrize("text", ["", "account", "account:", "person:a-1", "a-1"])
def test_an_actor_of_no_known_kind_is_none(text: str) -> None:
    assert Actor.read(text) is None


def test_everything_about_a_delegation_belongs_together_whoever_does_it() -> None:
    with context.entered(SANDRA):
        by_sandra = outgoing(STARTED, "t-1")
    with context.entered(context.of_service("forms")):
        by_itself = outgoing(STARTED, "t-1")
    assert by_sandra.correlation_id == by_itself.correlation_id == context.derived("bristol", "d-1")
    assert by_sandra.headers == {
        context.HEADER_CAUSE: "m-0",
        context.HEADER_ACTOR: "account:a-1",
        context.HEADER_AUTHORITY: "bristol",
    }


def test_what_is_about_no_delegation_belongs_to_what_began_it() -> None:
    person = Contact(email="sandra@school.example")
    registered = AccountRegistered(authority="bristol", account_id="a-1", person=person, registered_at=clock.now())
    with context.entered(SANDRA):
        assert outgoing(registered, "a-1").correlation_id == "c-1"


def test_a_council_hears_what_belongs_together_and_not_whose_doing_it_is() -> None:
    failed = DeliveryFailed(
        authority="bristol", delegation_id="d-1", email_masked="s***@school.example", purpose="task", reason="gone"
    )
    with context.entered(SANDRA):
        told = outgoing(failed, "x")
    assert (told.correlation_id, dict(told.headers)) == (context.derived("bristol", "d-1"), {})


@pytest.mark.parametrize(("exchange", "is_carried"), [("portal.events", True), ("council.inbox", False)])
def test_a_copy_keeps_a_services_words_and_no_councils(exchange: str, is_carried: bool) -> None:
    headers = delivery("forms", exchange).carried_headers({retry.HEADER_ATTEMPTS: 1})
    assert (CLAIMED.items() <= headers.items()) == is_carried
    assert bool(CLAIMED.keys() & headers.keys()) == is_carried


def test_a_log_line_says_what_it_belongs_to_and_keeps_its_own_words() -> None:
    with context.entered(SANDRA):
        line = context.in_log(None, "", {"event": "x", "authority": "oxfordshire"})
    of_it = {"correlation_id": "c-1", "causation_id": "m-0", "actor": "account:a-1"}
    assert line == {"event": "x", "authority": "oxfordshire", **of_it}
    assert context.in_log(None, "", {"event": "x"}) == {"event": "x"}


KEY = new_key()


async def _ask(headers: dict[str, str]) -> dict[str, str | None]:
    def door(request: Request) -> Response:
        (current_council if "council" in request.url.path else current_professional)(request)
        known = context.current()
        assert known is not None
        return JSONResponse({"id": known.causation_id, "actor": str(known.actor), "authority": known.authority})

    app = App(
        around=RequestMetrics,
        routes=[Route("/{who}", door)],
        exception_handlers=EXCEPTION_HANDLERS,
    )
    app.state.identities = Verifier(public_key_of(KEY), issuer="gateway", audience="forms")
    who = "council" if "council" in headers else "person"
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://service") as client:
        answer = await client.get(f"/{who}", headers=headers)
        assert answer.headers["x-request-id"] == answer.json()["id"]
        return dict(answer.json())


def _as_sandra() -> dict[str, str]:
    person = Professional("a-1", "sandra@school.example", "Sandra Example")
    return {"Authorization": f"Bearer {sign_professional(Signer(KEY, 'gateway'), person, 'forms')}"}


async def test_a_request_is_its_askers_doing_and_names_its_gateways_id() -> None:
    request_id = "0123456789abcdef" * 2
    seen = await _ask({"X-Request-ID": request_id, **_as_sandra()})
    assert seen == {"id": request_id, "actor": "account:a-1", "authority": None}


async def test_a_councils_request_is_the_councils_doing() -> None:
    token = sign_council(Signer(KEY, "gateway"), "bristol", "forms")
    seen = await _ask({"council": "yes", "Authorization": f"Bearer {token}"})
    assert (seen["actor"], seen["authority"]) == ("council:bristol", "bristol")


@pytest.mark.parametrize("claimed", ["Sandra Example", "ABCDEF0123456789" * 2, "0" * 33, ""])
async def test_an_id_of_another_shape_than_the_gateways_is_not_taken(claimed: str) -> None:
    seen = await _ask({"X-Request-ID": claimed, **_as_sandra()})
    assert seen["id"] != claimed
    assert len(seen["id"] or "") == 32
