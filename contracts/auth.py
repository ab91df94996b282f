"""What auth tells the other services about accounts."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from contracts.base import Contact, Event, Profile

FactorChange = Literal["app_added", "app_removed", "codes_renewed", "code_used", "passkey_added", "passkey_removed"]
CalendarChange = Literal["made", "renewed", "ended"]


class AccountRegistered(Event):
    """A professional has registered and shown that the email address is theirs."""

    wire_name: ClassVar[str] = "auth.account.registered.v1"

    account_id: str
    authority: str
    person: Contact
    role: str = ""
    organisation: str = ""
    registered_at: AwareDatetime
    opened_by: list[str] = []
    """The authorities that had opened the account for them; none where they registered by themselves."""


class CodeRequested(Event):
    """Somebody has asked for a code; only whoever reads that mailbox can go on."""

    wire_name: ClassVar[str] = "auth.code.requested.v1"
    is_secret: ClassVar[bool] = True

    code_id: str
    authority: str
    purpose: Literal["registration", "sign_in", "reset"]
    person: Contact
    code: str
    """Eight digits, sealed about `code_id` for notify alone; of no use after `expires_at` or after its first use."""
    expires_at: AwareDatetime


class AddressCodeRequested(Event):
    """Somebody wants another email address for their account; both mailboxes have to agree, each by its own code."""

    wire_name: ClassVar[str] = "auth.address-code.requested.v1"
    is_secret: ClassVar[bool] = True

    code_id: str
    authority: str
    person: Contact
    """Whose mailbox: the new one, or the one that the account has."""
    is_new: bool
    code: str
    """Eight digits, sealed about `code_id` for notify alone; of no use after `expires_at` or after its first use."""
    expires_at: AwareDatetime


class AccountReaddressed(Event):
    """An account has another email address, and its owner reads both mailboxes."""

    wire_name: ClassVar[str] = "auth.account.readdressed.v1"

    account_id: str
    authority: str
    person: Contact
    """With the new address."""
    former: Contact
    readdressed_at: AwareDatetime


class AccountChanged(Event):
    """Somebody has another name, role or organisation, as they say themselves."""

    wire_name: ClassVar[str] = "auth.account.changed.v1"

    account_id: str
    authority: str
    person: Contact
    role: str = ""
    organisation: str = ""
    changed_at: AwareDatetime


class ProfileChanged(Event):
    """Somebody keeps another profile, or none any more."""

    wire_name: ClassVar[str] = "auth.profile.changed.v1"

    account_id: str
    authority: str
    person: Contact
    profile: Profile
    changed_at: AwareDatetime


class DigestChanged(Event):
    """Somebody wants one email a day with all that is told about their forms, or one for each thing again."""

    wire_name: ClassVar[str] = "auth.digest.changed.v1"

    account_id: str
    authority: str
    person: Contact
    is_wanted: bool
    changed_at: AwareDatetime


class AccountClosed(Event):
    """Somebody has closed their account: what they had goes back to whoever gave it."""

    wire_name: ClassVar[str] = "auth.account.closed.v1"

    account_id: str
    authority: str
    person: Contact
    """Who it was."""
    closed_at: AwareDatetime


class DeviceAdded(Event):
    """Somebody has signed in from a browser that their account did not know; its owner is told."""

    wire_name: ClassVar[str] = "auth.device.added.v1"

    account_id: str
    authority: str
    person: Contact
    browser: str = ""
    """Which browser on which system; empty where that is not known."""
    signed_in_at: AwareDatetime


class FactorChanged(Event):
    """How one signs in to an account has changed beside its password, or a recovery code was used."""

    wire_name: ClassVar[str] = "auth.factor.changed.v1"

    account_id: str
    authority: str
    person: Contact
    what: FactorChange
    codes_left: int
    """How many recovery codes are not used yet."""
    changed_at: AwareDatetime


class CalendarChanged(Event):
    """Somebody's due dates can be read at a secret address, at another one, or at none any more; its owner is told."""

    wire_name: ClassVar[str] = "auth.calendar.changed.v1"

    account_id: str
    authority: str
    person: Contact
    what: CalendarChange
    changed_at: AwareDatetime


class TemporaryPasswordSet(Event):
    """An account waits for its owner, whom a council has named; only whoever reads that mailbox can take it over."""

    wire_name: ClassVar[str] = "auth.temporary-password.set.v1"
    is_secret: ClassVar[bool] = True

    code_id: str
    authority: str
    person: Contact
    user_name: str = ""
    """What signs in beside the address; empty where the council gave none."""
    code: str
    """The password, sealed about `code_id` for notify alone; of no use after `expires_at`, or after a later one."""
    expires_at: AwareDatetime


class RegistrationRefused(Event):
    """Somebody tried to register an address that has an account; its owner is told, the page says nothing."""

    wire_name: ClassVar[str] = "auth.registration.refused.v1"

    authority: str
    person: Contact
    refused_at: AwareDatetime
    by_council: bool = False
    """Whether it was the authority that wanted an account for this address; it hears nothing of it either."""


class ResetRefused(Event):
    """Somebody asked to reset the password of an account that was not used for long; the council may allow it."""

    wire_name: ClassVar[str] = "auth.reset.refused.v1"

    authority: str
    person: Contact
    refused_at: AwareDatetime


class PasswordReset(Event):
    """A password has been changed, by an emailed code or by somebody who is signed in; its owner is told."""

    wire_name: ClassVar[str] = "auth.password.reset.v1"

    account_id: str
    authority: str
    person: Contact
    reset_at: AwareDatetime
