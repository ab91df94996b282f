"""How often one client may ask in a minute."""

from types import SimpleNamespace

import pytest
from starlette.requests import Request

from chassis.errors import TooMany
from services.gateway.kit import limits as counting
from services.gateway.kit.limits import ClientLimits

SECONDS = 600


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The limits' clock, which stands still until it is set."""
    clock = SimpleNamespace(at=SECONDS)
    monkeypatch.setattr(counting, "time", SimpleNamespace(monotonic=lambda: clock.at))
    return clock


@pytest.fixture
def limits(clock: SimpleNamespace) -> ClientLimits:
    return ClientLimits(requests_per_minute=3, sign_ins_per_minute=2)


def asked(host: str) -> Request:
    return Request({"type": "http", "client": (host, 1), "headers": []})


def taken(limits: ClientLimits, host: str, times: int) -> int:
    """How many of so many requests are let through."""
    through = 0
    for _ in range(times):
        try:
            limits.check_request(asked(host))
        except TooMany:
            continue
        through += 1
    return through


def test_a_client_is_let_through_as_often_as_the_limit_says(limits: ClientLimits) -> None:
    assert taken(limits, "192.0.2.1", 10) == 3


def test_one_client_takes_nothing_from_another(limits: ClientLimits) -> None:
    taken(limits, "192.0.2.1", 10)
    assert taken(limits, "192.0.2.2", 10) == 3


@pytest.mark.parametrize(
    ("other", "left"),
    [("2001:db8:1:1::2", 0), ("2001:db8:1:1:ffff::1", 0), ("2001:db8:1:2::1", 3), ("::ffff:192.0.2.1", 3)],
)
def test_a_customer_of_ipv6_is_one_client_by_whichever_address(limits: ClientLimits, other: str, left: int) -> None:
    taken(limits, "2001:db8:1:1::1", 3)
    assert taken(limits, other, 3) == left


def test_an_ipv4_address_is_one_client_in_both_spellings(limits: ClientLimits) -> None:
    taken(limits, "::ffff:192.0.2.1", 3)
    assert taken(limits, "192.0.2.1", 3) == 0


def test_sign_ins_are_counted_by_themselves(limits: ClientLimits) -> None:
    for _ in range(2):
        limits.check_sign_in(asked("192.0.2.1"))
    with pytest.raises(TooMany):
        limits.check_sign_in(asked("192.0.2.1"))
    assert taken(limits, "192.0.2.1", 10) == 3


def test_the_next_minute_begins_anew_and_the_refusal_says_when(limits: ClientLimits, clock: SimpleNamespace) -> None:
    clock.at = SECONDS + 40
    taken(limits, "192.0.2.1", 3)
    with pytest.raises(TooMany) as caught:
        limits.check_request(asked("192.0.2.1"))
    assert caught.value.retry_after == 20
    clock.at = SECONDS + 60
    assert taken(limits, "192.0.2.1", 10) == 3
