"""What an operator of the portal does about an account, from the shell."""

from datetime import datetime

from chassis.errors import NotFound
from services.auth.model.emails import email_key
from services.auth.usecases import trusts
from services.auth.usecases.context import Auth
from services.auth.usecases.sessions import end_sessions_before


async def end_sessions(auth: Auth, email: str, at: datetime) -> int:
    """Signs the account of an address out everywhere, sign-ins under way too; no browser is trusted any more.

    How many sessions and sign-ins there were. NotFound where no account has the address.
    """
    account = await auth.stores.accounts.by_email(email_key(email))
    if account is None:
        raise NotFound("no_account", "No account has this email address.")
    await trusts.end_before(auth, account.account_id, at)
    return await end_sessions_before(auth, account.account_id, at, why="operator")
