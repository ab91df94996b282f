from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest
from starlette.requests import Request

from chassis import clock, identity
from chassis.errors import Forbidden, Unauthorised
from chassis.identity import Professional, current_grant, current_professional, sign_grant, sign_professional
from chassis.tokens import Signer, Verifier, public_key_of
from contracts.tasks import FormGrant
from tests.support.service import new_key

GATEWAY, TASKS = new_key(), new_key()
IDENTITIES = Verifier(public_key_of(GATEWAY), issuer="gateway", audience="forms")
GRANTS = Verifier(public_key_of(TASKS), issuer="tasks", audience="forms-and-files")
PERSON = Professional("account-1", "sandra@school.example", "Sandra Example")


@pytest.mark.parametrize(("seconds", "is_taken"), [(60, True), (1, True), (-5, True), (-6, False), (-3600, False)])
def test_a_token_ends_with_its_time_and_a_little_leeway(
    monkeypatch: pytest.MonkeyPatch, seconds: int, *, is_taken: bool
) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: at)
    token = Signer(GATEWAY, issuer="gateway").sign({"kind": "gateway"}, audience="forms", seconds=seconds)
    if is_taken:
        assert IDENTITIES.verify(token)["exp"] == at.timestamp() + seconds
    else:
        with pytest.raises(Unauthorised, match="token_expired"):
            IDENTITIES.verify(token)


@pytest.mark.parametrize(
    ("key", "issuer", "audience"), [(TASKS, "gateway", "forms"), (GATEWAY, "tasks", "forms"), (GATEWAY, "gateway", "x")]
)
def test_a_token_of_another_key_issuer_or_audience_is_none(key: str, issuer: str, audience: str) -> None:
    token = Signer(key, issuer=issuer).sign({}, audience=audience, seconds=60)
    with pytest.raises(Unauthorised, match="token_invalid"):
        IDENTITIES.verify(token)


def test_whose_forms_are_withheld_goes_along_with_whoever_asks() -> None:
    weakly = replace(PERSON, withheld=("oxfordshire",))
    for person in (PERSON, weakly):
        token = sign_professional(Signer(GATEWAY, issuer="gateway"), person, "forms")
        app = SimpleNamespace(state=SimpleNamespace(identities=IDENTITIES))
        request: Any = SimpleNamespace(headers={"authorization": f"Bearer {token}"}, app=app)
        assert current_professional(request) == person


def asked(
    task_id: str = "task-1", account_id: str = "account-1", rights: tuple[str, ...] = ("read", "edit")
) -> Request:
    """A request to a task's form, with a grant for these."""
    grant = FormGrant.model_validate(
        {
            "task_id": task_id,
            "authority": "bristol",
            "delegation_id": "d-1",
            "account_id": account_id,
            "email": PERSON.email,
            "name": PERSON.name,
            "rights": list(rights),
            "version": 1,
            "access_version": 1,
        }
    )
    headers = {
        "authorization": f"Bearer {sign_professional(Signer(GATEWAY, 'gateway'), PERSON, 'forms')}",
        identity.GRANT_HEADER: sign_grant(Signer(TASKS, "tasks"), grant),
    }
    state = SimpleNamespace(identities=IDENTITIES, grants=GRANTS)
    request: Any = SimpleNamespace(headers=headers, path_params={"task_id": "task-1"}, app=SimpleNamespace(state=state))
    return cast("Request", request)


@pytest.mark.parametrize("right", ["read", "edit"])
def test_a_grant_opens_what_it_names(right: Literal["read", "edit"]) -> None:
    assert current_grant(asked(), right).task_id == "task-1"


@pytest.mark.parametrize(("task_id", "account_id"), [("task-2", "account-1"), ("task-1", "account-2")])
def test_a_grant_of_another_task_or_person_opens_not_even_reading(task_id: str, account_id: str) -> None:
    with pytest.raises(Forbidden, match="wrong_grant"):
        current_grant(asked(task_id, account_id), "read")


def test_a_grant_without_the_right_is_no_right() -> None:
    with pytest.raises(Forbidden):
        current_grant(asked(rights=("read",)), "edit")


def test_a_token_that_is_known_ends_with_its_time_too_and_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: at)
    verifier = Verifier(public_key_of(GATEWAY), issuer="gateway", audience="forms")
    token = Signer(GATEWAY, issuer="gateway").sign({"kind": "gateway"}, audience="forms", seconds=60)
    claims = verifier.verify(token)
    assert verifier.verify(token) is claims
    with pytest.raises(TypeError):
        claims["kind"] = "council"  # type: ignore[index]
    with pytest.raises(Unauthorised, match="token_invalid"):
        verifier.verify(f"{token[:-4]}AAAA")
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(seconds=66))
    with pytest.raises(Unauthorised, match="token_expired"):
        verifier.verify(token)
