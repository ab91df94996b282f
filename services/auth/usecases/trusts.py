"""Browsers that are trusted: given by a code, used in its place, ended by their owner or by the council."""

from datetime import datetime

from chassis.security import record
from services.auth.model.account import Account, Trust
from services.auth.model.devices import Caller
from services.auth.model.session import Session
from services.auth.model.trusts import new_trust, standing, with_trust
from services.auth.usecases.accounts import owner
from services.auth.usecases.context import Auth


async def give(auth: Auth, account: Account, session: Session, caller: Caller) -> str:
    """Trusts the browser in which a code has just opened this session; gives what it holds from now on."""
    authority = auth.authorities.get(session.authority)
    trust, token = new_trust(auth.secret, account, authority, caller.browser, session.opened_at)
    await auth.stores.accounts.add_trust(account.account_id, trust)
    record("trust.given", "ok", authority=authority.code, account_id=account.account_id, client=caller.client)
    return with_trust(caller.trusts, token)


async def show(auth: Auth, token: str, at: datetime) -> list[Trust]:
    """The browsers that are trusted, at whichever authority; at most as many as an account keeps."""
    _, account = await owner(auth, token, at)
    return [each for authority in auth.authorities for each in standing(auth.secret, account, authority, at)]


async def end_all(auth: Auth, token: str, at: datetime) -> None:
    """Its owner wants every browser to be asked for a code again, this one too."""
    _, account = await owner(auth, token, at)
    await end_before(auth, account.account_id, at)


async def end_before(auth: Auth, account_id: str, at: datetime) -> None:
    """What was trusted until then is not any more; told twice, it leaves alone what was trusted since."""
    await auth.stores.accounts.end_trusts(account_id, at)
    record("trust.ended", "ok", account_id=account_id)
