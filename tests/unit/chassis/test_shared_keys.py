"""What is sealed says nothing, and opens with its own key and for its own purpose alone."""

from datetime import timedelta
from pathlib import Path

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey
from pydantic import SecretStr

from chassis import clock
from chassis.authorities import Authorities
from chassis.sealing import NotOpened
from chassis.shared_keys import BodySeal, CouncilSeal, Seal, Tickets, is_sealed
from contracts.authority import Authority
from tests.support.service import new_key


def test_what_is_sealed_opens_again_and_says_nothing() -> None:
    key = SecretStr(new_key())
    first, second = (Seal(key).close("76850798", "code-1") for _ in range(2))
    assert first != second
    assert "76850798" not in first
    assert Seal(key).open(first, "code-1") == "76850798"


def test_nothing_opens_with_another_key_or_about_something_else() -> None:
    key = SecretStr(new_key())
    sealed = Seal(key).close("76850798", "code-1")
    for seal, text, about in (
        (Seal(SecretStr(new_key())), sealed, "code-1"),
        (Seal(key), sealed, "code-2"),
        (Seal(key), sealed[:-4] + "AAAA", "code-1"),
        (Seal(key), "", "code-1"),
        (Seal(key), "76850798", "code-1"),
    ):
        with pytest.raises(NotOpened):
            seal.open(text, about)


KEY = SecretStr(new_key())
BODY, NAME = b'{"name": "canary"}', "tasks.task.opened.v1"


def test_a_sealed_body_opens_under_its_name_and_says_nothing() -> None:
    sealed = BodySeal(KEY).seal(BODY, "bristol", NAME)
    assert is_sealed(sealed)
    assert b"canary" not in sealed
    assert BodySeal(KEY).open(sealed, NAME) == BODY
    assert BodySeal(KEY).open(BodySeal(KEY).seal(BODY, "", NAME), NAME) == BODY


def test_a_body_that_is_not_sealed_is_as_it_came() -> None:
    assert not is_sealed(BODY)
    for body in (BODY, b"", b"\x00", b"not json"):
        assert BodySeal(KEY).open(body, NAME) == body


def test_no_body_opens_under_another_name_or_key_or_as_anothers_or_cut_off() -> None:
    bodies = BodySeal(KEY)
    sealed = bodies.seal(BODY, "bristol", NAME)
    with pytest.raises(NotOpened):
        BodySeal(SecretStr(new_key())).open(sealed, NAME)
    with pytest.raises(NotOpened):
        bodies.open(sealed, "tasks.task.amended.v1")
    with pytest.raises(NotOpened):
        bodies.open(sealed.replace(b"bristol", b"oxfords"), NAME)
    for length in range(2, len(sealed)):
        with pytest.raises(NotOpened):
            bodies.open(sealed[:length], NAME)


def test_each_day_has_its_own_key_and_those_of_before_still_open(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = BodySeal(KEY)
    yesterday = bodies.seal(BODY, "bristol", NAME)
    tomorrow = clock.unmoved() + timedelta(days=1)
    monkeypatch.setattr(clock, "unmoved", lambda: tomorrow)
    today = bodies.seal(BODY, "bristol", NAME)
    assert yesterday[2:4] != today[2:4]
    assert {bodies.open(each, NAME) for each in (yesterday, today)} == {BODY}
    with pytest.raises(NotOpened):
        bodies.open(yesterday[:2] + today[2:4] + yesterday[4:], NAME)


def test_bodies_are_sealed_with_the_first_key_and_opened_with_any_that_is_still_there() -> None:
    old, new = new_key(), new_key()
    before, after = BodySeal(SecretStr(old)).seal(BODY, "bristol", NAME), BodySeal(SecretStr(f"{new},{old}"))
    assert after.open(before, NAME) == BODY
    assert BodySeal(SecretStr(new)).open(after.seal(BODY, "bristol", NAME), NAME) == BODY
    assert BodySeal(SecretStr(f"{old},{new}")).open(after.seal(BODY, "bristol", NAME), NAME) == BODY, (
        "a replica of before"
    )
    with pytest.raises(NotOpened):
        BodySeal(SecretStr(new)).open(before, NAME)


def test_a_council_that_gave_a_key_alone_can_read_what_it_is_told() -> None:
    key = ECKey.generate_key("P-256", {"kid": "2026"})
    council = an_authority("bristol", {name: str(value) for name, value in key.as_dict(private=False).items()})
    seal = CouncilSeal([council, an_authority("oxfordshire", None)])
    body, content_type = seal.close(BODY, "bristol")
    assert content_type == "application/jose"
    assert b"canary" not in body
    opened = jwe.decrypt_compact(body, key)
    assert (opened.plaintext, opened.headers()["kid"]) == (BODY, "2026")
    assert seal.close(BODY, "oxfordshire") == (BODY, "application/json")
    with pytest.raises(Exception, match=r".+"):
        jwe.decrypt_compact(body, ECKey.generate_key("P-256"))


def an_authority(code: str, public_key: dict[str, str] | None) -> Authority:
    known = next(each for each in Authorities.load(Path("deploy/authorities")) if each.code == code)
    return known.model_copy(update={"public_key": public_key})


def test_a_ticket_says_whose_it_is_and_nobody_makes_one_without_the_key() -> None:
    first, other = Tickets(SecretStr(new_key()), "one thing"), SecretStr(new_key())
    ticket = first.of("account-1")
    assert first.read(ticket) == "account-1"
    for guess in (Tickets(other, "one thing").of("account-1"), f"account-2{ticket[9:]}", ticket[:-1], "", ".", "é"):
        assert first.read(guess) is None


def test_a_ticket_for_one_thing_is_none_for_another() -> None:
    key = SecretStr(new_key())
    assert Tickets(key, "another thing").read(Tickets(key, "one thing").of("account-1")) is None
