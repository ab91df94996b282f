"""What a browser keeps for the gateway."""

import base64
from pathlib import Path

import pytest

from services.gateway.kit.encryption import Seals

SEALS = Seals(b"s" * 32)


def test_what_was_sealed_opens_for_its_purpose_only() -> None:
    sealed = SEALS.seal("held", {"typed": "words"})
    content = SEALS.open("held", sealed, 60)
    assert content is not None
    assert content["typed"] == "words"
    assert SEALS.open("browser", sealed, 60) is None
    assert Seals(b"t" * 32).open("held", sealed, 60) is None
    assert "words" not in sealed


@pytest.mark.parametrize("forged", ["", "AAAA", "é", "A" * 60])
def test_what_was_not_sealed_here_does_not_open(forged: str) -> None:
    assert SEALS.open("held", forged, 60) is None


def test_a_seal_grows_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sealed = SEALS.seal("held", {})
    (tmp_path / "clock").write_text("PT61S")
    monkeypatch.setenv("PORTAL_ENV", "test")
    monkeypatch.setenv("PORTAL_CLOCK_FILE", str(tmp_path / "clock"))
    assert SEALS.open("held", sealed, 60) is None


def test_a_token_fits_what_it_was_made_for() -> None:
    token = SEALS.token("csrf", "session", "one")
    assert SEALS.fits(token, "csrf", "session", "one")
    assert not SEALS.fits(token, "csrf", "session", "two")
    assert not SEALS.fits("é", "csrf", "session", "one")


def test_a_person_has_one_key_for_what_is_not_saved_and_nobody_elses() -> None:
    key = SEALS.unsaved_key("account-1")
    assert key == Seals(b"s" * 32).unsaved_key("account-1")
    assert key != SEALS.unsaved_key("account-2")
    assert key != Seals(b"t" * 32).unsaved_key("account-1")
    assert len(base64.urlsafe_b64decode(key + "=")) == 32
