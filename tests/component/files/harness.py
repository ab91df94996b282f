"""Files run for real: its own port, the run's database, broker and clamd; and people, councils, services around it."""

import asyncio
import base64
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import aio_pika
import uvicorn
from httpx2 import AsyncClient, Response
from motor.motor_asyncio import AsyncIOMotorClient

from chassis import clock
from chassis.identity import Professional, sign_council, sign_grant, sign_professional
from chassis.tokens import Signer, Verifier, public_key_of
from contracts.base import Contact, Event
from contracts.council import Sender
from contracts.forms import ContributionSubmitted
from contracts.tasks import AddendumDiscarded, CouncilQuestions, FormGrant, Holder, TaskRetracted, TaskReturned
from services.files.app import build_app
from services.files.settings import Settings
from services.files.usecases import Files
from tests.support.broker import Broker
from tests.support.eventually import eventually
from tests.support.sealing import SETTINGS as SEALING


def new_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


@dataclass(frozen=True)
class Keys:
    """The keys of one run."""

    gateway: str = field(default_factory=new_key)
    tasks: str = field(default_factory=new_key)
    files: str = field(default_factory=new_key)

    @property
    def manifests(self) -> Verifier:
        """What forms verifies manifests with."""
        return Verifier(public_key_of(self.files), issuer="files", audience="forms")


def settings(keys: Keys, *, mongo_url: str, database: str, amqp_url: str, clamd_url: str) -> Settings:
    return Settings.model_validate(
        {
            "env": "test",
            "log_level": "CRITICAL",
            **SEALING,
            "mongo_url": mongo_url,
            "mongo_database": database,
            "amqp_url": amqp_url,
            "signing_key": keys.files,
            "gateway_public_key": public_key_of(keys.gateway),
            "tasks_public_key": public_key_of(keys.tasks),
            "clamd_url": clamd_url,
        }
    )


@dataclass(frozen=True)
class Running:
    """A started instance: its address, and what it is composed of."""

    url: str
    service: Files


@asynccontextmanager
async def running(chosen: Settings) -> AsyncIterator[Running]:
    """An instance behind its own port."""
    app = build_app(chosen)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        task = asyncio.create_task(server.serve([listening]))
        while not server.started:
            assert not task.done(), task.exception()
            await asyncio.sleep(0.02)
        try:
            yield Running(f"http://127.0.0.1:{listening.getsockname()[1]}", app.state.service)
        finally:
            # Left running, it would take the messages of the tests that come after a failed one.
            server.should_exit = True
            await task


@dataclass
class Desk:
    """One professional at one task, as the gateway speaks for them."""

    client: AsyncClient
    keys: Keys
    authority: str = "bristol"
    version: int = 1
    rights: tuple[str, ...] = ("read", "edit", "submit")
    addendum: str = ""
    """The addendum that its author is at, to the first submission; empty while none is."""
    task_id: str = field(default_factory=lambda: f"task-{uuid4().hex}")
    account_id: str = field(default_factory=lambda: f"account-{uuid4().hex}")

    @property
    def first(self) -> str:
        """The id of the first contribution that is submitted."""
        return f"contribution-1-{self.task_id}"

    @property
    def headers(self) -> dict[str, str]:
        person = Professional(self.account_id, "sandra@school.example", "Sandra Example")
        grant = FormGrant.model_validate(
            {
                "task_id": self.task_id,
                "authority": self.authority,
                "delegation_id": "LCS-2021-004711",
                "account_id": self.account_id,
                "email": person.email,
                "name": person.name,
                "rights": self.rights,
                "version": self.version,
                "access_version": self.version,
                "addendum": {"addendum_id": self.addendum, "contribution_id": self.first} if self.addendum else None,
            }
        )
        return {
            "Authorization": f"Bearer {sign_professional(Signer(self.keys.gateway, 'gateway'), person, 'files')}",
            "Portal-Grant": sign_grant(Signer(self.keys.tasks, "tasks"), grant),
        }

    async def upload(self, name: str, content: bytes | AsyncIterator[bytes], key: str | None = None) -> Response:
        headers = {**self.headers, "Portal-File-Name": quote(name)}
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.client.post(f"/tasks/{self.task_id}/files", content=content, headers=headers)

    async def attach(self, name: str, content: bytes) -> str:
        """Uploads a file that is accepted, on a machine too busy to scan it at once a little later: its id."""
        answer = await self.upload(name, content)
        assert answer.status_code in {201, 202}, answer.text
        file_id = str(answer.json()["file_id"])
        if answer.status_code == 202:
            await eventually(lambda: self._is_accepted(file_id))
        return file_id

    async def _is_accepted(self, file_id: str) -> bool:
        return await self.state(file_id) == "accepted"

    async def files(self) -> list[dict[str, Any]]:
        answer = await self.client.get(f"/tasks/{self.task_id}/files", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["files"])

    async def state(self, file_id: str) -> str:
        return str(next(file["state"] for file in await self.files() if file["file_id"] == file_id))

    async def remove(self, file_id: str) -> Response:
        return await self.client.delete(f"/tasks/{self.task_id}/files/{file_id}", headers=self.headers)

    async def content(self, file_id: str, **more: str) -> Response:
        address = f"/tasks/{self.task_id}/files/{file_id}/content"
        return await self.client.get(address, headers={**self.headers, **more})

    async def manifest(self) -> Response:
        return await self.client.post(f"/tasks/{self.task_id}/manifest", headers=self.headers)


@dataclass
class CouncilDesk:
    """A council's system, as the gateway speaks for it."""

    client: AsyncClient
    keys: Keys
    authority: str = "bristol"

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {sign_council(Signer(self.keys.gateway, 'gateway'), self.authority, 'files')}"
        }

    async def fetch(self, document_id: str, **more: str) -> Response:
        return await self.client.get(f"/documents/{document_id}", headers={**self.headers, **more})

    async def confirm(self, document_id: str) -> Response:
        return await self.client.post(f"/documents/{document_id}/receipt", headers=self.headers)


def submitted(desk: Desk, file_ids: list[str], number: int = 1, replaces: str | None = None) -> ContributionSubmitted:
    """What forms tells when a contribution is submitted, for the first or a later time."""
    return ContributionSubmitted(
        contribution_id=f"contribution-{number}-{desk.task_id}",
        task_id=desk.task_id,
        authority=desk.authority,
        delegation_id="LCS-2021-004711",
        form="ehc-needs-assessment-contributions",
        file_ids=file_ids,
        receipt="0" * 64,
        person=Contact(email="sandra@school.example", name="Sandra Example"),
        submitted_at=clock.now(),
        replaces=replaces,
    )


def discarded(desk: Desk, version: int) -> AddendumDiscarded:
    """What tasks tells when the author of an addendum discards it."""
    return AddendumDiscarded(
        task_id=desk.task_id,
        authority=desk.authority,
        delegation_id="LCS-2021-004711",
        task_version=version,
        access_version=version,
        addendum_id=desk.addendum,
        contribution_id=desk.first,
        discarded_at=clock.now(),
    )


def returned(desk: Desk, version: int = 1) -> TaskReturned:
    """What tasks tells when a council sends the first submission back."""
    return TaskReturned(
        task_id=desk.task_id,
        authority=desk.authority,
        delegation_id="LCS-2021-004711",
        task_version=version,
        access_version=version,
        contribution_id=f"contribution-1-{desk.task_id}",
        questions=CouncilQuestions(comments="Whose report is this?", fields=[], asked_at=clock.now()),
        form_title="EHC Needs Assessment Contributions",
        sender=Sender(name="Chloe Caseworker"),
        due_on=clock.today(),
        comments="",
        prefill={},
        person=Holder(kind="person", email="sandra@school.example"),
        tell=[],
    )


def retracted(desk: Desk, version: int = 2) -> TaskRetracted:
    """What tasks tells when a council withdraws a task."""
    return TaskRetracted(
        task_id=desk.task_id,
        authority=desk.authority,
        delegation_id="LCS-2021-004711",
        task_version=version,
        access_version=version,
        form_title="EHC Needs Assessment Contributions",
        due_on=clock.today(),
        tell=[],
        retracted_at=clock.now(),
    )


async def tell(broker: Broker, event: Event, *, times: int = 1) -> None:
    """Publishes an event as the service that owns it."""
    user = event.wire_name.partition(".")[0]
    async with await aio_pika.connect(broker.url_of(user)) as connection:
        exchange = await (await connection.channel()).get_exchange("portal.events", ensure=False)
        for _ in range(times):
            message = aio_pika.Message(
                event.model_dump_json().encode(),
                message_id=uuid4().hex,
                type=event.wire_name,
                user_id=user if broker.passwords else None,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )
            await exchange.publish(message, event.wire_name, mandatory=True)


async def stored(mongo_url: str, database: str) -> int:
    """How many contents are stored at all."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url)
    try:
        return int(await client[database]["content.files"].count_documents({}))
    finally:
        client.close()
