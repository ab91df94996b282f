"""One service run for real in the test's process: its doors over ASGI, its messages over the broker."""

import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from httpx2 import ASGITransport, AsyncClient
from starlette.applications import Starlette

from chassis.identity import Professional, sign_council, sign_professional
from chassis.tokens import Signer
from tests.support.eventually import eventually


def new_key() -> str:
    """A private key, or a secret, as services read them."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


@asynccontextmanager
async def running(app: Starlette) -> AsyncIterator[AsyncClient]:
    """A started instance that consumes its queues, and a client to its doors."""
    async with app.router.lifespan_context(app):
        transport = ASGITransport(app=app)
        async with AsyncClient(transport=transport, base_url="http://service", timeout=60) as client:

            async def is_ready() -> bool:
                return (await client.get("/readyz")).status_code == 200

            await eventually(is_ready, within=30)
            yield client


def professional(key: str, service: str, email: str, name: str = "Sandra Professional") -> dict[str, str]:
    """The headers of a signed-in professional's request, as the gateway signs them."""
    person = Professional(
        account_id=f"account-of-{email}", email=email, name=name, role="SENCO", organisation="Hill View"
    )
    return {"Authorization": f"Bearer {sign_professional(Signer(key, issuer='gateway'), person, service)}"}


def council(key: str, service: str, authority: str = "bristol") -> dict[str, str]:
    """The headers of a council's request."""
    return {"Authorization": f"Bearer {sign_council(Signer(key, issuer='gateway'), authority, service)}"}
