"""Whose account somebody means: by email address, or by the user name that a council has given (requirements F54)."""

from services.auth.model.account import Account
from services.auth.model.emails import email_key
from services.auth.model.user_names import read_user_name
from services.auth.usecases.context import Auth


async def find_login(auth: Auth, typed: str) -> tuple[Account | None, str]:
    """The account, in one query whether there is one or not, and the key by which its tries are counted.

    The key is the same whichever of the two is typed; of what is nobody's, it is what was typed.
    """
    user_name = read_user_name(typed)
    accounts = auth.stores.accounts
    account = await (accounts.by_user_name(user_name) if user_name else accounts.by_email(email_key(typed)))
    return account, account.email_key if account else email_key(typed)
