"""Where accounts, sessions and all that is under way live; the only package that knows the database."""

from typing import Self

from chassis.database import Database
from chassis.relay import Relay
from services.auth.store.accounts import AccountStore
from services.auth.store.address_changes import AddressChangeStore
from services.auth.store.limits import LimitStore
from services.auth.store.passkey_challenges import PasskeyChallengeStore
from services.auth.store.registrations import RegistrationStore
from services.auth.store.resets import ResetStore
from services.auth.store.sessions import SessionStore

__all__ = [
    "AccountStore",
    "AddressChangeStore",
    "LimitStore",
    "PasskeyChallengeStore",
    "RegistrationStore",
    "ResetStore",
    "SessionStore",
    "Stores",
]


class Stores:
    """Every store of the service."""

    def __init__(self, database: Database, relay: Relay) -> None:
        self.accounts = AccountStore(database.outbox_collection("accounts", relay))
        self.registrations = RegistrationStore(database.outbox_collection("registrations", relay))
        self.sessions = SessionStore(database.outbox_collection("sessions", relay))
        self.resets = ResetStore(database.outbox_collection("resets", relay))
        self.address_changes = AddressChangeStore(database.outbox_collection("address_changes", relay))
        self.passkey_challenges = PasskeyChallengeStore(database.collection("passkey_challenges"))
        self.limits = LimitStore(database.collection("limits"))

    async def ensure_indexes(self) -> Self:
        """Creates what is missing; once at start."""
        for store in (
            self.accounts,
            self.registrations,
            self.sessions,
            self.resets,
            self.address_changes,
            self.passkey_challenges,
            self.limits,
        ):
            await store.ensure_indexes()
        return self
