"""What somebody keeps about their work: changed when they like, told with the change, gone with the account."""

from typing import Any

from httpx2 import Response

from tests.component.auth.harness import Database, Person
from tests.component.auth.test_accounts import as_, change_details, faults
from tests.support.security import SecurityLog

CHANGED = "auth.profile.changed.v1"
TYPED = {"body": "hcpc", "number": "ot 12345", "works_for": ["Hill View School"]}
KEPT = {
    "professional_registration": {"body": "hcpc", "other_body": "", "number": "OT12345"},
    "works_for": ["Hill View School"],
}


async def change(person: Person, token: str, body: dict[str, Any]) -> Response:
    return await person.client.put("/accounts/current/profile", json=body, headers=as_(person, token))


async def profile(person: Person, token: str) -> dict[str, Any]:
    return dict((await person.client.get("/accounts/current", headers=as_(person, token))).json()["profile"])


async def test_a_profile_is_kept_and_told_once_and_other_details_leave_it(
    person: Person, security_log: SecurityLog
) -> None:
    token = await person.sign_in()
    assert await profile(person, token) == {"works_for": []}, "nobody is asked for one at registration"
    for _ in range(2):
        assert (await change(person, token, TYPED)).status_code == 204
    told = await person.mailbox.expect(CHANGED, person.email)
    assert told["profile"] == KEPT
    assert (await change_details(person, token)).status_code == 204
    await person.mailbox.expect("auth.account.changed.v1", person.email)
    assert await profile(person, token) == KEPT
    assert (await change(person, token, {})).status_code == 204
    assert (await person.mailbox.expect(CHANGED, person.email))["profile"] == {"works_for": []}
    assert await profile(person, token) == {"works_for": []}
    assert person.mailbox.about(person.email) == [], "the same again is no news"
    assert security_log.outcomes("account.profile", account_id=told["account_id"]) == ["ok"] * 2


async def test_a_bad_one_changes_nothing(person: Person) -> None:
    token = await person.sign_in()
    assert (await change(person, token, TYPED)).status_code == 204
    await person.mailbox.expect(CHANGED, person.email)
    refused = await change(person, token, {"body": "gmc", "number": "x", "works_for": ["x"] * 5 + ["y" * 101]})
    assert faults(refused) == {"number": "format", "works_for": "too_long"}
    assert await profile(person, token) == KEPT
    assert person.mailbox.about(person.email) == []
    assert (await change(person, "nobody's", TYPED)).status_code == 401


async def test_nothing_of_it_is_left_when_the_account_is_closed(person: Person, database: Database) -> None:
    token = await person.sign_in()
    assert (await change(person, token, TYPED)).status_code == 204
    account_id = (await person.mailbox.expect(CHANGED, person.email))["account_id"]
    body = {"password": person.password}
    closed = await person.client.post("/accounts/current/close", json=body, headers=as_(person, token))
    assert closed.status_code == 204
    kept = await database["accounts"].find_one({"_id": account_id})
    assert kept
    assert "profile" not in kept
