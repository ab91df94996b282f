"""Authenticator apps: added by their first code, asked for at sign-in, got round by recovery codes, taken away."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from httpx2 import Response

from chassis import clock
from contracts.tasks import AccountResetAsked
from services.auth.settings import Settings
from tests.component.auth.harness import PASSWORD, Database, Keys, Mailbox, Person, at_door, code_of, running
from tests.component.auth.test_accounts import as_, change_password, close, faults
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import eventually, stays
from tests.support.measures import Measures
from tests.support.security import SecurityLog

CHANGED = "auth.factor.changed.v1"


class App:
    """An authenticator app, whose clock is the test's."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret)
        self.added_by = self.code()

    def code(self) -> str:
        return self.at(self.step())

    def step(self) -> int:
        return int(clock.now().timestamp()) // 30

    def at(self, step: int) -> str:
        return self.totp.generate_otp(step)


async def status(person: Person, token: str) -> dict[str, Any]:
    answer = await person.client.get("/authenticator", headers=as_(person, token))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def add(person: Person, token: str, code: str, password: str = PASSWORD) -> Response:
    body = {"code": code, "password": password}
    return await person.client.post("/authenticator", json=body, headers=as_(person, token))


class Enrolled(NamedTuple):
    """An app that was added."""

    app: App
    codes: list[str]
    """The recovery codes."""
    token: str
    """Of the session, from then on."""


async def enrolled(person: Person, token: str) -> Enrolled:
    """An app is added."""
    enrolment = (await status(person, token))["enrolment"]
    assert parse_qs(urlsplit(enrolment["uri"]).query)["secret"] == [enrolment["secret"]]
    app = App(enrolment["secret"])
    answer = await add(person, token, app.added_by)
    assert answer.status_code == 201, answer.text
    await person.mailbox.expect(CHANGED, person.email, what="app_added")
    return Enrolled(app, answer.json()["codes"], answer.json()["session"]["session_token"])


async def use_up(person: Person, sign_in_id: str, code: str) -> list[Response]:
    """Wrong codes until none is looked at any more."""
    wrong = f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"
    answers = [await person.give_code(sign_in_id, wrong) for _ in range(6)]
    assert [faults(each)["code"] for each in answers] == ["code_wrong"] * 4 + ["code_exhausted"] * 2
    return answers


async def begin(person: Person) -> str:
    """A right password, where the app is asked for."""
    answer = await person.give_password()
    assert answer.status_code == 201, answer.text
    assert answer.json()["factor"] == "app"
    return str(answer.json()["sign_in_id"])


@pytest.fixture(scope="module", params=["either", "app"])
def second_factor(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def asking(chosen: Settings, second_factor: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Both councils ask for this."""
    folder = tmp_path_factory.mktemp("authorities")
    for authority in ("bristol", "oxfordshire"):
        at_door(authority, folder, second_factor=second_factor)
    return chosen.model_copy(update={"authorities_dir": folder})


@pytest.fixture(scope="module")
async def door(asking: Settings, keys: Keys, database: Database) -> AsyncIterator[Any]:
    """Auth, as it is asked of."""
    async with running(asking, keys) as client:
        yield client


@pytest.fixture
async def user(door: Any, mailbox: Mailbox, somebody: Callable[[], Person]) -> Person:
    person = somebody()
    return await Person(door, mailbox, person.email).register()


async def test_an_app_is_added_by_its_first_code_and_asked_for_from_then_on(
    user: Person, second_factor: str, set_clock: Callable[[str], None], database: Database
) -> None:
    token, other = await user.sign_in(), await user.sign_in()
    before = await status(user, token)
    assert (before["added_at"], before["must_stay"]) == (None, second_factor == "app")
    assert (await user.session(token)).json()["must_enrol"] is (second_factor == "app")
    assert await status(user, token) == before, "the same secret until it is added"
    assert faults(await add(user, token, "12345")) == {"code": "format"}
    assert faults(await add(user, token, "000000", "not it")) == {"password": "wrong_password"}
    assert faults(await add(user, token, "000000")) == {"code": "code_wrong"}
    app, codes, fresh = await enrolled(user, token)
    assert {code_of(await user.session(over)) for over in (token, other)} == {"signed_out"}
    token = fresh
    assert (await user.session(token)).json()["must_enrol"] is False
    shown = await status(user, token)
    assert (shown["codes_left"], shown["enrolment"]) == (10, None)
    assert code_of(await add(user, token, app.code())) == "no_app"
    kept = str(await database["accounts"].find_one({"email": user.email}, {"outbox": 0}))
    kept += str([each async for each in database["sessions"].find({"email": user.email})])
    assert not [word for word in (app.totp.secret, *codes) if word in kept], "T65: nothing there opens anything"
    set_clock("PT31S")
    sign_in_id = await begin(user)
    opened = await user.give_code(sign_in_id, app.code())
    assert opened.status_code == 201, opened.text
    assert user.mailbox.about(user.email) == [], "no code was emailed"


async def test_t56_of_fifty_at_once_one_is_let_in_and_no_code_of_before_is(
    user: Person,
    asking: Settings,
    keys: Keys,
    second_factor: str,
    *,
    set_clock: Callable[[str], None],
    measures: Measures,
) -> None:
    """Fifty are ten sign-ins with five tries each; the code is the next one's, as of a telephone that is fast."""
    app = (await enrolled(user, await user.sign_in())).app
    refused = [faults(await user.give_code(await begin(user), app.added_by))]
    set_clock("PT6M")
    ids = [await begin(user) for _ in range(10)]
    async with running(asking, keys) as second:
        twin, step = replace(user, client=second), app.step() + 1
        tries = [(who, each) for each in ids for who in (user, twin, user, twin, user)]
        answers = await asyncio.gather(*(who.give_code(each, app.at(step)) for who, each in tries))
    set_clock("PT6M10S")
    late = await begin(user)
    refused += [faults(await user.give_code(late, app.at(used))) for used in (step, step - 1, step - 2)]
    opened = Counter(answer.status_code for answer in answers)[201]
    measures.report("T56", factor=second_factor, at_once=50, instances=2, opened=opened, then=4, refused=len(refused))
    assert opened == 1
    assert refused == [{"code": "code_wrong"}] * 4


async def test_a_recovery_code_opens_once_and_its_owner_hears_of_it(user: Person, second_factor: str) -> None:
    token = await user.sign_in()
    _, codes, token = await enrolled(user, token)
    opened = await user.give_code(await begin(user), codes[0].lower())
    assert opened.status_code == 201, opened.text
    told = await user.mailbox.expect(CHANGED, user.email, what="code_used")
    assert told["codes_left"] == 9
    assert faults(await user.give_code(await begin(user), codes[0])) == {"code": "code_wrong"}
    fresh = (
        await user.client.post("/authenticator/recovery-codes", json={"password": PASSWORD}, headers=as_(user, token))
    ).json()["codes"]
    assert set(fresh) & set(codes) == set()
    assert faults(await user.give_code(await begin(user), codes[1])) == {"code": "code_wrong"}
    assert (await user.give_code(await begin(user), fresh[1])).status_code == 201


async def test_t52_neither_another_factor_nor_another_sign_in_gives_more_tries(
    user: Person, database: Database, second_factor: str, *, set_clock: Callable[[str], None], measures: Measures
) -> None:
    """Five of the app's code, five of an emailed one where that will do, five of the app's again; no more of any."""
    app = (await enrolled(user, await user.sign_in())).app
    set_clock("PT31S")
    sign_in_id = await begin(user)
    spent, codes = [(sign_in_id, app.code())], await use_up(user, sign_in_id, app.code())
    if (await user.client.post(f"/sign-ins/{sign_in_id}/code", headers=user.headers)).status_code == 200:
        spent.append((sign_in_id, await user.mailbox.code(user.email)))
        codes += await use_up(user, *spent[-1])
    spent.append((await begin(user), app.code()))
    codes += await use_up(user, *spent[-1])
    codes += [await user.give_code(*each) for each in spent]
    account = await database["accounts"].find_one({"email_key": user.email})
    assert account is not None
    tries, evaluated = 5 * len(spent), account["failures"]["sign_in"]
    measures.report("T52", what=f"factors ({second_factor})", guesses=len(codes), evaluated=evaluated, may_be=tries)
    assert evaluated == tries == (15 if second_factor == "either" else 10)
    assert {answer.status_code for answer in codes} == {422}


async def test_a_code_by_email_will_do_only_where_the_authority_leaves_the_choice(
    user: Person, second_factor: str
) -> None:
    await enrolled(user, await user.sign_in())
    sign_in_id = await begin(user)
    answer = await user.client.post(f"/sign-ins/{sign_in_id}/code", headers=user.headers)
    if second_factor == "app":
        assert faults(answer) == {"code": "app_needed"}
        return
    assert answer.json()["factor"] == "email"
    assert (await user.give_code(sign_in_id, await user.mailbox.code(user.email))).status_code == 201


async def test_an_app_is_taken_away_only_where_the_authority_lets_people_in_without(
    user: Person, second_factor: str, security_log: SecurityLog
) -> None:
    token = (await enrolled(user, await user.sign_in())).token
    answer = await user.client.post("/authenticator/remove", json={"password": "not it"}, headers=as_(user, token))
    assert faults(answer) == {"password": "wrong_password"}
    answer = await user.client.post("/authenticator/remove", json={"password": PASSWORD}, headers=as_(user, token))
    if second_factor == "app":
        assert code_of(answer) == "app_must_stay"
        return
    assert answer.status_code == 204
    about = (await user.mailbox.expect(CHANGED, user.email, what="app_removed"))["account_id"]
    for what in ("app_added", "app_removed"):
        assert security_log.outcomes("factor.changed", account_id=about, what=what) == ["ok"]
    await user.sign_in()


@pytest.mark.parametrize("has_phone", [True, False])
async def test_another_app_takes_the_place_of_the_one_that_was_shown_or_got_round(
    user: Person, has_phone: bool, set_clock: Callable[[str], None]
) -> None:
    former, codes, first = await enrolled(user, await user.sign_in())
    set_clock("PT31S")
    shows = former.code() if has_phone else codes[0]
    token = (await user.give_code(await begin(user), shows)).json()["session_token"]
    assert (await status(user, first))["enrolment"] is None, "that session began by email"
    secret = (await status(user, token))["enrolment"]["secret"]
    assert faults(await add(user, token, pyotp.TOTP(secret).now(), "not it")) == {"password": "wrong_password"}
    set_clock("PT62S")
    app, fresh, token = await enrolled(user, token)
    assert (app.totp.secret == secret, (await status(user, token))["codes_left"]) == (True, 10)
    assert code_of(await user.session(first)) == "signed_out", "as everywhere else"
    assert (await user.session(token)).status_code == 200
    set_clock("PT93S")
    for void in (former.code(), codes[1]):
        assert faults(await user.give_code(await begin(user), void)) == {"code": "code_wrong"}
    assert (await user.give_code(await begin(user), app.code())).status_code == 201
    assert (await user.give_code(await begin(user), fresh[0])).status_code == 201


async def test_whoever_has_lost_the_phone_is_helped_by_the_council(
    user: Person, database: Database, shared_broker: Broker
) -> None:
    token = (await enrolled(user, await user.sign_in())).token
    account = await database["accounts"].find_one({"email": user.email})
    assert account is not None
    event = AccountResetAsked(
        authority="bristol", account_id=account["_id"], what="second-factor", asked_at=clock.now()
    )
    await publish(shared_broker, "tasks", event, times=2)
    await user.mailbox.expect(CHANGED, user.email, what="app_removed")
    await eventually(lambda: _is_over(user, token))
    await enrolled(user, await user.sign_in())
    await publish(shared_broker, "tasks", event.model_copy(update={"asked_at": event.asked_at - timedelta(days=1)}))
    assert await stays(lambda: user.mailbox.about(user.email) == []), "what was asked before that leaves it alone"
    await begin(user)


@pytest.mark.parametrize("what", ["second-factor", "dormancy"])
async def test_a_reset_by_the_council_ends_the_sessions_of_whoever_has_no_app_too(
    user: Person,
    database: Database,
    shared_broker: Broker,
    *,
    what: Literal["second-factor", "dormancy"],
    security_log: SecurityLog,
) -> None:
    token, (waiting, code) = await user.sign_in(), await user.start_sign_in()
    account = await database["accounts"].find_one({"email": user.email})
    assert account is not None
    event = AccountResetAsked(authority="bristol", account_id=account["_id"], what=what, asked_at=clock.now())
    await publish(shared_broker, "tasks", event)
    await eventually(lambda: _is_over(user, token))
    assert code_of(await user.give_code(waiting, code)) == "sign_in_over", "a code from before opens nothing"
    assert await database["sessions"].find_one({"account_id": account["_id"]}) is None
    assert security_log.outcomes("session.ended", account_id=account["_id"], why="council") == ["ok"]
    later = await user.sign_in()
    await publish(shared_broker, "tasks", event)
    assert await stays(lambda: True, seconds=1)
    assert not await _is_over(user, later), "whoever signed in since stays so"


async def _is_over(person: Person, token: str) -> bool:
    return (await person.session(token)).status_code == 401


async def test_with_another_password_the_app_stays_and_with_the_account_it_goes(
    user: Person, database: Database
) -> None:
    token = (await enrolled(user, await user.sign_in())).token
    answer = await change_password(user, token)
    user.password = "Fjord+Teapot-8"
    await begin(user)
    assert (await close(user, answer.json()["session_token"])).status_code == 204
    account = await database["accounts"].find_one({"email_key": {"$regex": "^closed:"}, "authenticator": {"$ne": None}})
    assert account is None or "sealed" not in str(account.get("authenticator"))


async def test_where_codes_come_by_email_there_is_nothing_to_add(
    somebody: Callable[[], Person], mailbox: Mailbox, chosen: Settings, keys: Keys, tmp_path: Path
) -> None:
    for authority in ("bristol", "oxfordshire"):
        at_door(authority, tmp_path, second_factor="email")
    async with running(chosen.model_copy(update={"authorities_dir": tmp_path}), keys) as client:
        person = await Person(client, mailbox, somebody().email).register()
        token = await person.sign_in()
        shown = await status(person, token)
        assert (shown["added_at"], shown["enrolment"]) == (None, None)
        assert code_of(await add(person, token, "123456")) == "no_app"
