"""Composition root: wires auth from its settings."""

import webauthn  # noqa: F401 - half a second that nobody waits for who signs in: it is loaded with auth (ADR 0053)
from starlette.applications import Starlette

from chassis.app import StoredServiceContext, stored_service_app
from chassis.settings import key_bytes
from chassis.shared_keys import DIGEST_TICKETS, Seal, Tickets, derived
from chassis.tokens import Signer, Verifier
from services.auth.api import routes
from services.auth.data import common_passwords
from services.auth.handlers import subscriptions
from services.auth.migrations import migrations
from services.auth.settings import Settings
from services.auth.store import Stores
from services.auth.usecases.context import Auth
from services.auth.usecases.councils import CouncilTokenIssuer
from services.auth.usecases.hashing import PasswordHasher


def build_app(settings: Settings) -> Starlette:
    """The service as an ASGI app; tests build it the same way."""
    secret, common = key_bytes(settings.secret), common_passwords()
    councils = CouncilTokenIssuer(settings.council_clients, Signer(settings.signing_key, issuer="auth"))

    async def compose(context: StoredServiceContext) -> Auth:
        stores = Stores(context.database, context.relay)
        await stores.ensure_indexes()
        return Auth(
            stores=stores,
            hasher=PasswordHasher(),
            authorities=context.authorities,
            secret=secret,
            councils=councils,
            seal=Seal(settings.code_key),
            tickets=Tickets(settings.code_key, DIGEST_TICKETS),
            vault=Seal.of(derived(secret, "authenticator apps")),
            common=common,
        )

    return stored_service_app(
        name="auth",
        settings=settings,
        compose=compose,
        routes=routes,
        subscriptions=subscriptions,
        migrations=migrations,
        identities=Verifier(settings.gateway_public_key, issuer="gateway", audience="auth"),
    )


def create_app() -> Starlette:
    """For uvicorn: `--factory services.auth.app:create_app`."""
    return build_app(Settings())
