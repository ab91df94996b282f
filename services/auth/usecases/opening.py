"""The last step of every way in: a session where none waited for a code, and what is done once somebody is in."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from chassis.outbox import Outgoing, outgoing
from chassis.security import record
from contracts.auth import DeviceAdded
from services.auth.model import refusals
from services.auth.model.account import Account
from services.auth.model.devices import Caller, known_device, with_device
from services.auth.model.limits import code_limit
from services.auth.model.session import Session, session_of, shown_of
from services.auth.model.tokens import new_token, token_hash
from services.auth.usecases import codes
from services.auth.usecases.context import Auth
from services.auth.usecases.guessing import was_no_guess
from services.auth.usecases.sessions import OpenedSession, sign_out

Way = Literal["code", "trust", "passkey"]
"""By what somebody came in: password and code, the password in a trusted browser, or a passkey alone."""


async def open_without_code(
    auth: Auth,
    account: Account,
    authority: str,
    *,
    by: Literal["trust", "passkey"],
    caller: Caller,
    at: datetime,
    may_open: Callable[[Account], bool],
) -> OpenedSession:
    """A session of an account as it was read a moment ago; `may_open` is asked again of the account as it is.

    What has changed in between ends only the sessions that there are: so it is there first, and looked at then.
    """
    token = new_token()
    key = token_hash(new_token())
    session = session_of(account, key=key, authority=authority, factor=by, browser=caller.browser, at=at)
    await auth.stores.sessions.add(session, token_hash(token))
    now = await auth.stores.accounts.get(account.account_id)
    if now is None or not _is_as_read(now, account) or not may_open(now):
        await auth.stores.sessions.close(token_hash(token))
        raise refusals.is_over("sign_in")
    return OpenedSession(token, session, await welcome(auth, now, session, caller=caller, by=by))


def _is_as_read(now: Account, account: Account) -> bool:
    """Neither another password nor another person or address than the session shows."""
    return now.password_version == account.password_version and shown_of(now) == shown_of(account)


async def welcome(auth: Auth, account: Account, session: Session, *, caller: Caller, by: Way) -> str:
    """Ends the session that the browser was in, forgets what was counted; gives what it holds from now on.

    Nothing is given back of what was not asked for: somebody else may be guessing passwords or codes meanwhile.
    """
    if caller.session:
        await sign_out(auth, caller.session, why="signed in again")
    at = session.opened_at
    device = known_device(auth.secret, account, caller.devices, at)
    if device is None:
        ids = {"authority": session.authority, "account_id": account.account_id, "client": caller.client}
        record("sign_in.new_device", "ok", **ids)
    # Who has never signed in before knows of no other browser.
    is_news = device is None and account.signed_in_at is not None
    events = [_device_event(account, session)] if is_news else []
    await auth.stores.accounts.welcome(account.account_id, at, events, by_code=by == "code")
    if by == "code":
        await codes.forget(auth, account.email_key, code_limit("sign_in"))
    if by != "passkey":
        await was_no_guess(auth, account.email_key, caller, device)
    return with_device(auth.secret, account, caller.devices, at)


def _device_event(account: Account, session: Session) -> Outgoing:
    event = DeviceAdded(
        account_id=account.account_id,
        authority=session.authority,
        person=account.person,
        browser=session.browser,
        signed_in_at=session.opened_at,
    )
    return outgoing(event, session.key)
