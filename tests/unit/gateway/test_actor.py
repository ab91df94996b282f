"""Whose doing a request is, the gateway's log lines say too."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from starlette.requests import Request

from chassis import clock, context
from chassis.context import Actor
from chassis.identity import Council
from contracts.api.auth import SessionView
from services.gateway.council.api import _council
from services.gateway.kit.cache import LruCache
from services.gateway.kit.request_context import RequestContext

SESSION = SessionView(
    account_id="account-1",
    authority="bristol",
    email="sandra@school.example",
    name="Sandra",
    role="SENCO",
    organisation="Hill View",
    idle_expires_at=clock.now() + timedelta(minutes=20),
    absolute_expires_at=clock.now() + timedelta(hours=8),
)


def actor() -> Actor:
    current = context.current()
    assert current is not None
    return current.actor


async def test_a_signed_in_persons_request_is_their_doing() -> None:
    async def session(*_: Any, **__: Any) -> SessionView:
        return SESSION

    of_sandra = object.__new__(RequestContext)
    of_sandra.cookies = cast("Any", SimpleNamespace(session_token="t"))
    of_sandra.gateway = cast("Any", SimpleNamespace(auth=SimpleNamespace(session=session), people=LruCache(1)))
    with context.entered(context.of_request("r-1")):
        await of_sandra.require_person()
        assert actor() == Actor("account", "account-1")


def test_a_councils_request_is_its_doing() -> None:
    tokens = SimpleNamespace(verify=lambda _: {"authority": "bristol"})
    app = SimpleNamespace(state=SimpleNamespace(service=SimpleNamespace(council_tokens=tokens)))
    headers = [(b"authorization", b"Bearer token")]
    request = Request({"type": "http", "headers": headers, "app": app})
    with context.entered(context.of_request("r-1")):
        assert _council(request) == Council("bristol")
        assert actor() == Actor("council", "bristol")
