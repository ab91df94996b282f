"""The calendar's address at the gateway alone, without a service behind it."""

import pytest
from starlette.testclient import TestClient

from services.gateway.app import build_app
from tests.unit.gateway.test_app import settings

PORTAL = "https://portal.example"
NONE = ["short", "x" * 42, "x" * 44, f"{'x' * 42}.", f"{'x' * 42}%00", f"{'x' * 42}é", "..%2f" * 9]


def at(portal: TestClient, secret: str) -> int:
    return portal.get(f"/calendar/{secret}.ics").status_code


@pytest.mark.parametrize("secret", NONE)
def test_what_can_be_no_secret_is_not_found_and_asked_of_nobody(secret: str) -> None:
    with TestClient(build_app(settings(PORTAL)), base_url=PORTAL) as portal:
        answer = portal.get(f"/calendar/{secret}.ics")
        assert answer.status_code == 404
        assert secret not in answer.text
        assert at(portal, "x" * 43) == 503, "this one auth would be asked"


def test_wrong_secrets_are_counted_like_wrong_passwords() -> None:
    with TestClient(build_app(settings(PORTAL, sign_ins_per_minute=3)), base_url=PORTAL) as portal:
        assert [at(portal, "short") for _ in range(4)] == [404, 404, 404, 429]
        assert at(portal, "x" * 43) == 503, "whoever has one is not kept out"
