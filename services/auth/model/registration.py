"""A registration under way: what has been typed so far, kept on the server for a day. No I/O, no clock."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from contracts.api.auth import RegistrationDetails
from contracts.base import Contact, Value
from services.auth.model.account import Account, full_name
from services.auth.model.codes import Challenge
from services.auth.model.emails import email_key

LIFETIME = timedelta(days=1)


class Registration(Value):
    """The three steps; what was typed survives Back, the password as a hash only."""

    key: str
    """The hash of the id that the browser's session holds."""
    account_id: str
    """Fixed at the start, so that confirming twice makes one account."""
    authority: str
    details: RegistrationDetails
    email: str = ""
    password_hash: str = ""
    challenge: Challenge | None = None
    state: Literal["open", "completed"] = "open"
    started_at: AwareDatetime
    expires_at: AwareDatetime

    @property
    def person(self) -> Contact:
        """Whom the code is sent to."""
        return Contact(email=self.email, name=full_name(self.details))

    def account(self, at: datetime) -> Account:
        """The account that the right code makes of this registration."""
        return Account(
            account_id=self.account_id,
            authority=self.authority,
            email=self.email,
            email_key=email_key(self.email),
            password_hash=self.password_hash,
            details=self.details,
            registered_at=at,
        )
