"""Composition root: wires the gateway from its settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from chassis import loop
from chassis.authorities import Authorities
from chassis.errors import NotFound
from chassis.health import Health
from chassis.http import App
from chassis.settings import key_bytes
from chassis.telemetry import configure_logging
from chassis.tokens import Signer, Verifier
from services.gateway.content import pages as content
from services.gateway.council import api as council
from services.gateway.form import attachment_pages, submit_pages
from services.gateway.form import pages as form
from services.gateway.kit.assets import Statics
from services.gateway.kit.clients import (
    AuthClient,
    CouncilClient,
    DocumentsClient,
    FilesClient,
    FormsClient,
    Identities,
    TasksClient,
    Transport,
)
from services.gateway.kit.encryption import Seals
from services.gateway.kit.error_pages import EXCEPTION_HANDLERS
from services.gateway.kit.gateway import Gateway
from services.gateway.kit.hosts import own_hosts
from services.gateway.kit.limits import ClientLimits, Limited
from services.gateway.kit.rendering import environment
from services.gateway.kit.security_headers import Guard
from services.gateway.settings import GatewaySettings
from services.gateway.sign_in import pages as sign_in
from services.gateway.sign_in import register_pages, reset_pages
from services.gateway.tasks import pages as tasks
from services.gateway.tasks import re_assign_pages

PAGES = [
    *sign_in.routes,
    *register_pages.routes,
    *reset_pages.routes,
    *tasks.routes,
    *re_assign_pages.routes,
    *submit_pages.routes,
    *attachment_pages.routes,
    *form.routes,
    *content.routes,
]


def _gateway(
    settings: GatewaySettings, transport: Transport, authorities: Authorities, statics: Statics, limits: ClientLimits
) -> Gateway:
    return Gateway(
        settings=settings,
        authorities=authorities,
        statics=statics,
        seals=Seals(key_bytes(settings.secret)),
        limits=limits,
        council_tokens=Verifier(settings.auth_public_key, issuer="auth", audience="gateway"),
        auth=AuthClient(transport),
        tasks=TasksClient(transport),
        forms=FormsClient(transport),
        files=FilesClient(transport),
        documents=DocumentsClient(transport),
        council=CouncilClient(transport),
    )


async def metrics(request: Request) -> Response:
    """Prometheus text, for operators: whoever comes through a proxy comes from outside."""
    if "x-forwarded-for" in request.headers:
        raise NotFound("not_for_outside")
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def build_app(settings: GatewaySettings) -> Starlette:
    """The gateway as an ASGI app; tests build it the same way."""
    configure_logging("gateway", settings.log_level)
    authorities, health = Authorities.load(settings.authorities_dir), Health()
    authorities.get(settings.default_authority)
    statics = Statics(authorities)
    limits = ClientLimits(
        requests_per_minute=settings.requests_per_minute, sign_ins_per_minute=settings.sign_ins_per_minute
    )
    hosts = own_hosts(settings.public_url, authorities)
    environment()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        services = {
            "auth": settings.auth_url,
            "tasks": settings.tasks_url,
            "forms": settings.forms_url,
            "files": settings.files_url,
            "notify": settings.notify_url,
        }
        transport = Transport(services, Identities(Signer(settings.signing_key, issuer="gateway")))
        for name in services:
            health.register(name, transport.check(name))
        app.state.gateway = _gateway(settings, transport, authorities, statics, limits)
        try:
            async with loop.watched():
                yield
        finally:
            health.is_draining = True
            await transport.close()

    return App(
        around=partial(Guard, is_https=settings.public_url.startswith("https://")),
        routes=[
            Route("/static/{build}/{name:path}", statics.serve),
            *health.routes(),
            Route("/metrics", metrics),
            Mount("", routes=[*PAGES, *council.routes], middleware=[Middleware(Limited, limits=limits, hosts=hosts)]),
        ],
        lifespan=lifespan,
        exception_handlers=EXCEPTION_HANDLERS,
    )


def create_app() -> Starlette:
    """For uvicorn: `--factory services.gateway.app:create_app`."""
    return build_app(GatewaySettings())
