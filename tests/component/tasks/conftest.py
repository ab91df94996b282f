"""Tasks on the run's own broker and database, with a form on offer and a council at its door."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient
from motor.motor_asyncio import AsyncIOMotorDatabase

from chassis import clock
from chassis.tokens import public_key_of
from contracts.forms import DefinitionPublished
from services.tasks.app import build_app
from services.tasks.model.task import Task
from services.tasks.settings import Settings
from services.tasks.usecases import TasksService
from tests.support.broker import Broker
from tests.support.council import Council
from tests.support.events import publish
from tests.support.indexes import watched_database
from tests.support.recorder import Recorder
from tests.support.sealing import INDEX_KEY
from tests.support.sealing import SETTINGS as SEALING
from tests.support.service import new_key, professional, running

Later = Callable[[int], None]
FORM = "ehc-needs-assessment-contributions"
PREFILL_SCHEMA = {
    "type": "object",
    "properties": {"first_name": {"type": "string"}, "here_and_now": {"type": "string"}},
    "additionalProperties": False,
}


@dataclass
class Tasks:
    """The service and what surrounds it."""

    client: AsyncClient
    council: Council
    recorder: Recorder
    key: str
    database: "AsyncIOMotorDatabase[dict[str, Any]]"
    settings: Settings
    service: TasksService

    async def kept(self, task_id: str) -> Task:
        """A task of Bristol's, as it is stored."""
        task = await self.service.work._stores.tasks.get("bristol", task_id)
        assert task
        return task

    def as_person(self, email: str, name: str = "Sandra Professional") -> dict[str, str]:
        return professional(self.key, "tasks", email, name)

    async def list(self, email: str, tab: str = "assigned") -> dict[str, Any]:
        answer = await self.client.get(f"/tasks?tab={tab}", headers=self.as_person(email))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def search(self, email: str, words: str) -> dict[str, Any]:
        answer = await self.client.post("/tasks/search", json={"words": words}, headers=self.as_person(email))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture(scope="session")
async def tasks(shared_broker: Broker, mongo_url: str) -> AsyncIterator[Tasks]:
    key = new_key()
    settings = Settings.model_validate(
        {
            "env": "test",
            "log_level": "WARNING",
            **SEALING,
            "mongo_url": mongo_url,
            "mongo_database": f"tasks_{uuid4().hex[:8]}",
            "amqp_url": shared_broker.url_of("tasks"),
            "gateway_public_key": public_key_of(key),
            "signing_key": new_key(),
            "index_key": INDEX_KEY,
        }
    )
    app = build_app(settings)
    council = Council("bristol", shared_broker.url_of("bristol"), "", "", "")
    async with (
        watched_database(mongo_url, settings.mongo_database) as database,
        Recorder.listening(shared_broker.url) as recorder,
        running(app) as client,
        council,
    ):
        yield Tasks(client, council, recorder, key, database, settings, app.state.service)


@pytest.fixture(autouse=True, scope="session")
async def form_on_offer(tasks: Tasks, shared_broker: Broker) -> None:
    event = DefinitionPublished(
        form=FORM,
        version="1",
        owner="portal",
        title="EHC Needs Assessment Contributions",
        due_days=42,
        prefill_schema=PREFILL_SCHEMA,
        published_at=clock.now(),
    )
    await publish(shared_broker, "forms", event, times=2)


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Later:
    """Moves the clock by so many days."""
    file = tmp_path / "clock"
    monkeypatch.setenv("PORTAL_ENV", "test")
    monkeypatch.setenv("PORTAL_CLOCK_FILE", str(file))

    def move(days: int) -> None:
        file.write_text(f"P{days}D")

    return move
