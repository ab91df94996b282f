"""`./portal up` keeps everything running: what is killed comes back, and nothing is left when it goes."""

from collections.abc import Iterator

import pytest

from contracts.registry import names
from tests.support.eventually import wait_until
from tests.support.portal import Portal


@pytest.fixture(scope="module")
def own_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal that nobody else uses, since parts of it are killed."""
    portal = Portal.at(tmp_path_factory.mktemp("supervision") / "data")
    portal.up(demo=True)
    yield portal
    portal.down()


def test_status_names_every_service_and_both_councils(own_portal: Portal) -> None:
    status = own_portal.status()
    assert status["ready"]
    assert set(status["services"]) == {*names()} | {"broker", "database"}
    assert all(row["ready"] and row["pid"] for row in status["services"].values())
    assert set(status["amqp"]["councils"]) == {"bristol", "oxfordshire"}
    assert status["gateway"] == own_portal.gateway


@pytest.mark.parametrize("part", ["tasks", "gateway", "scanner", "database", "broker"])
def test_a_part_that_is_killed_comes_back(own_portal: Portal, part: str) -> None:
    own_portal.wait_until_ready()
    before = own_portal.kill(part)
    wait_until(lambda: own_portal.parts()[part]["pid"] not in {None, before}, within=30)
    own_portal.wait_until_ready()


def test_a_second_one_on_the_same_data_is_refused(own_portal: Portal) -> None:
    refused = own_portal.command("up", "--port", "1", "--detach", check=False)
    assert refused.returncode == 1
    assert "already runs" in refused.stderr


def test_down_leaves_no_process_and_up_finds_data_and_demo_again(own_portal: Portal) -> None:
    own_portal.wait_until_ready()
    rows, status = own_portal.parts(), own_portal.status()
    assert own_portal.lives(rows) == list(rows)
    assert {"email", "password", "name"} == set(status["demo"]["accounts"][0])
    own_portal.down()
    assert own_portal.lives(rows) == []
    assert own_portal.status()["ready"] is False
    own_portal.up(demo=True)
    again = own_portal.status()
    assert (again["amqp"], again["demo"]) == (status["amqp"], status["demo"])
    assert own_portal.command("dead", "list", "--json").stdout.strip() == "[]"
