"""Browsers that their owners trust: asked for the password alone, for an authority's days. No I/O, no clock.

A known device (devices) opens nothing; a trust stands in for the second factor. So it is of one authority, the account
keeps each one to be shown and ended, and it is bound to all that it was given by: where that has changed, it is void.
"""

from datetime import datetime, timedelta

from contracts.authority import Authority
from services.auth.model.account import Account, Trust
from services.auth.model.limits import keyed
from services.auth.model.session import SignIn, lacks_app
from services.auth.model.tokens import new_token, token_hash

MOST = 5
"""Trusts that one shared browser holds; beyond it the oldest is forgotten."""


def days_offered(sign_in: SignIn, authority: Authority) -> int:
    """For how many days this sign-in's browser may be trusted; 0 where it may not be, or something is to be done first.

    An app that is asked for is to be added, or a password of one's own chosen: either ends a trust.
    """
    return 0 if sign_in.must_enrol or sign_in.must_take_over else authority.trusted_days


def new_trust(secret: bytes, account: Account, authority: Authority, browser: str, at: datetime) -> tuple[Trust, str]:
    """A trust for the account to keep, and what its browser holds of it: the only time that that is seen."""
    token = new_token()
    trust = Trust(
        key=token_hash(token),
        bound_to=_bonds(secret, account, authority),
        authority=authority.code,
        browser=browser,
        given_at=at,
        ends_at=at + timedelta(days=authority.trusted_days),
    )
    return trust, token


def with_trust(held: str, token: str) -> str:
    """What the browser holds from now on: this trust first, those of others behind it."""
    return "~".join([token, *_tokens(held)][:MOST])


def found_trust(secret: bytes, account: Account, authority: Authority, held: str, at: datetime) -> Trust | None:
    """The trust by which this browser needs no code at this authority; None where it has none that stands."""
    keys = {token_hash(token) for token in _tokens(held)}
    return next((each for each in standing(secret, account, authority, at) if each.key in keys), None)


def standing(secret: bytes, account: Account, authority: Authority, at: datetime) -> list[Trust]:
    """The account's trusts that count at this authority, the latest first, each with its end as it is by now.

    An authority that grants fewer days than it did is obeyed at once; one that grants more prolongs nothing.
    """
    if lacks_app(account, authority):
        return []
    bonds, days = _bonds(secret, account, authority), timedelta(days=authority.trusted_days)
    bound = (each for each in account.trusts if each.authority == authority.code and each.bound_to == bonds)
    trusts = (each.model_copy(update={"ends_at": min(each.ends_at, each.given_at + days)}) for each in bound)
    return sorted((each for each in trusts if at < each.ends_at), key=lambda each: each.given_at, reverse=True)


def _bonds(secret: bytes, account: Account, authority: Authority) -> str:
    """What must be as it was: the password, the mailbox, the app, and what the authority asks for."""
    app = account.authenticator.sealed if account.authenticator else ""
    state = (str(account.password_version), account.email_key, app, authority.second_factor)
    return keyed(secret, "trust", account.account_id, authority.code, *state)


def _tokens(held: str) -> list[str]:
    return [token for token in held.split("~")[:MOST] if token]
