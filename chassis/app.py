"""A service as one Starlette app: what it opens, in which order, and how all of it closes again, the last first."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.errors import PyMongoError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, ExceptionHandler

from chassis import loop, tracing
from chassis.authorities import Authorities
from chassis.context import entered, of_service
from chassis.copies import CopySeal
from chassis.database import Database
from chassis.dead_letters import DeadLetters
from chassis.errors import NotFound
from chassis.event_log import EventLog
from chassis.health import Health
from chassis.http import EXCEPTION_HANDLERS, App, RequestMetrics
from chassis.jobs import Job, repeat, worker
from chassis.keys import KeyRing
from chassis.leases import Leases
from chassis.messaging import Consumer, Subscription
from chassis.migrations import Migration, Stored, migrate
from chassis.outbox import Publisher
from chassis.quarantine import Quarantine
from chassis.relay import Relay
from chassis.schedule import Schedule, Scheduled
from chassis.settings import ServiceSettings, StoredServiceSettings
from chassis.shared_keys import BodySeal, CouncilSeal
from chassis.subscription import ServiceT
from chassis.telemetry import configure_logging, log
from chassis.tokens import Verifier
from chassis.wrapping import wrapping_of

_START_SECONDS = 60
_DRAIN_SECONDS = 4
_DEAD_LETTERS_SECONDS = 60
_RECONNECT_SECONDS = 1


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """What a service is composed from."""

    authorities: Authorities
    health: Health
    closing: AsyncExitStack
    """What the service opens goes here, and closes when it ends: after its work, before what it leans on."""


@dataclass(frozen=True, slots=True)
class StoredServiceContext(ServiceContext):
    """What a service with a database is composed from."""

    database: Database
    relay: Relay
    schedule: Schedule
    keys: KeyRing
    event_log: EventLog


Result = TypeVar("Result")
Compose = Callable[[ServiceContext], Awaitable[Any]]
ComposeStored = Callable[[StoredServiceContext], Awaitable[ServiceT]]


def service_app(
    *,
    name: str,
    settings: ServiceSettings,
    compose: Compose,
    routes: Sequence[BaseRoute],
    around: Callable[[ASGIApp], ASGIApp] = RequestMetrics,
    exception_handlers: Mapping[int | type[Exception], ExceptionHandler] = EXCEPTION_HANDLERS,
    authorities: Authorities | None = None,
    is_edge: bool = True,
) -> App:
    """The app of a service that keeps nothing. `compose` gives the object that doors find at `app.state.service`."""
    configure_logging(name, settings.log_level)
    tracing.start(name, settings.otlp_url)
    known, health = authorities or Authorities.load(settings.authorities_dir), Health()

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[None]:
        async with AsyncExitStack() as closing:
            await closing.enter_async_context(loop.watched())
            closing.push_async_callback(tracing.stop)
            with entered(of_service(name)):
                app.state.service = await compose(ServiceContext(known, health, closing))
            closing.callback(health.drain)
            yield

    return App(
        around=lambda app: tracing.around_requests(around(app), is_edge=is_edge),
        routes=[*health.routes(), Route("/metrics", metrics), *routes],
        lifespan=lifespan,
        exception_handlers=exception_handlers,
    )


def stored_service_app(
    *,
    name: str,
    settings: StoredServiceSettings,
    compose: ComposeStored[ServiceT],
    routes: Sequence[BaseRoute],
    subscriptions: Sequence[Subscription[Any, ServiceT]] = (),
    jobs: Sequence[Job] = (),
    scheduled: Sequence[Scheduled] = (),
    migrations: Sequence[Migration] = (),
    identities: Verifier | None = None,
    grants: Verifier | None = None,
) -> App:
    """The app of a service with a database and a broker. `compose` opens stores and makes their indexes.

    Messages are taken as soon as the broker answers; HTTP does not wait.
    """
    tracing.start(name, settings.otlp_url)
    authorities = Authorities.load(settings.authorities_dir)
    runtime = ServiceRuntime(
        name,
        settings,
        authorities,
        subscriptions=subscriptions,
        jobs=jobs,
        scheduled=scheduled,
        migrations=migrations,
    )

    async def open_all(context: ServiceContext) -> Any:
        return await runtime.open(context, compose)

    routes = [*routes, *runtime.event_log.routes()]
    app = service_app(
        name=name, settings=settings, compose=open_all, routes=routes, authorities=authorities, is_edge=False
    )
    app.state.identities, app.state.grants = identities, grants
    return app


class ServiceRuntime:
    """What runs below and beside a service that keeps something: database, outbox, consumers, jobs, schedule."""

    def __init__(
        self,
        name: str,
        settings: StoredServiceSettings,
        authorities: Authorities,
        *,
        subscriptions: Sequence[Subscription[Any, Any]],
        jobs: Sequence[Job],
        scheduled: Sequence[Scheduled],
        migrations: Sequence[Migration],
    ) -> None:
        self._name = name
        self._settings = settings
        self._amqp_url = settings.amqp_url.get_secret_value()
        self._subscriptions = subscriptions
        self._jobs = jobs
        self._scheduled = scheduled
        self._migrations = migrations
        self._database = Database.open(settings.mongo_url.get_secret_value(), settings.mongo_database)
        councils = CouncilSeal(authorities)
        self._publisher = Publisher(self._amqp_url, user=self._user, service=name, councils=councils)
        self._bodies = BodySeal(settings.events_key)
        self._wrapping = wrapping_of(settings, name, self._database)
        self._keys = KeyRing(self._database, self._wrapping)
        self.event_log = EventLog(self._database.collection("outbox_sent"), CopySeal(self._bodies, self._keys))
        self._relay = Relay(self._publisher, self.event_log.append, self._bodies)
        self._schedule = Schedule(self._database.collection("schedule"))
        self._leases = Leases(self._database.collection("leases"))
        self._quarantine = Quarantine(self._database.collection("quarantine"))

    @property
    def _user(self) -> str:
        return unquote(urlsplit(self._amqp_url).username or "guest")

    async def open(self, context: ServiceContext, compose: ComposeStored[Any]) -> Any:
        """Opens everything in this order; at the end it closes from below: no more work, then what work needs."""
        closing, health = context.closing, context.health
        closing.callback(self._database.close)
        closing.push_async_callback(self._wrapping.close)
        health.register("database", self._database.ping)
        closing.push_async_callback(self._publisher.close)
        await _when_the_database_answers(self._database.ping)
        await migrate(self._name, Stored(self._database, self._keys, self._settings), self._migrations)
        service = await _when_the_database_answers(lambda: self._compose(context, compose))
        if self._subscriptions:
            consumer = self._consumer(context.authorities)
            closing.push_async_callback(consumer.stop)
            health.register("broker", consumer.check)
            await closing.enter_async_context(loop.beside(_consume(consumer, service)))
        for job in (*self._jobs, self._tidying()):
            await closing.enter_async_context(loop.beside(repeat(job, self._leases, self._name, service)))
        if self._scheduled:
            work = partial(self._schedule.work, self._scheduled, self._name, service)
            await closing.enter_async_context(worker("schedule", work))
        return service

    async def _compose(self, context: ServiceContext, compose: ComposeStored[Any]) -> Any:
        """One attempt. What it has opened before it failed is closed again."""
        async with AsyncExitStack() as attempt:
            service = await compose(await self._prepared(context, attempt))
            context.closing.push_async_exit(attempt.pop_all())
            return service

    async def _prepared(self, context: ServiceContext, closing: AsyncExitStack) -> StoredServiceContext:
        """What a service finds ready: indexes made, the relay at work until what it tells at its end is told."""
        await self._keys.prepare()
        await self._quarantine.prepare()
        await self.event_log.prepare()
        await self._schedule.prepare()
        closing.push_async_callback(self._relay.drain, _DRAIN_SECONDS)
        await self._relay.start()
        return StoredServiceContext(
            context.authorities,
            context.health,
            closing,
            self._database,
            self._relay,
            self._schedule,
            self._keys,
            self.event_log,
        )

    def _tidying(self) -> Job:
        """Every service's, beside its own jobs: erasing leaves no dead letter."""
        queues = [subscription.queue for subscription in self._subscriptions]
        letters = DeadLetters(self._amqp_url, queues, self._bodies, self._keys)
        return Job("drop erased dead letters", _DEAD_LETTERS_SECONDS, lambda _: letters.drop_erased())

    def _consumer(self, authorities: Authorities) -> Consumer:
        return Consumer(
            self._amqp_url,
            service_name=self._name,
            subscriptions=self._subscriptions,
            authorities=authorities.codes,
            publisher=self._publisher,
            keep=self.event_log.append,
            bodies=self._bodies,
            flushed=self._relay.flushed,
            quarantine=self._quarantine,
        )


async def _when_the_database_answers(attempt: Callable[[], Awaitable[Result]]) -> Result:
    """Asks again for a while. An attempt that is under way, be it that indexes are made, is not cut off."""
    asked_since = time.monotonic()
    while True:
        try:
            return await attempt()
        except (PyMongoError, TimeoutError) as error:
            if time.monotonic() - asked_since > _START_SECONDS:
                raise
            log.warning("waiting for the database", error=repr(error))
            await asyncio.sleep(_RECONNECT_SECONDS)


async def _consume(consumer: Consumer, service: Any) -> None:
    """Consumes as soon as the broker is there; the connection mends itself afterwards."""
    while True:
        try:
            await consumer.start(service)
        except Exception as error:  # noqa: BLE001 - away, or its queues are not declared yet: ask again
            log.warning("waiting for the broker", error=repr(error))
            await asyncio.sleep(_RECONNECT_SECONDS)
        else:
            return


async def metrics(request: Request) -> Response:
    """Prometheus text, for operators: whoever comes through a proxy comes from outside."""
    if "x-forwarded-for" in request.headers:
        raise NotFound("not_for_outside")
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
