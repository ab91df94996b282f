"""A service that is new in the registry is everywhere at once, shown by one that there will never be."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import ValidationError

from chassis.authorities import Authorities
from chassis.clock import now
from chassis.identity import Council
from chassis.tokens import Signer
from commands import topology
from commands.environment import environment as of_containers
from commands.parts import secrets
from commands.parts.instance import ROOT, Instance
from commands.parts.portal import plan
from commands.status import document
from contracts import registry
from contracts.api.council import ToldEvent, ToldView
from contracts.registry import Service
from deploy.rabbitmq.prepare import passwords
from services.gateway.kit.clients import CouncilMessagesClient, IdentityTokenCache, Transport
from services.gateway.settings import GatewaySettings
from tests.support.service import new_key

INVENTED = Service(
    "invented",
    signs=True,
    trusts=("gateway", "tasks"),
    tells_councils=True,
    secrets=("secret",),
    shared_secrets=("code_key",),
    surroundings=("public_url",),
)
OWN_KEYS = {"INVENTED_SIGNING_KEY", "INVENTED_SECRET", "INVENTED_MASTER_KEYS"}


def add_invented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "SERVICES", (*registry.SERVICES, INVENTED))


def test_it_has_a_broker_user_that_reads_its_own_queues_only(monkeypatch: pytest.MonkeyPatch) -> None:
    authorities = Authorities.load(ROOT / "deploy/authorities")
    before = len(topology.users(authorities))
    add_invented(monkeypatch)
    users = topology.users(authorities)
    assert len(users) == before + 1
    made = topology.broker_definitions(authorities, dict.fromkeys(users, "a password"))
    assert "invented" in {user["name"] for user in made["users"]}
    (rights,) = (right for right in made["permissions"] if right["user"] == "invented")
    assert (rights["configure"], rights["read"]) == ("^$", r"^invented\..*")


def test_a_deployment_by_containers_makes_its_passwords_and_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    before = of_containers(["bristol"], "http://localhost:8000").keys()
    add_invented(monkeypatch)
    made = of_containers(["bristol"], "http://localhost:8000")
    assert made.keys() - before == {
        "INVENTED_MONGO_PASSWORD",
        "INVENTED_AMQP_PASSWORD",
        "INVENTED_PUBLIC_KEY",
        *OWN_KEYS,
    }
    assert passwords(made)["invented"] == made["INVENTED_AMQP_PASSWORD"]


def test_a_local_portal_that_had_its_secrets_before_gets_those_of_the_new_service(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = secrets.load(Instance(tmp_path), ["bristol"])
    add_invented(monkeypatch)
    made = secrets.load(Instance(tmp_path), ["bristol"])
    assert made.passwords.keys() - before.passwords.keys() == {"invented"}
    assert made.keys.keys() - before.keys.keys() == {"INVENTED_PUBLIC_KEY", *OWN_KEYS}
    assert before.keys.items() <= made.keys.items()


def test_a_local_portal_runs_it_with_its_settings_and_tells_the_gateway_where_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add_invented(monkeypatch)
    planned = plan(Instance(tmp_path), gateway_port=8000, only=("invented", "auth", "gateway"))
    parts = {part.name: part for part in planned.parts}
    given, keys = parts["invented"].environment, planned.secrets.keys
    assert "services.invented.app:create_app" in parts["invented"].command
    assert given["INVENTED_MONGO_DATABASE"] == "portal_invented"
    assert given["INVENTED_AMQP_URL"].startswith(f"amqp://invented:{planned.secrets.passwords['invented']}@")
    assert given["INVENTED_PUBLIC_URL"] == planned.addresses.gateway
    assert {variable: given[variable] for variable in INVENTED.keys} == {
        "INVENTED_SIGNING_KEY": keys["INVENTED_SIGNING_KEY"],
        "INVENTED_SECRET": keys["INVENTED_SECRET"],
        "INVENTED_MASTER_KEYS": keys["INVENTED_MASTER_KEYS"],
        "INVENTED_EVENTS_KEY": parts["auth"].environment["AUTH_EVENTS_KEY"],
        "INVENTED_CODE_KEY": parts["auth"].environment["AUTH_CODE_KEY"],
        "INVENTED_GATEWAY_PUBLIC_KEY": keys["GATEWAY_PUBLIC_KEY"],
        "INVENTED_TASKS_PUBLIC_KEY": keys["TASKS_PUBLIC_KEY"],
    }
    assert json.loads(parts["gateway"].environment["GATEWAY_SERVICE_URLS"])["invented"] == parts["invented"].url


def test_status_lists_it(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"url": "http://127.0.0.1:1", "probe": "", "pid": 7, "birth": "1", "restarts": 0}
    add_invented(monkeypatch)
    assert "invented" in document({"complete": True, "parts": {"invented": row}}, {"invented": True})["services"]


def test_a_gateway_that_does_not_know_where_it_is_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = dict.fromkeys(registry.stored(), "http://127.0.0.1:9")
    add_invented(monkeypatch)
    with pytest.raises(ValidationError, match="no address of invented"):
        GatewaySettings.model_validate({"service_urls": urls})


@pytest.fixture
async def feeds() -> AsyncIterator[TestServer]:
    """What services say that tell councils: each three events, numbered."""

    async def told(request: web.Request) -> web.Response:
        first = int(request.query["after"] or "0") + 1
        name = request.match_info["service"]
        events = [
            ToldEvent(cursor=str(number), message_id=f"{name} {number}", type="told", at=now(), body={})
            for number in range(first, 4)
        ]
        return web.Response(body=ToldView(events=events).model_dump_json())

    app = web.Application()
    app.router.add_get("/{service}/told", told)
    server = TestServer(app)
    async with server:
        yield server


async def test_a_council_that_polls_hears_it_from_its_first_word_and_nothing_else_again(
    monkeypatch: pytest.MonkeyPatch, feeds: TestServer
) -> None:
    names, tellers = [*registry.stored(), "invented"], registry.telling_councils()
    transport = Transport(
        {name: str(feeds.make_url(f"/{name}")) for name in names}, IdentityTokenCache(Signer(new_key(), "x"))
    )
    reader, council = CouncilMessagesClient(transport), Council("bristol")
    try:
        before = await reader.events(council, "", 200)
        add_invented(monkeypatch)
        after = await reader.events(council, before.after or "", 200)
        end = await reader.events(council, after.after or "", 200)
    finally:
        await transport.close()
    assert {event.message_id for event in before.events} == {
        f"{name} {number}" for name in tellers for number in (1, 2, 3)
    }
    assert [event.message_id for event in after.events] == ["invented 1", "invented 2", "invented 3"]
    assert (end.events, end.after) == ([], None)
