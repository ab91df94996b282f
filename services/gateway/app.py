"""Composition root: wires the gateway from its settings."""

from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from chassis.app import ServiceContext, service_app
from chassis.authorities import Authorities
from chassis.settings import key_bytes
from chassis.tokens import Signer, Verifier
from services.gateway.account import (
    calendar_pages,
    digest_pages,
    email_pages,
    passkey_pages,
    profile_pages,
    security_pages,
    take_over_pages,
)
from services.gateway.account import pages as account
from services.gateway.content import pages as content
from services.gateway.council import api as council
from services.gateway.form import adding_pages, attachment_pages, submit_pages
from services.gateway.form import pages as form
from services.gateway.kit.assets import Assets
from services.gateway.kit.clients import (
    AuthClient,
    CouncilMessagesClient,
    DocumentsClient,
    FilesClient,
    FormsClient,
    IdentityTokenCache,
    TasksClient,
    Transport,
)
from services.gateway.kit.edge import EdgeMiddleware
from services.gateway.kit.encryption import CookieEncryptor
from services.gateway.kit.error_pages import EXCEPTION_HANDLERS
from services.gateway.kit.gateway import Gateway
from services.gateway.kit.hosts import own_hosts
from services.gateway.kit.limits import ClientLimits, RateLimitMiddleware
from services.gateway.kit.rendering import PageRenderer
from services.gateway.settings import GatewaySettings
from services.gateway.sign_in import pages as sign_in
from services.gateway.sign_in import passkey_sign_in_pages, register_pages, reset_pages
from services.gateway.tasks import absence_pages, ask_pages, print_pages, re_assign_pages, snooze_pages
from services.gateway.tasks import pages as tasks

PAGES = [
    *sign_in.routes,
    *passkey_sign_in_pages.routes,
    *register_pages.routes,
    *reset_pages.routes,
    *account.routes,
    *profile_pages.routes,
    *email_pages.routes,
    *digest_pages.routes,
    *security_pages.routes,
    *calendar_pages.routes,
    *passkey_pages.routes,
    *take_over_pages.routes,
    *tasks.routes,
    *print_pages.routes,
    *re_assign_pages.routes,
    *snooze_pages.routes,
    *absence_pages.routes,
    *ask_pages.routes,
    *submit_pages.routes,
    *adding_pages.routes,
    *attachment_pages.routes,
    *form.routes,
    *content.routes,
]


def _gateway(
    settings: GatewaySettings,
    transport: Transport,
    authorities: Authorities,
    renderer: PageRenderer,
    limits: ClientLimits,
) -> Gateway:
    return Gateway(
        settings=settings,
        authorities=authorities,
        renderer=renderer,
        encryptor=CookieEncryptor(key_bytes(settings.secret)),
        limits=limits,
        council_tokens=Verifier(settings.auth_public_key, issuer="auth", audience="gateway"),
        auth=AuthClient(transport),
        tasks=TasksClient(transport),
        forms=FormsClient(transport),
        files=FilesClient(transport),
        documents=DocumentsClient(transport),
        council=CouncilMessagesClient(transport),
    )


def build_app(settings: GatewaySettings) -> Starlette:
    """The gateway as an ASGI app; tests build it the same way."""
    authorities = Authorities.load(settings.authorities_dir)
    authorities.get(settings.default_authority)
    assets = Assets(authorities)
    renderer = PageRenderer(assets.base)
    limits = ClientLimits(
        requests_per_minute=settings.requests_per_minute, sign_ins_per_minute=settings.sign_ins_per_minute
    )
    hosts = own_hosts(settings.public_url, authorities)

    async def compose(context: ServiceContext) -> Gateway:
        identities = IdentityTokenCache(Signer(settings.signing_key, issuer="gateway"))
        transport = Transport(settings.service_urls, identities, settings.ca_file)
        context.closing.push_async_callback(transport.close)
        for name in settings.service_urls:
            context.health.register(name, transport.check(name))
        return _gateway(settings, transport, authorities, renderer, limits)

    return service_app(
        name="gateway",
        settings=settings,
        compose=compose,
        around=partial(EdgeMiddleware, is_https=settings.public_url.startswith("https://")),
        routes=[
            Route("/static/{build}/{name:path}", assets.serve),
            Mount(
                "",
                routes=[*PAGES, *council.routes],
                middleware=[Middleware(RateLimitMiddleware, limits=limits, hosts=hosts)],
            ),
        ],
        exception_handlers=EXCEPTION_HANDLERS,
    )


def create_app() -> Starlette:
    """For uvicorn: `--factory services.gateway.app:create_app`."""
    return build_app(GatewaySettings())
