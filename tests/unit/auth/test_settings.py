"""What auth needs to start."""

import pytest
from pydantic import ValidationError

from services.auth.app import build_app
from services.auth.settings import Settings

WHOLE = {
    "AUTH_MONGO_URL": "mongodb://127.0.0.1:1",
    "AUTH_AMQP_URL": "amqp://auth:auth@127.0.0.1:1",
    "AUTH_SECRET": "s" * 43,
    "AUTH_EVENTS_KEY": "e" * 43,
    "AUTH_MASTER_KEYS": "m" * 43,
    "AUTH_CODE_KEY": "k" * 43,
    "AUTH_SIGNING_KEY": "c" * 43,
    "AUTH_GATEWAY_PUBLIC_KEY": "c" * 43,
    "AUTH_COUNCIL_CLIENTS": '{"bristol": {"client_id": "bristol", "client_secret_sha256": "' + "0" * 64 + '"}}',
}


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in WHOLE.items():
        monkeypatch.setenv(name, value)


def test_settings_come_from_the_environment(whole: None) -> None:
    settings = Settings()
    assert settings.mongo_database == "portal_auth"
    assert settings.council_clients["bristol"].client_id == "bristol"
    assert WHOLE["AUTH_SECRET"] not in repr(settings)


@pytest.mark.parametrize(
    "name", ["AUTH_SECRET", "AUTH_CODE_KEY", "AUTH_SIGNING_KEY", "AUTH_GATEWAY_PUBLIC_KEY", "AUTH_MONGO_URL"]
)
def test_t96_a_missing_secret_stops_the_start(whole: None, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(ValidationError, match=name.removeprefix("AUTH_").lower()):
        Settings()


def test_t96_a_short_secret_stops_the_start(whole: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_SECRET", "shor")
    with pytest.raises(ValueError, match="32 bytes"):
        build_app(Settings())
