"""HTTP bodies of auth: registration, sign-in, sessions, one's own account, resets, council tokens."""

from typing import Literal

from pydantic import AwareDatetime

from contracts.base import Address, PersonalData, Value

Factor = Literal["email", "app"]


class RegistrationDetails(PersonalData):
    """Who somebody is, as typed (requirements F22, F23); auth says what is missing."""

    forename: str = ""
    surname: str = ""
    is_professional: bool = False
    role: str = ""
    organisation: str = ""
    address: Address = Address()


class RegistrationBody(Value):
    """Starts a registration at an authority's front door."""

    authority: str
    details: RegistrationDetails


class RegistrationDetailsBody(Value):
    """Replaces step 1, and later an account's details."""

    details: RegistrationDetails


class CredentialsBody(Value):
    """Step 2 (requirements F26); the password is verified exactly as typed."""

    email: str
    password: str
    confirm_password: str


class RegistrationView(Value):
    """A registration under way; never the password."""

    registration_id: str
    authority: str
    details: RegistrationDetails
    email: str = ""
    code_expires_at: AwareDatetime | None = None


class OpeningView(PersonalData):
    """What a council has said of whoever it has opened an account for, for them to set right and complete."""

    details: RegistrationDetails
    needs_password: bool
    """Whether they have chosen no password of their own yet."""


class TakeOverBody(Value):
    """Its owner takes over an account that a council has opened; no password where they have chosen one before."""

    details: RegistrationDetails
    password: str = ""
    confirm_password: str = ""


class CodeBody(Value):
    """An emailed code as typed, with or without the blank."""

    code: str


class SignInBody(Value):
    """Sign-in step 1."""

    authority: str
    email: str
    password: str


class SignInCodeBody(CodeBody):
    """Sign-in step 2."""

    trust: bool = False
    """Whether the person wants to be asked for no code in this browser for the authority's days."""


class EnrolmentView(Value):
    """An authenticator app that waits for its first code."""

    secret: str
    """In base 32, for whoever cannot scan."""
    uri: str
    """What the QR code says (otpauth)."""


class AuthenticatorView(Value):
    """Whether an account has an authenticator app, and may be without one."""

    added_at: AwareDatetime | None = None
    codes_left: int = 0
    must_stay: bool
    """Whether the authority that one signed in at lets nobody in without one."""
    enrolment: EnrolmentView | None = None
    """Where one may be added, or put in the place of the one that there is."""


class AuthenticatorBody(Value):
    """Adds the app that gives this code; the password shows that it is its owner who asks."""

    code: str
    password: str


class PasswordBody(Value):
    """The password shows that it is its owner who asks."""

    password: str


class RecoveryCodesView(Value):
    """Each opens the account once, in the place of the app's code; shown this once."""

    codes: list[str]


class SessionCreated(Value):
    """A new session; the token is shown this once."""

    session_token: str
    account_id: str
    absolute_expires_at: AwareDatetime
    devices: str
    """What the browser holds from now on, beyond the session: the accounts that know it."""
    trusts: str = ""
    """The same of being trusted; empty where that stays as it was."""


class AuthenticatorAdded(Value):
    """An app is added: its recovery codes, and the session, which goes on by a token of its own."""

    codes: list[str]
    session: SessionCreated | None = None
    """None from an auth of before, which left the session as it was."""


class SignInView(Value):
    """A sign-in that waits for its code, or the session of one that needs none."""

    sign_in_id: str = ""
    code_expires_at: AwareDatetime | None = None
    factor: Factor = "email"
    """Where the code comes from."""
    may_email: bool = True
    """Whether a code by email will do."""
    trusted_days: int = 0
    """For how many days the browser may be trusted; 0 where it may not be."""
    session: SessionCreated | None = None
    """Where this browser is trusted: then there is nothing else."""


class SessionView(PersonalData):
    """Who is signed in, and until when if nothing happens."""

    account_id: str
    authority: str
    email: str
    name: str
    role: str
    organisation: str
    idle_expires_at: AwareDatetime
    absolute_expires_at: AwareDatetime
    must_enrol: bool = False
    """Whether nothing else may be done before an authenticator app is added."""
    must_take_over: bool = False
    """Whether nothing else, not even that, may be done before its owner has taken the account over."""
    signed_in_before_at: AwareDatetime | None = None
    """When the person had signed in before; None where they never had."""
    withheld: list[str] = []
    """The authorities that insist on more than the person has signed in by: their forms are not shown (ADR 0064)."""


class ResetBody(Value):
    """Reset step 1; the answer is the same for an unknown address."""

    authority: str
    email: str


class ResetView(Value):
    """A reset that waits for its code."""

    reset_id: str


class DevicesView(Value):
    """A new password stands; what the browser holds from now on."""

    devices: str


class CouncilTokenBody(Value):
    """OAuth 2.0 client credentials of a council."""

    client_id: str
    client_secret: str


class CouncilTokenView(Value):
    """A bearer token for the council's HTTP door; `expires_in` in seconds."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name, not a secret
    expires_in: int
