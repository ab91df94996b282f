"""One email a day: chosen by whoever is signed in, taken back from an email, told once."""

from httpx2 import Response
from pydantic import SecretStr

from chassis.shared_keys import DIGEST_TICKETS, Tickets
from tests.component.auth.harness import Keys, Person, code_of
from tests.component.auth.test_accounts import as_
from tests.support.security import SecurityLog

CHANGED = "auth.digest.changed.v1"


async def choose(person: Person, token: str, *, is_wanted: bool) -> Response:
    body = {"is_wanted": is_wanted}
    return await person.client.put("/accounts/current/digest", json=body, headers=as_(person, token))


async def has_digest(person: Person, token: str) -> bool:
    return bool((await person.client.get("/accounts/current", headers=as_(person, token))).json()["has_digest"])


async def test_what_is_chosen_is_the_accounts_and_is_told_once(person: Person, security_log: SecurityLog) -> None:
    token = await person.sign_in()
    assert not await has_digest(person, token)
    for _ in range(2):
        assert (await choose(person, token, is_wanted=True)).status_code == 204
    told = await person.mailbox.expect(CHANGED, person.email)
    assert told["is_wanted"] is True
    assert await has_digest(person, token)
    assert (await choose(person, token, is_wanted=False)).status_code == 204
    assert (await person.mailbox.expect(CHANGED, person.email))["is_wanted"] is False
    assert person.mailbox.about(person.email) == [], "the same again is no news"
    assert security_log.outcomes("account.digest", account_id=told["account_id"]) == ["ok"] * 2


async def test_whoever_has_the_ticket_goes_back_without_a_session_and_twice_is_once(person: Person, keys: Keys) -> None:
    token = await person.sign_in()
    await choose(person, token, is_wanted=True)
    account_id = (await person.mailbox.expect(CHANGED, person.email))["account_id"]
    ticket = Tickets(SecretStr(keys.codes), DIGEST_TICKETS).of(account_id)
    for _ in range(2):
        assert (await person.client.delete(f"/digests/{ticket}")).status_code == 204
    assert (await person.mailbox.expect(CHANGED, person.email))["is_wanted"] is False
    assert not await has_digest(person, token)
    assert person.mailbox.about(person.email) == []


async def test_a_guess_changes_nothing(person: Person) -> None:
    token = await person.sign_in()
    await choose(person, token, is_wanted=True)
    account_id = (await person.mailbox.expect(CHANGED, person.email))["account_id"]
    for guess in (account_id, f"{account_id}.{'0' * 32}", f"{account_id}.", "x.y", "é.é"):
        answer = await person.client.delete(f"/digests/{guess}")
        assert (answer.status_code, code_of(answer)) == (404, "unknown_address")
    assert await has_digest(person, token)


async def test_nobody_chooses_who_is_not_signed_in(person: Person) -> None:
    assert (await choose(person, "nobody's", is_wanted=True)).status_code == 401
