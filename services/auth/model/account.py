"""An account: who a professional is, and how many wrong codes in a row it has borne. No I/O, no clock."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from contracts.api.auth import RegistrationDetails
from contracts.base import Contact, Profile, Value
from services.auth.model.authenticator import Authenticator
from services.auth.model.codes import FAILURES
from services.auth.model.passkeys import Passkey
from services.auth.model.user_names import UserName


class Failures(Value):
    """Wrong codes in a row, each after the right password."""

    sign_in: int = 0


class Trust(Value):
    """A browser that is asked for the password alone at one authority, until it ends or is void (`trusts`)."""

    key: str
    """The hash of what the browser holds."""
    bound_to: str
    """A keyed hash of everything that it was given by."""
    authority: str
    browser: str = ""
    """Which browser on which system; empty where that is not known."""
    given_at: AwareDatetime
    ends_at: AwareDatetime


class CalendarFeed(Value):
    """The secret address by which a calendar program reads an account's due dates; what it shows stands elsewhere."""

    token_hash: str
    made_at: AwareDatetime


class Opening(Value):
    """What is left to do before an account that a council has opened is as if its owner had registered."""

    by: list[str]
    """The authorities that wanted it: they hear when its owner has it."""
    asked_at: AwareDatetime
    """When the last of them wanted it."""
    password_until: AwareDatetime | None
    """When the temporary password is too old; None once its owner has chosen their own, by a reset."""
    forget_at: AwareDatetime | None
    """When an account that nobody has used is gone; None like the one above."""


class Account(Value):
    """A person who has shown that an email address is theirs."""

    account_id: str
    authority: str
    """Where the person registered; an account serves every authority (requirements F4)."""
    email: str
    email_key: str
    password_hash: str
    password_version: int = 1
    details: RegistrationDetails
    profile: Profile = Profile()
    """What its owner keeps for every council that names them; empty until they say so."""
    registered_at: AwareDatetime
    signed_in_at: AwareDatetime | None = None
    """When it was last signed in to."""
    woken_at: AwareDatetime | None = None
    """When a council last let its owner come back after a long absence."""
    failures: Failures = Failures()
    authenticator: Authenticator | None = None
    passkeys: list[Passkey] = []
    trusts: list[Trust] = []
    """The browsers trusted last, the latest at the end; some of them may be void by now."""
    calendar: CalendarFeed | None = None
    has_digest: bool = False
    """Whether its owner wants one email a day about forms, and not one for each thing."""
    opening: Opening | None = None
    """Of an account that a council has opened, until its owner has taken it over."""
    user_names: list[UserName] = []
    """What councils have called its owner."""
    asked_by: list[str] = []
    """The councils' messages that asked for an account of this address, by keys of their ids; the latest at the end."""

    @property
    def name(self) -> str:
        """The name as pages and emails show it."""
        return full_name(self.details)

    @property
    def person(self) -> Contact:
        """Whom an email to this account reaches: the address as its owner typed it."""
        return Contact(email=self.email, name=self.name)

    def is_dormant(self, days: int | None, at: datetime) -> bool:
        """Whether nobody has signed in for so long that only the council lets its owner reset the password.

        Whom a council has opened it for has its word already.
        """
        if days is None or self.opening:
            return False
        used = max(moment for moment in (self.registered_at, self.signed_in_at, self.woken_at) if moment)
        return at - used > timedelta(days=days)

    @property
    def is_unused(self) -> bool:
        """Whether a council has opened it and nobody has chosen a password for it yet."""
        return self.opening is not None and self.opening.password_until is not None

    @property
    def is_locked(self) -> bool:
        """Too many wrong codes after right passwords: only a password reset opens it again."""
        return self.failures.sign_in >= FAILURES

    @property
    def context(self) -> list[str]:
        """What others know of this person, and a password must not be."""
        return context_of(self.email, self.details)


def full_name(details: RegistrationDetails) -> str:
    """Forename and surname in one."""
    return f"{details.forename} {details.surname}".strip()


def context_of(email: str, details: RegistrationDetails) -> list[str]:
    """The words that others would try first for this person's password."""
    return [email, details.forename, details.surname, details.organisation, details.role, details.address.town]
