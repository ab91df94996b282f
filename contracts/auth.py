"""What auth tells the other services about accounts."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from contracts.base import Contact, Event


class AccountRegistered(Event):
    """A professional has registered and shown that the email address is theirs."""

    wire_name: ClassVar[str] = "auth.account.registered.v1"

    account_id: str
    authority: str
    person: Contact
    role: str = ""
    organisation: str = ""
    registered_at: AwareDatetime


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


class DeviceAdded(Event):
    """Somebody has signed in from a browser that their account did not know; its owner is told."""

    wire_name: ClassVar[str] = "auth.device.added.v1"

    account_id: str
    authority: str
    person: Contact
    browser: str = ""
    """Which browser on which system; empty where that is not known."""
    signed_in_at: AwareDatetime


class RegistrationRefused(Event):
    """Somebody tried to register an address that has an account; its owner is told, the page says nothing."""

    wire_name: ClassVar[str] = "auth.registration.refused.v1"

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
