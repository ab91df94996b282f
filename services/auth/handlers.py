"""Messages in: one function per queue."""

from chassis import clock
from chassis.council_door import check_sender, reject
from chassis.messaging import Delivery, Subscription
from contracts.auth import AccountChanged, AccountClosed, AccountReaddressed, PasswordReset
from contracts.council import AccountOpened
from contracts.tasks import AccountResetAsked
from services.auth.usecases import accounts, authenticators, openings, passkeys, sessions, trusts
from services.auth.usecases.context import Auth


async def open_account(message: AccountOpened, delivery: Delivery, auth: Auth) -> None:
    """A council wants an account for somebody who does not register."""
    await openings.open_account(auth, message, check_sender(message, delivery), clock.now())


async def end_sessions(event: PasswordReset, _: Delivery, auth: Auth) -> None:
    """A password reset ends every session that the former password began, even if auth crashed in between."""
    await sessions.end_sessions_after_reset(auth, event.account_id)


async def show_address(event: AccountReaddressed, _: Delivery, auth: Auth) -> None:
    """Sessions of an account show its new address, even if auth crashed in between."""
    await accounts.show_account(auth, event.account_id)


async def show_details(event: AccountChanged, _: Delivery, auth: Auth) -> None:
    """The same where its owner has another name, role or organisation."""
    await accounts.show_account(auth, event.account_id)


async def end_closed(event: AccountClosed, _: Delivery, auth: Auth) -> None:
    """Nobody is signed in to an account that is closed, even if auth crashed in between."""
    await accounts.show_account(auth, event.account_id)


async def reset_account(event: AccountResetAsked, _: Delivery, auth: Auth) -> None:
    """A council opens an account again whose owner cannot; whatever browser was trusted may be lost too."""
    await trusts.end_before(auth, event.account_id, event.asked_at)
    await sessions.end_sessions_before(auth, event.account_id, event.asked_at, why="council")
    if event.what == "dormancy":
        await auth.stores.accounts.wake(event.account_id, event.asked_at)
    else:
        await passkeys.reset(auth, event.account_id, event.authority, event.asked_at)
        await authenticators.reset(auth, event.account_id, event.authority, event.asked_at)


subscriptions = (
    Subscription("auth.open-account", AccountOpened, open_account, refusal=reject),
    Subscription("auth.end-sessions", PasswordReset, end_sessions),
    Subscription("auth.note-address", AccountReaddressed, show_address),
    Subscription("auth.show-details", AccountChanged, show_details),
    Subscription("auth.end-closed", AccountClosed, end_closed),
    Subscription("auth.reset-account", AccountResetAsked, reset_account),
)
