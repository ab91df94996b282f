"""Sessions: idle and absolute ends, logout, and what the database holds of them."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from chassis.tokens import Verifier, public_key_of
from services.auth.api import routes
from services.auth.settings import Settings
from tests.component.auth.harness import (
    CLIENT_SECRET,
    Database,
    Keys,
    Mailbox,
    Person,
    at_door,
    code_of,
    running,
)
from tests.support.measures import Measures


async def test_t62_logout_ends_the_session_at_once(person: Person) -> None:
    token, other = await person.sign_in(), await person.sign_in()
    assert token != other
    headers = {"Portal-Session": token}
    assert (await person.client.delete("/sessions/current", headers=headers)).status_code == 204
    assert code_of(await person.session(token)) == "signed_out"
    assert (await person.session(other)).status_code == 200
    assert (await person.client.delete("/sessions/current", headers=headers)).status_code == 204


async def test_t60_a_sign_in_ends_the_session_that_its_browser_was_in_and_no_other(
    person: Person, measures: Measures
) -> None:
    elsewhere = await person.elsewhere().sign_in()
    tokens = [await person.sign_in()]
    for _ in range(3):
        person.held = tokens[-1]
        tokens.append(await person.sign_in())
    alive = [token for token in (elsewhere, *tokens) if (await person.session(token)).status_code == 200]
    measures.report("T60", what="one browser", sign_ins=len(tokens), tokens=len(set(tokens)), alive=len(alive) - 1)
    assert len(set(tokens)) == 4
    assert alive == [elsewhere, tokens[-1]]


async def test_t57_the_id_of_a_sign_in_is_no_session_at_any_door(person: Person, measures: Measures) -> None:
    """Where a session is all that is asked for; the same doors open to one."""
    token = await person.sign_in()
    sign_in_id, _ = await person.start_sign_in()
    asked = [(method, each.path) for each in routes for method in each.methods or () if "{" not in each.path]
    doors = [(method, path) for method, path in asked if method in {"GET", "DELETE"} and path != "/sessions/current"]

    async def knock(held: str) -> Counter[int]:
        headers = {**person.headers, "Portal-Session": held}
        answers = [await person.client.request(*door, headers=headers) for door in doors]
        return Counter(answer.status_code for answer in answers)

    refused, opened = await knock(sign_in_id), await knock(token)
    measures.report("T57", what="at auth", doors=len(doors), refused=refused[401], opened_to_a_session=opened[200])
    assert refused == {401: len(doors)}
    assert opened[200] >= 5
    assert code_of(await person.session(sign_in_id)) == "signed_out"


async def test_a_session_says_when_its_person_had_signed_in_before(
    person: Person, set_clock: Callable[[str], None]
) -> None:
    first = (await person.session(await person.sign_in())).json()
    assert first["signed_in_before_at"] is None
    set_clock("P1D")
    second = (await person.session(await person.sign_in())).json()
    opened = datetime.fromisoformat(first["absolute_expires_at"]) - timedelta(hours=12)
    assert datetime.fromisoformat(second["signed_in_before_at"]) == opened


@pytest.mark.parametrize("minutes", [10, 45])
async def test_t61_each_council_says_how_long_a_session_may_be_idle(  # noqa: PLR0917 - fixtures
    minutes: int,
    chosen: Settings,
    keys: Keys,
    mailbox: Mailbox,
    person: Person,
    set_clock: Callable[[str], None],
    tmp_path: Path,
) -> None:
    at_door("bristol", tmp_path, idle_minutes=minutes)
    async with running(chosen.model_copy(update={"authorities_dir": tmp_path}), keys) as client:
        token = await Person(client, mailbox, person.email).sign_in()
        set_clock(f"PT{minutes - 1}M50S")
        kept = await Person(client, mailbox, person.email).session(token)
        set_clock(f"PT{minutes}M1S")
        over = await Person(client, mailbox, person.email).session(token)
    assert (kept.status_code, over.status_code) == (200, 401)


async def test_reading_a_session_often_writes_once_a_minute(
    person: Person, database: Database, set_clock: Callable[[str], None]
) -> None:
    token = await person.sign_in()
    stored = await database["sessions"].find_one({"email": person.email})
    assert stored is not None
    for _ in range(5):
        await person.session(token, touch=True)
    assert await database["sessions"].find_one({"_id": stored["_id"]}, {"seen_at": 1}) == {
        "_id": stored["_id"],
        "seen_at": stored["seen_at"],
    }
    set_clock("PT61S")
    view = (await person.session(token, touch=True)).json()
    seen = await database["sessions"].find_one({"_id": stored["_id"]})
    assert seen is not None
    assert seen["seen_at"] > stored["seen_at"]
    assert view["idle_expires_at"] < view["absolute_expires_at"]


@pytest.mark.parametrize("token", ["", "x", "$ne", "\x7f" * 10])
async def test_what_is_no_token_is_nobody(person: Person, token: str) -> None:
    assert code_of(await person.session(token)) == "signed_out"


async def test_a_council_gets_a_token_for_its_credentials(gateway: AsyncClient, keys: Keys) -> None:
    body = {"client_id": "bristol-cms", "client_secret": CLIENT_SECRET}
    answer = (await gateway.post("/council-tokens", json=body)).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 900)
    claims = Verifier(public_key_of(keys.auth), issuer="auth", audience="gateway").verify(answer["access_token"])
    assert claims["authority"] == "bristol"
    refused = await gateway.post("/council-tokens", json=body | {"client_secret": "another"})
    assert (refused.status_code, code_of(refused)) == (401, "invalid_client")


async def test_every_query_has_an_index(database: Database) -> None:
    keyed = {
        name: {tuple(index["key"]) for index in (await database[name].index_information()).values()}
        for name in ("accounts", "sessions", "registrations", "resets", "limits")
    }
    fields = {name: {tuple(field for field, _ in key) for key in keys} for name, keys in keyed.items()}
    assert ("email_key",) in fields["accounts"]
    assert {("token_hash",), ("account_id", "password_version"), ("ends_at",)} <= fields["sessions"]
    assert ("account_id", "challenge.expires_at") in fields["resets"]
    assert all(("expires_at",) in fields[name] for name in ("registrations", "resets", "limits"))
