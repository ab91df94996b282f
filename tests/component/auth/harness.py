"""Auth run for real in the test's process: its doors over ASGI, its codes read from the broker."""

import base64
import hashlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, cast
from uuid import uuid4

import aio_pika
from httpx2 import ASGITransport, AsyncClient, Request, Response
from motor.motor_asyncio import AsyncIOMotorDatabase
from pydantic import SecretStr
from starlette.applications import Starlette

from chassis.identity import sign_gateway
from chassis.security import SecurityEvent
from chassis.shared_keys import Seal
from chassis.telemetry import SECURITY_EVENTS
from chassis.tokens import Signer, public_key_of
from commands import topology
from services.auth.app import build_app
from services.auth.settings import Settings
from tests.support.eventually import eventually
from tests.support.sealing import BODIES
from tests.support.sealing import SETTINGS as SEALING

Database: TypeAlias = "AsyncIOMotorDatabase[dict[str, Any]]"
PASSWORD = "Mop-Lantern-7"
OTHER_PASSWORD = "Fjord+Teapot-8"
CLIENT_SECRET = "a council's secret"


def new_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


@dataclass(frozen=True)
class Keys:
    """The keys of one run."""

    gateway: str = field(default_factory=new_key)
    auth: str = field(default_factory=new_key)
    secret: str = field(default_factory=new_key)
    codes: str = field(default_factory=new_key)


def settings(keys: Keys, *, mongo_url: str, amqp_url: str, database: str) -> Settings:
    client = {"client_id": "bristol-cms", "client_secret_sha256": hashlib.sha256(CLIENT_SECRET.encode()).hexdigest()}
    return Settings.model_validate(
        {
            "env": "test",
            "log_level": "ERROR",
            **SEALING,
            "mongo_url": mongo_url,
            "mongo_database": database,
            "amqp_url": amqp_url,
            "secret": keys.secret,
            "code_key": keys.codes,
            "signing_key": keys.auth,
            "gateway_public_key": public_key_of(keys.gateway),
            "council_clients": {"bristol": client},
        }
    )


def at_door(authority: str, folder: Path, **changes: Any) -> None:
    """The shipped settings of an authority, changed."""
    shipped = Path("deploy/authorities") / f"{authority}.json"
    (folder / shipped.name).write_text(json.dumps({**json.loads(shipped.read_text()), **changes}))


@asynccontextmanager
async def running(chosen: Settings, keys: Keys) -> AsyncIterator[AsyncClient]:
    """A started instance, and a client that is the gateway to it."""
    app: Starlette = build_app(chosen)
    async with app.router.lifespan_context(app):
        transport = ASGITransport(app=app)
        hooks = {"request": [_as_gateway(Signer(keys.gateway, issuer="gateway"))]}
        async with AsyncClient(transport=transport, base_url="http://auth", timeout=60, event_hooks=hooks) as client:
            await eventually(lambda: _is_ready(client))
            yield client


async def _is_ready(client: AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


def _as_gateway(signer: Signer) -> Callable[[Request], Awaitable[None]]:
    """Identities live for a minute, and tests move the clock: a fresh one a request."""

    async def identify(request: Request) -> None:
        request.headers.setdefault("Authorization", f"Bearer {sign_gateway(signer, 'auth')}")

    return identify


class Mailbox:
    """What auth has told the other services, read from their queues: the codes that would be emailed among it."""

    def __init__(self, keys: Keys) -> None:
        self._seal = Seal(SecretStr(keys.codes))
        self._heard: list[tuple[str, dict[str, Any]]] = []

    @classmethod
    @asynccontextmanager
    async def listening(cls, amqp_url: str, keys: Keys) -> AsyncIterator["Mailbox"]:
        mailbox = cls(keys)
        async with await aio_pika.connect(amqp_url) as connection:
            channel = await connection.channel()
            for name in _queues_of_others():
                queue = await channel.get_queue(name, ensure=False)
                await queue.consume(mailbox._hear, no_ack=True)
            yield mailbox

    async def _hear(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        self._heard.append((message.type or "", json.loads(BODIES.open(message.body, message.type or ""))))

    async def expect(self, name: str, email: str, **fields: str) -> dict[str, Any]:
        """The next event of that name about that address."""

        def take() -> dict[str, Any] | None:
            for heard in self._heard:
                if (
                    heard[0] == name
                    and heard[1]["person"]["email"] == email
                    and fields.items() <= _texts(heard[1]).items()
                ):
                    self._heard.remove(heard)
                    return heard[1]
            return None

        return cast("dict[str, Any]", await eventually(take))

    async def code(self, email: str, purpose: str = "sign_in") -> str:
        """The next code that is emailed to an address."""
        event = await self.expect("auth.code.requested.v1", email, purpose=purpose)
        return self._seal.open(event["code"], event["code_id"])

    async def temporary_password(self, email: str) -> tuple[str, dict[str, Any]]:
        """The next temporary password that is emailed to an address, and what is said of it."""
        event = await self.expect("auth.temporary-password.set.v1", email)
        return self._seal.open(event["code"], event["code_id"]), event

    def about(self, email: str) -> list[str]:
        """The names of what has been told about an address and not been asked for."""
        return [name for name, event in self._heard if event["person"]["email"] == email]


def _texts(event: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in event.items() if isinstance(value, str)}


def _queues_of_others() -> list[str]:
    """One queue of another service for each of auth's events."""
    queues = {
        subscription.message.wire_name: subscription.queue
        for service, heard in topology.subscriptions().items()
        for subscription in heard
        if service != "auth" and subscription.message and subscription.message.__module__ == "contracts.auth"
    }
    return list(queues.values())


@dataclass
class Person:
    """Somebody at a browser, as the gateway passes them on."""

    client: AsyncClient
    mailbox: Mailbox
    email: str
    password: str = PASSWORD
    network: str = field(default_factory=lambda: uuid4().hex)
    devices: str = ""
    """What the browser holds of earlier sign-ins."""
    browser: str = ""
    trusts: str = ""
    """What it holds of being trusted."""
    held: str = ""
    """The token of the session that it is in."""

    @property
    def headers(self) -> dict[str, str]:
        """Where the person comes from, as the gateway says it."""
        return {
            "Portal-Client": self.network,
            "Portal-Devices": self.devices,
            "Portal-Browser": self.browser,
            "Portal-Trusts": self.trusts,
            **({"Portal-Session": self.held} if self.held else {}),
        }

    def elsewhere(self) -> "Person":
        """Somebody who types the same address in another browser, at another network."""
        return Person(self.client, self.mailbox, self.email, self.password)

    async def start_registration(self) -> str:
        details = {
            "forename": "Sandra",
            "surname": "Example",
            "is_professional": True,
            "role": "SENCO",
            "organisation": "Hill View School",
            "address": {"street": "Test Street", "town": "Bristol", "postcode": "BS1 1AA"},
        }
        answer = await self.client.post("/registrations", json={"authority": "bristol", "details": details})
        assert answer.status_code == 201, answer.text
        return cast("str", answer.json()["registration_id"])

    async def give_credentials(self, registration_id: str) -> Response:
        body = {"email": self.email, "password": self.password, "confirm_password": self.password}
        address = f"/registrations/{registration_id}/credentials"
        return await self.client.put(address, json=body, headers=self.headers)

    async def register(self) -> "Person":
        registration_id = await self.start_registration()
        assert (await self.give_credentials(registration_id)).status_code == 200
        code = await self.mailbox.code(self.email, "registration")
        answer = await self.client.post(f"/registrations/{registration_id}/confirm", json={"code": code})
        assert answer.status_code == 204, answer.text
        await self.mailbox.expect("auth.account.registered.v1", self.email)
        return self

    async def give_password(self, password: str | None = None, client: AsyncClient | None = None) -> Response:
        body = {"authority": "bristol", "email": self.email, "password": password or self.password}
        return await (client or self.client).post("/sign-ins", json=body, headers=self.headers)

    async def start_sign_in(self) -> tuple[str, str]:
        """The sign-in's id and its code."""
        answer = await self.give_password()
        assert answer.status_code == 201, answer.text
        return answer.json()["sign_in_id"], await self.mailbox.code(self.email)

    async def give_code(self, sign_in_id: str, code: str) -> Response:
        address = f"/sign-ins/{sign_in_id}/confirm"
        return await self.client.post(address, json={"code": code}, headers=self.headers)

    async def sign_in(self) -> str:
        """A session token."""
        answer = await self.give_code(*await self.start_sign_in())
        assert answer.status_code == 201, answer.text
        self.devices = answer.json()["devices"]
        return cast("str", answer.json()["session_token"])

    async def session(self, token: str, *, touch: bool = False) -> Response:
        address = "/sessions/current?touch=1" if touch else "/sessions/current"
        return await self.client.get(address, headers={"Portal-Session": token})

    async def start_reset(self) -> str:
        answer = await self.ask_for_reset()
        assert answer.status_code == 201, answer.text
        return cast("str", answer.json()["reset_id"])

    async def ask_for_reset(self) -> Response:
        body = {"authority": "bristol", "email": self.email}
        return await self.client.post("/resets", json=body, headers=self.headers)

    async def give_reset_code(self, reset_id: str, code: str) -> Response:
        return await self.client.post(f"/resets/{reset_id}/confirm", json={"code": code}, headers=self.headers)

    async def set_password(self, reset_id: str, password: str) -> Response:
        body = {"password": password, "confirm_password": password}
        answer = await self.client.put(f"/resets/{reset_id}/password", json=body, headers=self.headers)
        if answer.status_code == 200:
            self.devices = answer.json()["devices"]
        return answer


def looked_at(event: SecurityEvent) -> int:
    """How many tries of that kind this process's instances have compared so far, whatever they answered."""
    (family,) = SECURITY_EVENTS.collect()
    mine = (each for each in family.samples if each.name.endswith("_total") and each.labels["event"] == event)
    return int(sum(each.value for each in mine))


def other_than(code: str) -> str:
    """A wrong code."""
    return f"{(int(code) + 1) % 10**8:08}"


def code_of(answer: Response) -> str:
    """The stable code of a problem document."""
    return cast("str", answer.json()["code"])
