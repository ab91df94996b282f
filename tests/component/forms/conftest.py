"""Forms on the run's own broker and database, with tasks, files and a gateway that sign as the real ones do."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response
from motor.motor_asyncio import AsyncIOMotorDatabase

from chassis import clock
from chassis.identity import sign_grant
from chassis.tokens import Signer, public_key_of
from contracts.base import Event
from contracts.council import Decision, Sender, Subject
from contracts.files import AttachedFile, Manifest
from contracts.tasks import (
    CouncilQuestions,
    FormGrant,
    Holder,
    TaskAmended,
    TaskAssigned,
    TaskDecided,
    TaskOpened,
    TaskRetracted,
    TaskReturned,
)
from services.forms.app import build_app
from services.forms.model.contribution import Contribution
from services.forms.settings import Settings
from services.forms.usecases import FormsService
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually
from tests.support.indexes import watched_database
from tests.support.recorder import Recorder
from tests.support.sealing import SETTINGS as SEALING
from tests.support.service import council, new_key, professional, running

FORM = "ehc-needs-assessment-contributions"
EMAIL = "sandra.professional@school.example"
SENDER = Sender(name="Chloe Caseworker", department="EHM", telephone="0117 496 0000", address="City Hall, Bristol")


@dataclass(frozen=True)
class Keys:
    gateway: str
    tasks: str
    files: str


@dataclass
class Forms:
    """The service and what surrounds it."""

    client: AsyncClient
    broker: Broker
    recorder: Recorder
    keys: Keys
    settings: Settings
    service: FormsService
    database: "AsyncIOMotorDatabase[dict[str, Any]]"

    async def tell(self, *events: Event, times: int = 1) -> None:
        """What tasks tells."""
        for event in events:
            await publish(self.broker, "tasks", event, times=times)

    async def opened(self, **changed: Any) -> str:
        """A task that is open, and its contribution there."""
        event = opened(**changed)
        await self.tell(event)
        await eventually(lambda: self.database.contributions.find_one({"_id": event.task_id}))
        return event.task_id

    async def kept(self, task_id: str) -> Contribution:
        """A contribution of Bristol's, as it is stored."""
        contribution = await self.service.submissions._stores.contributions.get("bristol", task_id)
        assert contribution
        return contribution

    async def filled(self) -> str:
        """An open task whose form holds all that it needs to be submitted."""
        task_id = await self.opened()
        assert (await self.save(task_id, 0, *ANSWERS)).status_code == 200
        return task_id

    def grant(self, task_id: str, *, version: int = 1, email: str = EMAIL, **changed: Any) -> FormGrant:
        """What tasks grants to somebody who has the task."""
        facts = {
            "task_id": task_id,
            "authority": "bristol",
            "delegation_id": f"of-{task_id}",
            "account_id": f"account-of-{email}",
            "email": email,
            "name": "Sandra Professional",
            "role": "SENCO",
            "organisation": "Hill View",
            "rights": ["read", "edit", "submit"],
            "version": version,
            "access_version": version,
        }
        return FormGrant.model_validate({**facts, **changed})

    def headers(self, task_id: str, *, version: int = 1, email: str = EMAIL, **changed: Any) -> dict[str, str]:
        """Somebody who has the task."""
        grant = self.grant(task_id, version=version, email=email, **changed)
        signed = sign_grant(Signer(self.keys.tasks, issuer="tasks"), grant)
        return {**professional(self.keys.gateway, "forms", email), "Portal-Grant": signed}

    def council(self, authority: str = "bristol") -> dict[str, str]:
        return council(self.keys.gateway, "forms", authority)

    async def view(self, task_id: str, **who: Any) -> dict[str, Any]:
        answer = await self.client.get(f"/contributions/{task_id}", headers=self.headers(task_id, **who))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def save(self, task_id: str, seen: int, *edits: dict[str, Any], batch: str = "", **who: Any) -> Response:
        body = {"revision": seen, "batch_id": batch or uuid4().hex, "edits": list(edits)}
        return await self.client.patch(
            f"/contributions/{task_id}/answers", json=body, headers=self.headers(task_id, **who)
        )

    async def submit(self, task_id: str, *files: AttachedFile, manifest: str = "", **who: Any) -> Response:
        body = {"manifest": manifest or self.manifest(task_id, *files)}
        return await self.client.post(
            f"/contributions/{task_id}/submit", json=body, headers=self.headers(task_id, **who)
        )

    def manifest(self, task_id: str, *files: AttachedFile, authority: str = "bristol", audience: str = "forms") -> str:
        signed = Manifest(task_id=task_id, authority=authority, files=list(files))
        return Signer(self.keys.files, "files").sign(signed.model_dump(mode="json"), audience=audience, seconds=60)


def put(path: str, value: Any) -> dict[str, Any]:
    return {"op": "set", "path": path, "value": value}


ANSWERS = [
    put("last_name", "Example"),
    put("date_assessment_completed", "20/8/2021"),
    put("views_shared", "Yes"),
    put("sen_identified/row-1/category", "Cognition and learning"),
    put("sen_identified/row-1/need", "Working memory"),
    {"op": "add_row", "path": "sen_identified/row-2"},
]


def typed(view: dict[str, Any], path: str) -> str:
    """What the control of an answer holds."""
    return str(view["answers"][path]["typed"])


def opened(**changed: Any) -> TaskOpened:
    task_id = changed.pop("task_id", uuid4().hex)
    facts = {
        "task_id": task_id,
        "authority": "bristol",
        "delegation_id": f"of-{task_id}",
        "task_version": 1,
        "access_version": 1,
        "form": FORM,
        "form_version": "1",
        "form_title": "EHC Needs Assessment Contributions",
        "subject": Subject(person_id="P-1", name="Gabriel Example", date_of_birth=date(2008, 4, 26)),
        "sender": SENDER,
        "person": Holder(kind="person", email=EMAIL),
        "tell": [],
        "received_on": date(2021, 7, 25),
        "due_on": date(2021, 9, 5),
        "comments": "Please complete the report",
        "prefill": {"first_name": "Gabriel", "here_and_now": "Hi I'm Gabriel and I like trains."},
        "opened_at": clock.now(),
    }
    return TaskOpened.model_validate({**facts, **changed})


def amended(task_id: str, version: int, **prefill: Any) -> TaskAmended:
    return TaskAmended(
        task_id=task_id,
        authority="bristol",
        delegation_id=f"of-{task_id}",
        task_version=version,
        sender=SENDER,
        due_on=date(2021, 9, version),
        comments=f"Version {version}",
        prefill=prefill,
        tell=[],
        amended_at=clock.now(),
    )


def assigned(task_id: str, version: int) -> TaskAssigned:
    return TaskAssigned(
        task_id=task_id,
        authority="bristol",
        delegation_id=f"of-{task_id}",
        task_version=version,
        access_version=version,
        person=Holder(kind="person", email="other@school.example"),
        assigned_at=clock.now(),
    )


def decided(task_id: str, version: int, *sections: str, decision: Decision = "accepted") -> TaskDecided:
    """What the council has answered to a part-decline."""
    return TaskDecided(
        task_id=task_id,
        authority="bristol",
        delegation_id=f"of-{task_id}",
        task_version=version,
        access_version=1,
        ask_id=f"ask-{version}",
        asked="part-decline",
        sections=list(sections),
        reason_code="not_the_right_person",
        decision=decision,
        form_title="EHC Needs Assessment Contributions",
        sender=SENDER,
        due_on=date(2021, 9, 5),
        comments="Please complete the report",
        prefill={"first_name": "Gabriel"},
        person=Holder(kind="person", email=EMAIL),
        tell=[],
        decided_at=clock.now(),
    )


def returned(task_id: str, version: int, contribution_id: str, *fields: str) -> TaskReturned:
    return TaskReturned(
        task_id=task_id,
        authority="bristol",
        delegation_id=f"of-{task_id}",
        task_version=version,
        access_version=version,
        contribution_id=contribution_id,
        questions=CouncilQuestions(
            comments="How often?", fields=list(fields or ["here_and_now"]), asked_at=clock.now()
        ),
        form_title="EHC Needs Assessment Contributions",
        sender=SENDER,
        due_on=date(2021, 9, 19),
        comments="Please complete the report",
        prefill={"first_name": "Gabriel"},
        person=Holder(kind="person", email=EMAIL),
        tell=[],
    )


def retracted(task_id: str, version: int) -> TaskRetracted:
    return TaskRetracted.model_validate(
        {
            "task_id": task_id,
            "authority": "bristol",
            "delegation_id": f"of-{task_id}",
            "task_version": version,
            "access_version": version,
            "form_title": "EHC Needs Assessment Contributions",
            "due_on": date(2021, 9, 5),
            "tell": [],
            "retracted_at": clock.now(),
        }
    )


@pytest.fixture(scope="session")
async def forms(shared_broker: Broker, mongo_url: str) -> AsyncIterator[Forms]:
    keys = Keys(new_key(), new_key(), new_key())
    settings = Settings.model_validate(
        {
            "env": "test",
            "log_level": "ERROR",
            **SEALING,
            "mongo_url": mongo_url,
            "mongo_database": f"forms_{uuid4().hex[:8]}",
            "amqp_url": shared_broker.url_of("forms"),
            "gateway_public_key": public_key_of(keys.gateway),
            "tasks_public_key": public_key_of(keys.tasks),
            "files_public_key": public_key_of(keys.files),
            "public_url": "https://portal.example/",
        }
    )
    app = build_app(settings)
    async with (
        watched_database(mongo_url, settings.mongo_database) as database,
        Recorder.listening(shared_broker.url) as recorder,
        running(app) as client,
    ):
        yield Forms(client, shared_broker, recorder, keys, settings, app.state.service, database)
