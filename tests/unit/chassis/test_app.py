"""How a service opens and closes: in order, whole or not at all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr
from pymongo.errors import AutoReconnect
from starlette.applications import Starlette

from chassis import app as apps
from chassis.app import ServiceContext, StoredServiceContext, service_app, stored_service_app
from chassis.database import Database
from chassis.settings import ServiceSettings, StoredServiceSettings
from tests.support.sealing import SETTINGS as SEALING

NOBODY = "amqp://127.0.0.1:1/"


@pytest.fixture
def settings(inner_url: str) -> StoredServiceSettings:
    return StoredServiceSettings(
        mongo_url=SecretStr(inner_url),
        mongo_database=f"unit_{uuid4().hex[:12]}",
        amqp_url=SecretStr(NOBODY),
        events_key=SecretStr(SEALING["events_key"]),
        master_keys=SecretStr(SEALING["master_keys"]),
    )


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[AsyncClient]:
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app=app), base_url="http://service") as client,
    ):
        yield client


def noting(seen: list[str], what: str) -> Callable[[], Awaitable[None]]:
    async def note() -> None:
        seen.append(what)

    return note


async def test_a_service_without_a_database_is_ready_and_closes_what_it_opened_the_last_first() -> None:
    seen: list[str] = []

    async def compose(context: ServiceContext) -> str:
        context.closing.push_async_callback(noting(seen, "first"))
        context.closing.push_async_callback(noting(seen, "last"))
        context.health.register("something", noting(seen, "asked"))
        return "the service"

    app = service_app(name="unit", settings=ServiceSettings(), compose=compose, routes=[])
    async with served(app) as client:
        assert app.state.service == "the service"
        assert (await client.get("/readyz")).json() == {"ready": True, "checks": {"something": "ok"}}
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"})).status_code == 404
    assert seen == ["asked", "last", "first"]


async def test_whoever_asks_an_ending_service_hears_that_it_drains_before_anything_closes() -> None:
    answers: list[dict[str, Any]] = []
    app: Starlette

    async def compose(context: ServiceContext) -> None:
        async def ask() -> None:
            async with AsyncClient(transport=ASGITransport(app=app), base_url="http://service") as client:
                answers.append((await client.get("/readyz")).json())

        context.closing.push_async_callback(ask)

    app = service_app(name="unit", settings=ServiceSettings(), compose=compose, routes=[])
    async with served(app):
        pass
    assert answers == [{"ready": False, "checks": {"draining": "yes"}}]


async def test_what_an_attempt_to_start_has_opened_is_closed_before_the_next(
    settings: StoredServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apps, "_RECONNECT_SECONDS", 0)
    seen: list[str] = []

    async def compose(context: StoredServiceContext) -> None:
        seen.append("opened")
        context.closing.push_async_callback(noting(seen, "closed"))
        if len(seen) == 1:
            raise AutoReconnect("an election")

    async with served(stored_service_app(name="unit", settings=settings, compose=compose, routes=[])):
        assert seen == ["opened", "closed", "opened"]
    assert seen == ["opened", "closed", "opened", "closed"]


async def test_a_service_still_has_its_database_while_it_closes(settings: StoredServiceSettings) -> None:
    kept: list[Any] = []

    async def compose(context: StoredServiceContext) -> None:
        async def keep() -> None:
            await context.database.collection("things").insert_one({"_id": "last words"})

        context.closing.push_async_callback(keep)

    async with served(stored_service_app(name="unit", settings=settings, compose=compose, routes=[])):
        pass
    database = Database.open(settings.mongo_url.get_secret_value(), settings.mongo_database)
    kept = [each["_id"] async for each in database.collection("things").find({})]
    database.close()
    assert kept == ["last words"]
