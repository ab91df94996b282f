"""What every test can ask for: engines, a whole portal, councils. Each is started once a run, when asked for."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from pymongo import MongoClient

from tests.support import broker as brokers
from tests.support import database as databases
from tests.support import mail as mails
from tests.support import scanner as scanners
from tests.support.council import Council
from tests.support.measures import Measures
from tests.support.portal import Portal
from tests.support.security import SecurityLog

# How long an example takes says how busy the machine is, and nothing of what is tested.
hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("patient")

_MEASURES = pytest.StashKey[Measures]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deliveries", type=int, default=500, help="how many deliveries a fault test sends")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_MEASURES] = Measures()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash[_MEASURES].lines
    if lines:
        terminalreporter.section("measured (T: the tests of docs/reliability)")
        for line in sorted(lines):
            terminalreporter.line(line)


@pytest.fixture
def measures(pytestconfig: pytest.Config) -> Measures:
    """Where a fault test notes its figures."""
    return pytestconfig.stash[_MEASURES]


@pytest.fixture
def deliveries(pytestconfig: pytest.Config) -> int:
    """How many deliveries a fault test sends: 500, or what --deliveries says."""
    return int(pytestconfig.getoption("--deliveries"))


@pytest.fixture
def security_log(monkeypatch: pytest.MonkeyPatch) -> SecurityLog:
    """What is recorded of security in the test's process, from here on."""
    return SecurityLog(monkeypatch)


@pytest.fixture(scope="session")
def shared_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[brokers.Broker]:
    """The broker, with whatever earlier tests left in its queues."""
    with brokers.broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
def mongod_only(mongo_url: str) -> None:
    """SecantusDB, its stand-in, plans no queries, and its cursors see what was there when they were opened."""
    with MongoClient[dict[str, Any]](mongo_url) as client:
        plan = client["admin"].command("explain", {"find": "none", "filter": {}}, verbosity="queryPlanner")
    if plan["serverInfo"]["host"] == "secantus":
        pytest.skip("judged on mongod")


@pytest.fixture
async def broker(shared_broker: brokers.Broker) -> brokers.Broker:
    """A broker whose queues are empty."""
    await shared_broker.purge()
    return shared_broker


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The database."""
    with databases.database(tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture
def mongo_database() -> str:
    """The name of a database that no other test uses."""
    return f"test_{uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[mails.Mail]:
    """The mail catcher."""
    with mails.mail(tmp_path_factory.mktemp("mail")) as mail:
        yield mail


@pytest.fixture(scope="session")
def clamd_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The scanner."""
    with scanners.scanner(tmp_path_factory.mktemp("scanner")) as url:
        yield url


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A whole portal, shared by the tests of a run: use names of your own in it."""
    portal = Portal.at(tmp_path_factory.mktemp("portal") / "data")
    portal.up()
    yield portal
    portal.down()


@pytest.fixture
def timed_portal(portal: Portal) -> Iterator[Portal]:
    """The shared portal for a test that moves its clock: it is set back."""
    portal.set_clock("PT0S")
    yield portal
    portal.set_clock("PT0S")


@pytest.fixture
async def bristol(portal: Portal) -> AsyncIterator[Council]:
    """The council of Bristol at the shared portal."""
    async with Council.of(portal.addresses, "bristol") as council:
        yield council


@pytest.fixture
async def oxfordshire(portal: Portal) -> AsyncIterator[Council]:
    """The council of Oxfordshire at the shared portal."""
    async with Council.of(portal.addresses, "oxfordshire") as council:
        yield council
