"""Notify on the run's own broker and database, with a mail catcher that a test may stop and script."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from chassis.tokens import public_key_of
from services.notify.app import build_app
from services.notify.settings import Settings
from tests.component.notify.catcher import MailCatcher, free_port
from tests.component.notify.harness import CODE_KEY, Notify
from tests.support.broker import Broker
from tests.support.indexes import watched_database
from tests.support.recorder import Recorder
from tests.support.sealing import INDEX_KEY
from tests.support.sealing import SETTINGS as SEALING
from tests.support.service import new_key, running


@pytest.fixture(scope="session")
def catcher_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailCatcher]:
    """One catcher for the whole run."""
    catcher = MailCatcher(tmp_path_factory.mktemp("mail"), free_port(), free_port())
    catcher.start()
    yield catcher
    catcher.stop()


@pytest.fixture
def catcher(catcher_process: MailCatcher) -> MailCatcher:
    """An empty catcher that refuses nobody."""
    if catcher_process.process is None:
        catcher_process.start()
    catcher_process.text("/api/v1/messages", "DELETE")
    catcher_process.text("/api/v1/chaos", "PUT", {})
    return catcher_process


@pytest.fixture
def settings(shared_broker: Broker, mongo_url: str, catcher: MailCatcher) -> Settings:
    """A database of its own, the run's broker, the catcher."""
    return Settings.model_validate(
        {
            "env": "test",
            "log_level": "CRITICAL",
            **SEALING,
            "mongo_url": mongo_url,
            "mongo_database": f"notify_{uuid4().hex[:8]}",
            "amqp_url": shared_broker.url_of("notify"),
            "smtp_url": catcher.smtp_url,
            "code_key": CODE_KEY,
            "index_key": INDEX_KEY,
            "public_url": "https://portal.example/",
            "gateway_public_key": public_key_of(new_key()),
        }
    )


@pytest.fixture
async def stopped(
    shared_broker: Broker, mongo_url: str, settings: Settings, catcher: MailCatcher
) -> AsyncIterator[Notify]:
    """Everything around the service, and the service not running."""
    async with (
        watched_database(mongo_url, settings.mongo_database, tz_aware=True) as database,
        Recorder.listening(shared_broker.url) as recorder,
    ):
        yield Notify(shared_broker, recorder, catcher, settings, database.deliveries)


@pytest.fixture
async def notify(stopped: Notify) -> AsyncIterator[Notify]:
    """The service running in this process."""
    async with running(build_app(stopped.settings)):
        yield stopped
