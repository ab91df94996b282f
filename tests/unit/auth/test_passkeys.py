"""Passkeys: what an authenticator has to show, for which challenge, at which address; and what is no answer."""

import json
from datetime import UTC, datetime
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.api.passkeys import Site
from contracts.base import Fault
from services.auth.model.passkeys import (
    Claim,
    NewCredential,
    PasskeyChallenge,
    claim_of,
    creation_options,
    has_gone_on,
    made_credential,
    passkey_key,
    random_challenge,
    read_name,
    request_options,
    shown_count,
)
from tests.support.authenticator import Authenticator, text_of

SITE = Site(host="bristol.portal.example", origin="https://bristol.portal.example")
AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def challenge(**changes: Any) -> PasskeyChallenge:
    return PasskeyChallenge(
        key="k", challenge=random_challenge(), site=SITE, account_id="a-1", expires_at=AT
    ).model_copy(update=changes)


def creation(asked: PasskeyChallenge) -> str:
    return creation_options(
        asked, email="sandra@school.example", name="Sandra Example", portal_name="Professional Portal", present=[]
    )


def made(authenticator: Authenticator) -> NewCredential:
    asked = challenge()
    credential = made_credential(asked, authenticator.make(creation(asked)))
    assert credential is not None
    return credential


def test_a_browser_is_told_to_keep_it_and_to_ask_for_its_owner() -> None:
    asked = challenge()
    told = json.loads(creation(asked))
    assert told["rp"] == {"name": "Professional Portal", "id": "bristol.portal.example"}
    assert told["user"] == {"id": text_of(b"a-1"), "name": "sandra@school.example", "displayName": "Sandra Example"}
    selection = told["authenticatorSelection"]
    assert (selection["residentKey"], selection["userVerification"]) == ("required", "required")
    assert (told["attestation"], told["challenge"]) == ("none", asked.challenge)
    asks = json.loads(request_options(asked))
    assert (asks["rpId"], asks["userVerification"], asks["allowCredentials"]) == (SITE.host, "required", [])


def test_what_was_made_for_a_challenge_signs_the_next_one() -> None:
    authenticator, asked = Authenticator(), challenge(account_id="")
    credential = made(authenticator)
    answer = authenticator.sign(request_options(asked))
    assert claim_of(answer) == Claim(account_id="a-1", credential_id=credential.credential_id)
    assert shown_count(asked, answer, credential.public_key) == 1


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://bristol.portal.example.evil.example"},
        {"origin": "http://bristol.portal.example"},
        {"host": "portal.example"},
        {"is_verified": False},
    ],
    ids=str,
)
def test_neither_another_page_nor_another_address_nor_a_stranger_with_the_phone_will_do(lie: dict[str, Any]) -> None:
    asked, authenticator = challenge(), Authenticator(**lie)
    assert made_credential(asked, authenticator.make(creation(asked))) is None
    known = Authenticator()
    credential = made(known)
    for name, value in lie.items():
        setattr(known, name, value)
    assert shown_count(asked, known.sign(request_options(asked)), credential.public_key) is None


def test_neither_another_challenge_nor_another_key_will_do() -> None:
    asked, authenticator, other = challenge(), Authenticator(), Authenticator()
    credential = made(authenticator)
    for answer in (
        authenticator.sign(request_options(asked), challenge=random_challenge()),
        Authenticator(credential_id=authenticator.credential_id, user=authenticator.user).sign(request_options(asked)),
    ):
        assert shown_count(asked, answer, credential.public_key) is None
    assert made_credential(challenge(), other.make(creation(asked))) is None


def test_an_answer_of_one_kind_is_none_of_the_other() -> None:
    asked, authenticator = challenge(), Authenticator()
    credential = made(authenticator)
    assert made_credential(asked, authenticator.sign(request_options(asked))) is None
    assert shown_count(asked, authenticator.make(creation(asked)), credential.public_key) is None


@pytest.mark.parametrize(
    ("known", "shown", "is_ours"),
    [(0, 0, True), (0, 1, True), (4, 5, True), (4, 4, False), (4, 3, False), (1, 0, False)],
)
def test_a_count_that_goes_back_or_stays_is_of_a_copy(known: int, shown: int, is_ours: bool) -> None:
    assert has_gone_on(known, shown) is is_ours


@given(
    st.one_of(
        st.text(),
        st.binary().map(text_of),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ).map(json.dumps),
    )
)
def test_whatever_comes_is_no_answer_and_no_fault(text: str) -> None:
    asked = challenge()
    assert claim_of(text) is None
    assert made_credential(asked, text) is None
    assert shown_count(asked, text, text_of(cbor2.dumps({}))) is None


@given(st.data())
def test_an_answer_with_any_part_replaced_is_none(data: st.DataObject) -> None:
    asked, authenticator = challenge(), Authenticator()
    credential = made(authenticator)
    for answer, look in (
        (authenticator.make(creation(asked)), made_credential),
        (authenticator.sign(request_options(asked)), lambda a, text: shown_count(a, text, credential.public_key)),
    ):
        parts = json.loads(answer)
        name = data.draw(st.sampled_from(sorted(set(parts["response"]) - {"userHandle"})))
        junk = data.draw(st.one_of(st.binary().map(text_of), st.text(), st.integers(), st.none()))
        parts["response"][name] = junk
        assert look(asked, json.dumps(parts)) is None


def test_deeply_nested_answers_are_refused_as_any() -> None:
    asked = challenge()
    nested = "[" * 8000 + "]" * 8000
    assert claim_of(nested) is None
    assert made_credential(asked, nested) is None
    bad = json.loads(Authenticator().make(creation(asked)))
    bad["response"]["attestationObject"] = text_of(b"\x81" * 8000)
    assert made_credential(asked, json.dumps(bad)) is None


@pytest.mark.parametrize(("typed", "name"), [("  Work\n phone ", "Work phone"), ("x" * 60, "x" * 60)])
def test_a_name_is_read_on_one_line(typed: str, name: str) -> None:
    assert read_name(typed) == name


@pytest.mark.parametrize(("typed", "code"), [(" \n", "required"), ("x" * 61, "too_long")])
def test_what_is_no_name_is_said_beside_it(typed: str, code: str) -> None:
    read = read_name(typed)
    assert isinstance(read, Fault)
    assert (read.path, read.code) == ("name", code)


def test_a_passkey_is_found_by_a_key_that_says_nothing_of_its_id() -> None:
    assert passkey_key(b"s" * 32, "id") == passkey_key(b"s" * 32, "id")
    assert passkey_key(b"s" * 32, "id") != passkey_key(b"t" * 32, "id")
