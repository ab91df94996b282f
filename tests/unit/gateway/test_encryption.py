"""What a browser keeps for the gateway."""

import base64
from pathlib import Path

import pytest

from services.gateway.kit.encryption import CookieEncryptor

ENCRYPTOR = CookieEncryptor(b"s" * 32)


def test_what_was_sealed_opens_for_its_purpose_only() -> None:
    encrypted = ENCRYPTOR.encrypt("unsaved", {"typed": "words"})
    content = ENCRYPTOR.decrypt("unsaved", encrypted, 60)
    assert content is not None
    assert content["typed"] == "words"
    assert ENCRYPTOR.decrypt("browser", encrypted, 60) is None
    assert CookieEncryptor(b"t" * 32).decrypt("unsaved", encrypted, 60) is None
    assert "words" not in encrypted


@pytest.mark.parametrize("forged", ["", "AAAA", "é", "A" * 60])
def test_what_was_not_sealed_here_does_not_open(forged: str) -> None:
    assert ENCRYPTOR.decrypt("unsaved", forged, 60) is None


def test_a_seal_grows_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    encrypted = ENCRYPTOR.encrypt("unsaved", {})
    (tmp_path / "clock").write_text("PT61S")
    monkeypatch.setenv("PORTAL_ENV", "test")
    monkeypatch.setenv("PORTAL_CLOCK_FILE", str(tmp_path / "clock"))
    assert ENCRYPTOR.decrypt("unsaved", encrypted, 60) is None


def test_a_token_fits_what_it_was_made_for() -> None:
    token = ENCRYPTOR.token("csrf", "session", "one")
    assert ENCRYPTOR.verify_token(token, "csrf", "session", "one")
    assert not ENCRYPTOR.verify_token(token, "csrf", "session", "two")
    assert not ENCRYPTOR.verify_token("é", "csrf", "session", "one")


def test_a_person_has_one_key_for_what_is_not_saved_and_nobody_elses() -> None:
    key = ENCRYPTOR.unsaved_key("account-1")
    assert key == CookieEncryptor(b"s" * 32).unsaved_key("account-1")
    assert key != ENCRYPTOR.unsaved_key("account-2")
    assert key != CookieEncryptor(b"t" * 32).unsaved_key("account-1")
    assert len(base64.urlsafe_b64decode(key + "=")) == 32
