"""Resetting a password: the same answers for everybody, once, and never a way round the second step."""

import asyncio
from collections.abc import Callable
from typing import Any

from tests.component.auth.harness import OTHER_PASSWORD, Database, Person, code_of, other_than
from tests.support.eventually import eventually
from tests.support.sealing import BODIES


async def confirmed(person: Person) -> str:
    """A reset whose code has been given."""
    reset_id = await person.start_reset()
    code = await person.mailbox.code(person.email, "reset")
    answer = await person.client.post(f"/resets/{reset_id}/confirm", json={"code": code})
    assert answer.status_code == 204, answer.text
    return reset_id


async def test_address_code_and_new_password_change_it_and_tell_the_owner(person: Person) -> None:
    reset_id = await confirmed(person)
    assert (await person.set_password(reset_id, OTHER_PASSWORD)).status_code == 200
    told = await person.mailbox.expect("auth.password.reset.v1", person.email)
    assert told["authority"] == "bristol"
    assert (await person.give_password()).status_code == 401
    person.password = OTHER_PASSWORD
    await person.sign_in()


async def test_t62_a_reset_ends_every_session_and_sign_in_and_opens_none(person: Person) -> None:
    tokens = [await person.sign_in(), await person.sign_in()]
    sign_in_id, code = await person.start_sign_in()
    answer = await person.set_password(await confirmed(person), OTHER_PASSWORD)
    assert answer.status_code == 200
    assert answer.json().keys() == {"devices"}
    for token in tokens:
        assert (await person.session(token)).status_code == 401
    assert code_of(await person.give_code(sign_in_id, code)) == "sign_in_over"


async def test_t59_a_reset_works_once(person: Person, database: Database) -> None:
    reset_id = await confirmed(person)
    answers = await asyncio.gather(*(person.set_password(reset_id, OTHER_PASSWORD) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [404] * 7
    assert code_of(await person.set_password(reset_id, "Another+Way-4")) == "reset_over"
    account = await database["accounts"].find_one({"email_key": person.email})
    assert account is not None
    assert account["password_version"] == 2


async def test_t59_its_code_works_once_and_not_after_ten_minutes(
    person: Person, set_clock: Callable[[str], None]
) -> None:
    reset_id = await person.start_reset()
    code = await person.mailbox.code(person.email, "reset")
    address = f"/resets/{reset_id}/confirm"
    answers = await asyncio.gather(*(person.client.post(address, json={"code": code}) for _ in range(5)))
    assert [answer.status_code for answer in answers].count(204) == 1
    set_clock("PT10M1S")
    assert code_of(await person.set_password(reset_id, OTHER_PASSWORD)) == "reset_over"
    late_id = await person.start_reset()
    late = await person.mailbox.code(person.email, "reset")
    set_clock("PT20M2S")
    assert code_of(await person.client.post(f"/resets/{late_id}/confirm", json={"code": late})) == "code_expired"


async def test_t57_no_step_can_be_left_out(person: Person) -> None:
    reset_id = await person.start_reset()
    assert code_of(await person.set_password(reset_id, OTHER_PASSWORD)) == "reset_over"
    assert code_of(await person.set_password("invented", OTHER_PASSWORD)) == "reset_over"


async def test_a_poor_new_password_is_said_so_and_the_reset_goes_on(person: Person) -> None:
    reset_id = await confirmed(person)
    poor = await person.set_password(reset_id, "Sandra2026!")
    assert poor.json()["faults"][0]["path"] == "password"
    assert (await person.set_password(reset_id, OTHER_PASSWORD)).status_code == 200


async def test_somebody_elses_resets_keep_nobody_from_signing_in(person: Person) -> None:
    for _ in range(5):
        await person.start_reset()
    await person.sign_in()


async def test_t50_however_many_ask_in_somebodys_name_the_owners_reset_reaches_the_mailbox(person: Person) -> None:
    strangers = [await person.elsewhere().start_reset() for _ in range(30)]
    reset_id = await person.start_reset()
    codes = [await person.mailbox.code(person.email, "reset") for _ in range(3)]
    assert (await person.give_reset_code(reset_id, codes[-1])).status_code == 204
    assert person.mailbox.about(person.email) == [], "three emails, not thirty-one"
    for stranger in strangers[:5]:
        assert code_of(await person.elsewhere().give_reset_code(stranger, other_than(codes[-1]))) == "code_wrong"
    assert (await person.set_password(reset_id, OTHER_PASSWORD)).status_code == 200


async def test_t50_a_code_that_serves_several_resets_changes_the_password_once(person: Person) -> None:
    ids = [await person.elsewhere().start_reset() for _ in range(5)]
    codes = [await person.mailbox.code(person.email, "reset") for _ in range(3)]
    assert [(await person.give_reset_code(id_, codes[-1])).status_code for id_ in ids[2:]] == [204] * 3
    answers = await asyncio.gather(*(person.set_password(id_, OTHER_PASSWORD) for id_ in ids[2:]))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404]


async def test_t50_a_code_too_old_to_serve_is_not_left_to_wait_for(
    person: Person, set_clock: Callable[[str], None]
) -> None:
    for _ in range(3):
        await person.elsewhere().start_reset()
        await person.mailbox.code(person.email, "reset")
    set_clock("PT6M")
    reset_id = await person.start_reset()
    code = await person.mailbox.code(person.email, "reset")
    assert (await person.give_reset_code(reset_id, code)).status_code == 204


async def test_t50_after_a_reset_the_owner_signs_in_at_once_though_strangers_go_on(person: Person) -> None:
    strangers = [person.elsewhere() for _ in range(3)]
    for who in strangers:
        for _ in range(4):
            await who.give_password(OTHER_PASSWORD)
    await person.set_password(await confirmed(person), OTHER_PASSWORD)
    assert code_of(await person.elsewhere().give_password(OTHER_PASSWORD)) == "too_many_guesses"
    person.password = OTHER_PASSWORD
    await person.sign_in()


async def test_t51_a_hundred_reset_codes_of_an_address_are_looked_at_and_the_owners_browser_has_its_own(
    person: Person, set_clock: Callable[[str], None]
) -> None:
    await person.sign_in()
    outcomes = []
    for _ in range(21):
        stranger = person.elsewhere()
        reset_id = await stranger.start_reset()
        outcomes += [code_of(await stranger.give_reset_code(reset_id, "00000000")) for _ in range(5)]
    assert outcomes.count("too_many_reset_codes") == 5
    reset_id = await person.start_reset()
    codes = [await person.mailbox.code(person.email, "reset") for _ in range(3)]
    assert (await person.give_reset_code(reset_id, codes[-1])).status_code == 204
    set_clock("PT15M5S")
    late = await person.elsewhere().start_reset()
    assert code_of(await person.elsewhere().give_reset_code(late, "00000000")) == "code_wrong"


async def test_a_new_code_for_a_reset_makes_the_one_before_useless(
    person: Person, somebody: Callable[[], Person]
) -> None:
    reset_id, unknown_id = await person.start_reset(), await somebody().start_reset()
    old = await person.mailbox.code(person.email, "reset")
    for id_ in (reset_id, unknown_id):
        assert (await person.client.post(f"/resets/{id_}/code")).status_code == 204
    new = await person.mailbox.code(person.email, "reset")
    assert code_of(await person.give_reset_code(reset_id, old)) == "code_wrong"
    assert (await person.give_reset_code(reset_id, new)).status_code == 204
    assert code_of(await person.client.post(f"/resets/{reset_id}/code")) == "reset_over"


async def test_sessions_end_by_the_event_too_if_auth_crashed_after_the_change(
    person: Person, database: Database
) -> None:
    token = await person.sign_in()
    before = await database["sessions"].find_one({"email": person.email})
    await person.set_password(await confirmed(person), OTHER_PASSWORD)
    assert before is not None
    await database["sessions"].insert_one(before)  # as if it had not been deleted
    await _tell_again(database, person)
    await eventually(lambda: _is_over(person, token))


async def _is_over(person: Person, token: str) -> bool:
    return (await person.session(token)).status_code == 401


async def _tell_again(database: Database, person: Person) -> None:
    """Puts the sent event back into its outbox, where the sweeper finds it."""

    async def mine() -> Any:
        sent = await database["outbox_sent"].find({"type": "auth.password.reset.v1"}).to_list(None)
        return next((each for each in sent if person.email.encode() in BODIES.opened(each)), None)

    sent = await eventually(mine)
    # The copy is written first, then the entry is taken out: what is put back in between would be taken out too.
    cleared = {"email_key": person.email, "outbox": []}
    await eventually(lambda: database["accounts"].find_one(cleared))
    await database["accounts"].update_one({"email_key": person.email}, {"$set": {"outbox": [sent]}})
