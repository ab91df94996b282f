"""HTTP bodies of auth about an account: what its owner reads and changes, and what an operator ends."""

from pydantic import AwareDatetime

from contracts.api.auth import RegistrationDetails
from contracts.base import PersonalData, Profile, Value


class AccountView(Value):
    """One's own account; never the password."""

    email: str
    details: RegistrationDetails
    profile: Profile = Profile()
    has_digest: bool = False
    """Whether its owner gets one email a day, and not one for each thing."""


class ProfileBody(PersonalData):
    """A profile as typed; auth says what is missing or wrong."""

    body: str = ""
    """In whose register (`ProfessionalBody`); empty where in none."""
    other_body: str = ""
    number: str = ""
    works_for: list[str] = []


class DigestBody(Value):
    """Whether one email a day is wanted."""

    is_wanted: bool


class SessionEntry(Value):
    """Where an account is signed in."""

    session_id: str
    """Names it, and opens nothing."""
    authority: str
    browser: str
    """Which browser on which system; empty where that is not known."""
    opened_at: AwareDatetime
    seen_at: AwareDatetime
    """When it was last used, to a minute."""
    is_current: bool
    """Whether it is the one that asks."""


class TrustEntry(Value):
    """A browser that is asked for no code at one authority."""

    authority: str
    browser: str
    """Which browser on which system; empty where that is not known."""
    ends_at: AwareDatetime


class SessionsView(Value):
    """The sessions of one account, the one last used first, at most 50; its trusts, at most ten."""

    sessions: list[SessionEntry]
    trusts: list[TrustEntry] = []


class AddressBody(Value):
    """Whose account an operator means."""

    email: str


class EndedSessionsView(Value):
    """How many sessions and sign-ins under way have ended."""

    ended: int


class NewPasswordBody(Value):
    """Reset step 3."""

    password: str
    confirm_password: str


class PasswordChangeBody(NewPasswordBody):
    """Another password for the account of whoever is signed in, and the one that it has."""

    present_password: str


class AddressChangeBody(Value):
    """Another email address for the account of whoever is signed in; the password shows that it is they who ask."""

    email: str
    password: str


class AddressChangeView(Value):
    """A change of address that waits for its two codes."""

    change_id: str


class AddressCodesBody(Value):
    """The codes as typed: the one that the new mailbox got, and the one that the present one did."""

    new_code: str
    present_code: str
