"""Composition root: wires the gateway from its settings."""

from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from chassis.app import ServiceContext, service_app
from chassis.authorities import Authorities
from chassis.settings import key_bytes
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


def build_app(settings: GatewaySettings) -> Starlette:
    """The gateway as an ASGI app; tests build it the same way."""
    authorities = Authorities.load(settings.authorities_dir)
    authorities.get(settings.default_authority)
    statics = Statics(authorities)
    limits = ClientLimits(
        requests_per_minute=settings.requests_per_minute, sign_ins_per_minute=settings.sign_ins_per_minute
    )
    hosts = own_hosts(settings.public_url, authorities)
    environment()

    async def compose(context: ServiceContext) -> Gateway:
        transport = Transport(settings.service_urls, Identities(Signer(settings.signing_key, issuer="gateway")))
        context.closing.push_async_callback(transport.close)
        for name in settings.service_urls:
            context.health.register(name, transport.check(name))
        return _gateway(settings, transport, authorities, statics, limits)

    return service_app(
        name="gateway",
        settings=settings,
        compose=compose,
        around=partial(Guard, is_https=settings.public_url.startswith("https://")),
        routes=[
            Route("/static/{build}/{name:path}", statics.serve),
            Mount("", routes=[*PAGES, *council.routes], middleware=[Middleware(Limited, limits=limits, hosts=hosts)]),
        ],
        exception_handlers=EXCEPTION_HANDLERS,
    )


def create_app() -> Starlette:
    """For uvicorn: `--factory services.gateway.app:create_app`."""
    return build_app(GatewaySettings())
