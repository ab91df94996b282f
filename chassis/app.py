"""A service as one Starlette app: database, relay, consumers, jobs, health and metrics around its doors."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.errors import PyMongoError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chassis import context, loop
from chassis.authorities import Authorities
from chassis.database import Database
from chassis.health import Health
from chassis.http import EXCEPTION_HANDLERS, App, RequestMetrics
from chassis.messaging import Consumer, Subscription
from chassis.outbox import Publisher
from chassis.quarantine import Quarantine
from chassis.relay import Relay
from chassis.settings import StoredServiceSettings
from chassis.telemetry import configure_logging, log
from chassis.tokens import Verifier
from chassis.told import Told

_START_SECONDS = 60
_DRAIN_SECONDS = 4
_RECONNECT_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Resources:
    """What a service is composed from."""

    database: Database
    relay: Relay
    authorities: Authorities
    health: Health
    closing: ExitStack = field(default_factory=ExitStack)
    """What lets go when the service ends, after its work."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that a service does again and again: `run(service)` every so many seconds."""

    name: str
    every_seconds: float
    run: Callable[[Any], Awaitable[None]]


Compose = Callable[[Resources], Awaitable[Any]]


def service_app(
    *,
    name: str,
    settings: StoredServiceSettings,
    compose: Compose,
    routes: Sequence[BaseRoute],
    subscriptions: Sequence[Subscription] = (),
    jobs: Sequence[Job] = (),
    identities: Verifier | None = None,
    grants: Verifier | None = None,
) -> Starlette:
    """The app. `compose` opens stores, makes indexes and gives the service object that doors and handlers get.

    Doors find it at `request.app.state.service`. Messages are taken as soon as the broker answers; HTTP does not wait.
    """
    configure_logging(name, settings.log_level)
    health = Health()
    parts = _Parts(name, settings, subscriptions, health)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        with context.entered(context.of_service(name)):
            app.state.service = service = await parts.open(compose)
        app.state.identities = identities
        app.state.grants = grants
        background = [
            asyncio.create_task(parts.consume(service)),
            *(asyncio.create_task(_repeat(name, job, service)) for job in jobs),
        ]
        try:
            async with loop.watched():
                yield
        finally:
            health.is_draining = True
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await parts.close()

    return App(
        around=RequestMetrics,
        routes=[*routes, *parts.told.routes(), *health.routes(), Route("/metrics", metrics)],
        lifespan=lifespan,
        exception_handlers=EXCEPTION_HANDLERS,
    )


class _Parts:
    """What is opened at start and closed at the end, in order."""

    def __init__(
        self, name: str, settings: StoredServiceSettings, subscriptions: Sequence[Subscription], health: Health
    ) -> None:
        amqp_url = settings.amqp_url.get_secret_value()
        self._health = health
        self._closing = ExitStack()
        self._authorities = Authorities.load(settings.authorities_dir)
        self._database = Database.open(settings.mongo_url.get_secret_value(), settings.mongo_database)
        self._publisher = Publisher(amqp_url, user=unquote(urlsplit(amqp_url).username or "guest"), service=name)
        self.told = Told(self._database.collection("outbox_sent"))
        self._relay = Relay(self._publisher, self.told.keep)
        self._quarantine = Quarantine(self._database.collection("quarantine"))
        self._consumer = Consumer(
            amqp_url,
            service_name=name,
            subscriptions=subscriptions,
            authorities=[authority.code for authority in self._authorities],
            publisher=self._publisher,
            keep=self.told.keep,
            flushed=self._relay.flushed,
            quarantine=self._quarantine,
        )
        health.register("database", self._database.ping)
        health.register("broker", self._consumer.check)

    async def open(self, compose: Compose) -> Any:
        """Waits for the database, composes the service, starts the relay."""
        resources = Resources(self._database, self._relay, self._authorities, self._health, self._closing)
        async with asyncio.timeout(_START_SECONDS):
            while True:
                try:
                    await self._database.ping()
                    await self._quarantine.prepare()
                    await self.told.prepare()
                    service = await compose(resources)
                    await self._relay.start()
                except (PyMongoError, TimeoutError) as error:
                    log.warning("waiting for the database", error=repr(error))
                    await asyncio.sleep(_RECONNECT_SECONDS)
                else:
                    return service

    async def consume(self, service: Any) -> None:
        """Consumes as soon as the broker is there; the connection mends itself afterwards."""
        while True:
            try:
                await self._consumer.start(service)
            except Exception as error:  # noqa: BLE001 - away, or its queues are not declared yet: ask again
                log.warning("waiting for the broker", error=repr(error))
                await asyncio.sleep(_RECONNECT_SECONDS)
            else:
                return

    async def close(self) -> None:
        """Finishes what is under way, then lets go."""
        await self._consumer.stop()
        await self._relay.drain(_DRAIN_SECONDS)
        await self._publisher.close()
        self._closing.close()
        self._database.close()


async def _repeat(name: str, job: Job, service: Any) -> None:
    while True:
        await asyncio.sleep(job.every_seconds)
        try:
            with context.entered(context.of_service(name)):
                await job.run(service)
        except Exception as error:  # noqa: BLE001 - the next round tries again
            log.error("job failed", job=job.name, exc_info=error)


async def metrics(_: Request) -> Response:
    """Prometheus text. For operators: not open to the outside."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
