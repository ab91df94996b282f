"""Composition root: wires notify from its settings."""

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from starlette.applications import Starlette

from chassis.app import StoredServiceContext, stored_service_app
from chassis.authorities import Authorities
from chassis.erasure import Eraser, Erasing
from chassis.jobs import worker
from chassis.keys import Finder
from chassis.shared_keys import DIGEST_TICKETS, Seal, Tickets
from chassis.tokens import Verifier
from contracts.authority import Authority
from services.notify.clients import GovUkNotify, MailServer, Provider
from services.notify.handlers import subscriptions
from services.notify.jobs import jobs, scheduled
from services.notify.migrations import migrations
from services.notify.model import EmailTemplates
from services.notify.report_door import report_door
from services.notify.settings import Settings
from services.notify.store import Stores
from services.notify.usecases import NotifyService
from services.notify.workers import deliver


def build_app(settings: Settings) -> Starlette:
    """The service as an ASGI app; tests build it the same way."""

    async def compose(context: StoredServiceContext) -> NotifyService:
        stores = await Stores.open(context, Finder(settings.index_key))
        eraser = Eraser(context.keys, context.event_log, remove=stores.deliveries.remove)
        erasing = Erasing(eraser, context.database, context.relay)
        await erasing.prepare()
        service = NotifyService(
            stores=stores,
            provider=provider_of(settings),
            templates=EmailTemplates(portal_urls(str(settings.public_url), context.authorities)),
            authorities=context.authorities,
            seal=Seal(settings.code_key),
            erasing=erasing,
            schedule=context.schedule,
            tickets=Tickets(settings.code_key, DIGEST_TICKETS),
            report_domain=settings.report_domain,
        )
        if settings.report_domain:
            await context.closing.enter_async_context(report_door(service, settings))
        await context.closing.enter_async_context(worker("notify.deliver", lambda: deliver(service)))
        return service

    return stored_service_app(
        name="notify",
        settings=settings,
        compose=compose,
        routes=[],
        subscriptions=subscriptions,
        migrations=migrations,
        jobs=jobs,
        scheduled=scheduled,
        identities=Verifier(settings.gateway_public_key, issuer="gateway", audience="notify"),
    )


def provider_of(settings: Settings) -> Provider:
    """Whoever delivers emails here."""
    if settings.provider == "govuk":
        return GovUkNotify(settings.govuk_url, settings.govuk_credentials, settings.govuk_template_id)
    return MailServer(settings.smtp_url.get_secret_value(), needs_tls=settings.env == "production")


def portal_urls(public_url: str, authorities: Authorities) -> Callable[[Authority], str]:
    """Where each authority's emails lead: its own host where the portal is reached by the authorities' hosts."""
    public = urlsplit(public_url)
    has_own_hosts = any(public.hostname in authority.hosts for authority in authorities)

    def portal_url(authority: Authority) -> str:
        if not has_own_hosts or not authority.hosts:
            return public_url
        port = f":{public.port}" if public.port else ""
        return urlunsplit(public._replace(netloc=f"{authority.hosts[0]}{port}"))

    return portal_url


def create_app() -> Starlette:
    """For uvicorn: `--factory services.notify.app:create_app`."""
    return build_app(Settings())
