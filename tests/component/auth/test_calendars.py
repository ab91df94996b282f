"""The secret of a calendar address: shown once, kept as a hash, renewed, ended; whose it is, whatever their address."""

import json
from collections.abc import Callable
from typing import Any

from httpx2 import Response

from chassis import clock
from services.auth.model.tokens import token_hash
from tests.component.auth.harness import Database, Person
from tests.component.auth.test_accounts import as_, close
from tests.component.auth.test_address_changes import give, started
from tests.support.eventually import eventually
from tests.support.security import SecurityLog

CHANGED = "auth.calendar.changed.v1"


async def made(person: Person, token: str) -> str:
    answer = await person.client.post("/calendar", headers=as_(person, token))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["secret"])


async def view(person: Person, token: str) -> Any:
    return (await person.client.get("/calendar", headers=as_(person, token))).json()["made_at"]


async def owner_of(person: Person, secret: str) -> Response:
    return await person.client.post("/calendar/owner", json={"secret": secret})


async def test_a_secret_is_shown_once_and_kept_as_a_hash(person: Person, database: Database) -> None:
    token = await person.sign_in()
    assert await view(person, token) is None
    secret = await made(person, token)
    assert len(secret) == 43
    assert await view(person, token) is not None
    owner = (await owner_of(person, secret)).json()
    assert (owner["email"], owner["name"]) == (person.email, "Sandra Example")
    (account,) = [one async for one in database["accounts"].find({"calendar.token_hash": token_hash(secret)})]
    assert account["_id"] == owner["account_id"]
    assert secret not in json.dumps([account], default=str)


async def test_a_new_one_ends_the_one_before_and_ending_it_twice_is_once(person: Person) -> None:
    token = await person.sign_in()
    first = await made(person, token)
    second = await made(person, token)
    assert ((await owner_of(person, first)).status_code, (await owner_of(person, second)).status_code) == (404, 200)
    for _ in range(2):
        assert (await person.client.delete("/calendar", headers=as_(person, token))).status_code == 204
    assert await view(person, token) is None
    never, over = await owner_of(person, "x" * 43), await owner_of(person, second)
    assert (never.status_code, never.json()) == (over.status_code, over.json())
    assert over.status_code == 404


async def test_its_owner_is_told_each_time_that_it_is_another_and_not_which(
    person: Person, database: Database, security_log: SecurityLog
) -> None:
    token = await person.sign_in()
    secrets = [await made(person, token), await made(person, token)]
    for _ in range(2):
        await person.client.delete("/calendar", headers=as_(person, token))
    secrets.append(await made(person, token))
    mine = {"calendar.token_hash": token_hash(secrets[-1])}
    await eventually(lambda: database["accounts"].find_one({**mine, "outbox": []}))
    told = [await person.mailbox.expect(CHANGED, person.email) for _ in range(4)]
    assert sorted(event["what"] for event in told) == ["ended", "made", "made", "renewed"]
    assert {event["authority"] for event in told} == {"bristol"}
    assert security_log.outcomes("calendar.changed", account_id=told[0]["account_id"]) == ["ok"] * 4
    assert person.mailbox.about(person.email) == []
    assert not [secret for secret in secrets if secret in json.dumps(told)]
    assert not [secret for secret in secrets if token_hash(secret) in json.dumps(told)]


async def test_it_is_made_by_whoever_is_signed_in_alone(person: Person, somebody: Callable[[], Person]) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = await person.client.request(method, "/calendar", headers=as_(person, "x" * 43))
        assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")
    other = await somebody().register()
    mine = await made(person, await person.sign_in())
    await other.client.delete("/calendar", headers=as_(other, await other.sign_in()))
    assert (await owner_of(person, mine)).status_code == 200


async def test_it_follows_a_new_address_and_ends_with_the_account(
    person: Person, somebody: Callable[[], Person], database: Database
) -> None:
    token, email = await person.sign_in(), somebody().email
    secret = await made(person, token)
    change_id, new, present = await started(person, token, email)
    assert (await give(person, token, change_id, new, present)).status_code == 204
    assert (await owner_of(person, secret)).json()["email"] == email
    assert (await close(person, token)).status_code == 204
    assert (await owner_of(person, secret)).status_code == 404
    assert await database["accounts"].count_documents({"calendar.token_hash": token_hash(secret)}) == 0


async def test_what_a_version_before_has_left_in_a_closed_account_opens_nothing(
    person: Person, database: Database
) -> None:
    secret = await made(person, await person.sign_in())
    left = {"calendar.token_hash": token_hash(secret)}
    await database["accounts"].update_one(left, {"$set": {"closed_at": clock.now()}, "$unset": {"details": ""}})
    assert (await owner_of(person, secret)).status_code == 404
