"""Sessions: who is signed in, for how much longer, and the end of it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from chassis.security import record
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.devices import Caller, with_device
from services.auth.model.session import Session
from services.auth.model.tokens import new_token, token_hash
from services.auth.usecases.context import Auth

MOST_LISTED = 50


class OpenedSession(NamedTuple):
    """What a browser is given of a new session."""

    token: str
    session: Session
    devices: str
    trusts: str = ""
    """Empty where it holds what it held."""


async def find_session(auth: Auth, token: str, *, at: datetime, touch: bool) -> tuple[Session, datetime]:
    """The session of a token and when it ends if nothing happens. Only `touch` counts as something happening."""
    session = await auth.stores.sessions.by_token(token_hash(token))
    if session is None:
        raise refusals.signed_out()
    if not session.is_open(at, _idle(auth, session)):
        record("session.ended", "ok", why="time-out", authority=session.authority, account_id=session.account_id)
        raise refusals.signed_out()
    if touch and session.wants_touch(at):
        session = await auth.stores.sessions.touch(session, at)
    if session is None:
        raise refusals.signed_out()
    return session, session.idle_until(_idle(auth, session))


def must_enrol(auth: Auth, session: Session) -> bool:
    """Whether it lacks an authenticator app that its authority still insists on."""
    return session.must_enrol and auth.authorities.get(session.authority).second_factor == "app"


async def sign_out(auth: Auth, token: str, why: str = "logout") -> None:
    """Ends the session; one that is over already is as good."""
    if session := await auth.stores.sessions.close(token_hash(token)):
        record("session.ended", "ok", why=why, authority=session.authority, account_id=session.account_id)


async def renew(auth: Auth, session: Session, account: Account, *, caller: Caller, at: datetime) -> OpenedSession:
    """The session goes on by a token of its own, as its account is by now; its former one has been ended (T60)."""
    token = new_token()
    renewed = session.renewed(token_hash(new_token()), account)
    await auth.stores.sessions.add(renewed, token_hash(token))
    return OpenedSession(token, renewed, with_device(auth.secret, account, caller.devices, at))


async def list_sessions(auth: Auth, token: str, at: datetime) -> tuple[Session, list[Session]]:
    """The session that asks, and all that its account has, itself among them."""
    current, _ = await find_session(auth, token, at=at, touch=True)
    found = await auth.stores.sessions.of_account(current.account_id, at, MOST_LISTED)
    return current, [session for session in found if session.is_open(at, _idle(auth, session))]


async def end_other_sessions(auth: Auth, token: str, at: datetime, session_id: str | None = None) -> None:
    """Ends another session of one's own, or all but this one and every trust; one that is over already is as good."""
    current, _ = await find_session(auth, token, at=at, touch=True)
    if session_id is None:
        await auth.stores.accounts.end_trusts(current.account_id, at)
        ended = await auth.stores.sessions.close_others(current.account_id, current.key)
    else:
        ended = await auth.stores.sessions.close_one(current.account_id, session_id)
    if ended:
        record("session.ended", "ok", why="elsewhere", account_id=current.account_id, sessions=ended)


async def end_older_sessions(auth: Auth, account: Account) -> None:
    """Ends every session and every sign-in under way that the account's former password began."""
    if ended := await auth.stores.sessions.close_all(account.account_id, account.password_version):
        record("session.ended", "ok", why="reset", account_id=account.account_id, sessions=ended)


async def end_sessions_after_reset(auth: Auth, account_id: str) -> None:
    """Again, from the event: a crash right after the reset must not leave a session open."""
    account = await auth.stores.accounts.get(account_id)
    if account:
        await end_older_sessions(auth, account)


async def end_sessions_before(auth: Auth, account_id: str, at: datetime, *, why: str) -> int:
    """A council, or an operator, wants it: whoever was signed in or signing in at this time is out; how many."""
    if ended := await auth.stores.sessions.close_opened_before(account_id, at):
        record("session.ended", "ok", why=why, account_id=account_id, sessions=ended)
    return ended


def _idle(auth: Auth, session: Session) -> timedelta:
    return timedelta(minutes=auth.authorities.get(session.authority).idle_minutes)
