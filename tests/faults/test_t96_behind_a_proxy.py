"""Behind a proxy each client has limits of its own, and none can write itself another address."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.faults.alone import Alone, gateway
from tests.support.measures import Measures

LIMIT = 3


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    folder, limit = tmp_path_factory.mktemp("proxy"), str(LIMIT)
    with gateway(folder, FORWARDED_ALLOW_IPS="127.0.0.1", GATEWAY_SIGN_INS_PER_MINUTE=limit) as one:
        yield one


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    folder, limit = tmp_path_factory.mktemp("no-proxy"), str(LIMIT)
    with gateway(folder, FORWARDED_ALLOW_IPS="192.0.2.1", GATEWAY_SIGN_INS_PER_MINUTE=limit) as one:
        yield one


def statuses(one: Alone, forwarded: list[str]) -> list[int]:
    """What sign-ins without a token are told: 403, or 429 beyond the limit."""
    with httpx2.Client(base_url=one.url) as client:
        return [
            client.post("/sign-in", data={"a": "b"}, headers={"X-Forwarded-For": each}).status_code
            for each in forwarded
        ]


def test_t96_limits_are_each_clients_own_behind_a_proxy(behind: Alone, measures: Measures) -> None:
    forged = statuses(behind, [f"198.51.100.{number}, 203.0.113.5" for number in range(LIMIT * 3)])
    other = statuses(behind, ["203.0.113.6"])
    measures.report("T96", limit=LIMIT, of_one_client=forged, of_another=other)
    assert 429 in forged
    assert other == [403]


def test_t96_without_that_proxy_nobodys_word_counts(alone: Alone, measures: Measures) -> None:
    told = statuses(alone, [f"203.0.113.{number}" for number in range(LIMIT * 3)])
    measures.report("T96", limit=LIMIT, not_of_the_proxy=told)
    assert 429 in told
