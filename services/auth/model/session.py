"""A sign-in that waits for its code, and the session that the code makes of it. No I/O, no clock.

They are one document: because it goes from the one to the other in one write, one code can never open two sessions.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, Self, TypedDict

from pydantic import AwareDatetime

from contracts.api.auth import Factor
from contracts.authority import Authority
from contracts.base import Contact, Value
from services.auth.model.account import Account
from services.auth.model.codes import Challenge

PATIENCE = timedelta(hours=1)
"""How long a right password stays good for asking new codes."""
ABSOLUTE = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
"""A session ends up to this much before its idle time is over; in return reading it costs no write."""


class SignIn(Value):
    """The password was right; the code is still to come."""

    key: str
    account_id: str
    authority: str
    email: str
    name: str
    role: str
    organisation: str
    password_version: int
    challenge: Challenge
    factor: Factor = "email"
    """Where its code comes from. The app's has no challenge of ours: that one only counts its tries and its time."""
    must_enrol: bool = False
    """Whether the authority lets nobody in without an authenticator app, and there is none yet."""
    must_take_over: bool = False
    """Whether its account was opened by a council, and its owner has not taken it over yet."""
    started_at: AwareDatetime

    @property
    def person(self) -> Contact:
        """Whom the code is sent to."""
        return Contact(email=self.email, name=self.name)


SignedInBy = Literal[Factor, "passkey", "trust", ""]
"""What stood beside the password, or in its place; empty of sessions from before that was kept."""
_AS_GOOD_AS_AN_APP: tuple[SignedInBy, ...] = ("app", "passkey")


class Session(Value):
    """Somebody is signed in."""

    key: str
    account_id: str
    authority: str
    factor: SignedInBy = ""
    email: str
    name: str
    role: str
    organisation: str
    password_version: int
    browser: str = ""
    """Which browser on which system, as the gateway read it; empty where that is not known."""
    opened_at: AwareDatetime
    seen_at: AwareDatetime
    ends_at: AwareDatetime
    must_enrol: bool = False
    """Whether nothing else may be done before an authenticator app is added."""
    must_take_over: bool = False
    """Whether nothing else, not even that, may be done before its owner has taken the account over."""
    before_at: AwareDatetime | None = None
    """When its account had signed in before; None where it never had."""
    enrolling: str = ""
    """The sealed secret of an app that waits for its first code."""

    def idle_until(self, idle: timedelta) -> datetime:
        """When it ends if nothing happens; never after its absolute end."""
        return min(self.seen_at + idle, self.ends_at)

    def is_open(self, at: datetime, idle: timedelta) -> bool:
        """Whether it still counts."""
        return at < self.idle_until(idle)

    def renewed(self, key: str, account: Account) -> Self:
        """The same, as the account that there is by now would have begun it."""
        enrolled = {"must_enrol": False, "enrolling": ""} if account.authenticator else {}
        as_now = {"key": key, "password_version": account.password_version, **shown_of(account), **enrolled}
        return self.model_copy(update=as_now)

    def wants_touch(self, at: datetime) -> bool:
        """Whether the last use has been written down long enough ago to write again."""
        return at - self.seen_at >= TOUCH_EVERY


class Shown(TypedDict):
    """Whose a session is."""

    email: str
    name: str
    role: str
    organisation: str
    must_take_over: bool


def shown_of(account: Account) -> Shown:
    """What a session holds of its account, so that reading it is one query."""
    details = account.details
    return {
        "email": account.email,
        "name": account.name,
        "role": details.role,
        "organisation": details.organisation,
        "must_take_over": account.opening is not None,
    }


def lacks_app(account: Account, authority: Authority) -> bool:
    """Whether the authority insists on an authenticator app, and there is none yet."""
    return authority.second_factor == "app" and account.authenticator is None


def may_add_app(session: Session, account: Account) -> bool:
    """Whether an authenticator app may be added: where there is none, or in the place of one that they need not miss.

    They have shown it in this session, one of its recovery codes, or a passkey (requirement M11). An emailed code or a
    trusted browser takes nobody's app away.
    """
    return account.authenticator is None or session.factor in _AS_GOOD_AS_AN_APP


def withheld_from(session: Session, authorities: Iterable[Authority]) -> list[str]:
    """The authorities that insist on an app, of a session that none was asked for: each decides for its own forms.

    Not the one at whose door it was begun: that has asked for what it insists on, and does so of apps to be added.
    """
    if session.factor in _AS_GOOD_AS_AN_APP:
        return []
    return [each.code for each in authorities if each.second_factor == "app" and each.code != session.authority]


def session_of(
    account: Account, *, key: str, authority: str, factor: SignedInBy, browser: str, at: datetime
) -> Session:
    """The session of somebody who needs no code."""
    return Session(
        key=key,
        account_id=account.account_id,
        authority=authority,
        factor=factor,
        **shown_of(account),
        password_version=account.password_version,
        browser=browser,
        before_at=account.signed_in_at,
        opened_at=at,
        seen_at=at,
        ends_at=at + ABSOLUTE,
    )


def sign_in_of(account: Account, *, key: str, authority: Authority, challenge: Challenge) -> SignIn:
    """What a right password starts; it holds what the session will need."""
    has_app = account.authenticator is not None
    return SignIn(
        key=key,
        account_id=account.account_id,
        authority=authority.code,
        **shown_of(account),
        password_version=account.password_version,
        challenge=challenge,
        factor="app" if has_app and authority.second_factor != "email" else "email",
        must_enrol=lacks_app(account, authority),
        started_at=challenge.issued_at,
    )
