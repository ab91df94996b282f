"""Accounts in the database: one an address, one write a change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from chassis.database import OutboxCollection
from chassis.documents import Document
from chassis.errors import AlreadyHandled
from chassis.outbox import Outgoing
from contracts.api.auth import RegistrationDetails
from contracts.base import Profile
from services.auth.model.account import Account, CalendarFeed, Trust
from services.auth.model.authenticator import Authenticator
from services.auth.model.codes import FAILURES
from services.auth.model.opening import MOST_REMEMBERED
from services.auth.model.passkeys import MOST as MOST_PASSKEYS
from services.auth.model.passkeys import Passkey
from services.auth.model.user_names import UserName

INDEXES = [
    IndexModel([("email_key", ASCENDING)], unique=True),
    IndexModel(
        [("user_names.full", ASCENDING)], unique=True, partialFilterExpression={"user_names.full": {"$exists": True}}
    ),
    IndexModel([("opening.forget_at", ASCENDING)], expireAfterSeconds=0),
    IndexModel(
        [("calendar.token_hash", ASCENDING)],
        unique=True,
        partialFilterExpression={"calendar.token_hash": {"$exists": True}},
    ),
]
MOST_TRUSTS = 10
_OF_ITS_OWNER = (
    *("email", "details", "profile", "password_hash", "reset_by", "authenticator", "passkeys", "trusts", "calendar"),
    *("opening", "user_names", "asked_by"),
)


class AccountStore:
    """Collection `accounts`."""

    def __init__(self, documents: OutboxCollection) -> None:
        self._documents = documents

    async def ensure_indexes(self) -> None:
        """One account an address, and a user name; one that was opened and never used vanishes."""
        await self._documents.ensure_indexes(INDEXES)

    async def by_email(self, email_key: str) -> Account | None:
        """The account of an address."""
        return _account(await self._documents.get({"email_key": email_key}))

    async def by_user_name(self, full: str) -> Account | None:
        """The account that signs in by a user name."""
        # The index answers for the path, not for what $elemMatch asks of the same element.
        signing_in = {"user_names": {"$elemMatch": {"full": full, "signs_in": True}}}
        return _account(await self._documents.get({"user_names.full": full, **signing_in}))

    async def holding(self, full: str) -> Account | None:
        """The account that a user name is kept for, whether it signs in or not."""
        return _account(await self._documents.get({"user_names.full": full}))

    async def get(self, account_id: str) -> Account | None:
        """The account of an id."""
        return _account(await self._documents.get(_open(account_id)))

    async def by_calendar(self, token_hash: str) -> Account | None:
        """The account whose calendar feed has this secret."""
        return _account(await self._documents.get({"calendar.token_hash": token_hash, "closed_at": {"$exists": False}}))

    async def set_calendar(self, account: Account, feed: CalendarFeed | None, events: Sequence[Outgoing]) -> bool:
        """A secret address in the place of the one that was read, or none; False where there is another meanwhile."""
        former = account.calendar.token_hash if account.calendar else None
        guard = {**_open(account.account_id), "calendar.token_hash": former}
        change = {"$set": {"calendar": feed.model_dump() if feed else None}}
        return await self._documents.update(guard, change, events) is not None

    async def add(self, account: Account, events: Sequence[Outgoing]) -> bool:
        """Opens an account; False where the address has got another one meanwhile. Twice is once."""
        document = account.model_dump(exclude={"account_id"}) | {"_id": account.account_id}
        try:
            await self._documents.insert(document, events)
        except AlreadyHandled:
            return await self.get(account.account_id) is not None
        return True

    async def reopen(self, account: Account, events: Sequence[Outgoing]) -> bool:
        """Opens an unused account anew; False where it was changed meanwhile, or the user name is another's."""
        guard = {**_open(account.account_id), "password_version": account.password_version - 1}
        return await self._changed(guard, {"$set": account.model_dump(exclude={"account_id"})}, events)

    async def note_asking(
        self, account: Account, key: str, user_names: Sequence[UserName], events: Sequence[Outgoing]
    ) -> bool:
        """A council wants an account that there is; False as above, or where this message was noted before."""
        before = [each.model_dump() for each in account.user_names]
        as_read = {"user_names": before} if before else {"user_names.0": {"$exists": False}}
        guard = {**_open(account.account_id), **as_read, "asked_by": {"$ne": key}}
        change = {
            "$set": {"user_names": [each.model_dump() for each in user_names]},
            "$push": {"asked_by": {"$each": [key], "$slice": -MOST_REMEMBERED}},
        }
        return await self._changed(guard, change, events)

    async def take_over(
        self,
        account: Account,
        details: RegistrationDetails,
        at: datetime,
        events: Sequence[Outgoing],
        password_hash: str,
    ) -> Account | None:
        """Its owner has it from now on, with another password where one is given; None where it has changed."""
        guard = {**_open(account.account_id), "password_version": account.password_version}
        password = _new_password(password_hash) if password_hash else {"$set": {}}
        fields = {"details": details.model_dump(), "registered_at": at, "opening": None}
        change = {**password, "$set": {**password["$set"], **fields}}
        return _account(await self._documents.update({**guard, "opening.asked_at": {"$exists": True}}, change, events))

    async def count_failure(self, account_id: str) -> Account | None:
        """Counts a wrong code before it is looked at; None where there have been too many in a row."""
        guard = {**_open(account_id), "failures.sign_in": {"$lt": FAILURES}}
        return _account(await self._documents.update(guard, {"$inc": {"failures.sign_in": 1}}))

    async def welcome(self, account_id: str, at: datetime, events: Sequence[Outgoing], *, by_code: bool) -> None:
        """Its owner has signed in; by a code, guessing codes starts from nothing again."""
        change = {"signed_in_at": at, **(_no_failures() if by_code else {})}
        await self._documents.update(_open(account_id), {"$set": change}, events)

    async def add_trust(self, account_id: str, trust: Trust) -> None:
        """A browser that is trusted; beyond so many the oldest is forgotten."""
        change = {"$push": {"trusts": {"$each": [trust.model_dump()], "$slice": -MOST_TRUSTS}}}
        await self._documents.update(_open(account_id), change)

    async def end_trusts(self, account_id: str, until: datetime) -> None:
        """None of the browsers that were trusted until then is any more."""
        await self._documents.update(_open(account_id), {"$pull": {"trusts": {"given_at": {"$lte": until}}}})

    async def set_details(
        self, account_id: str, details: RegistrationDetails, events: Sequence[Outgoing]
    ) -> Account | None:
        """Who its owner is, as they say now."""
        change = {"$set": {"details": details.model_dump()}}
        return _account(await self._documents.update(_open(account_id), change, events))

    async def set_profile(self, account_id: str, profile: Profile, events: Sequence[Outgoing]) -> None:
        """What its owner keeps about their work."""
        await self._documents.update(_open(account_id), {"$set": {"profile": profile.model_dump()}}, events)

    async def set_digest(self, account: Account, *, is_wanted: bool, events: Sequence[Outgoing]) -> bool:
        """One email a day, or one for each thing; False where that is so, or its address was changed meanwhile."""
        known = {**_open(account.account_id), "email_key": account.email_key}
        guard = {**known, "has_digest": {"$ne": True} if is_wanted else True}
        return await self._documents.update(guard, {"$set": {"has_digest": is_wanted}}, events) is not None

    async def add_app(
        self, account_id: str, app: Authenticator, *, version: int, events: Sequence[Outgoing]
    ) -> Account | None:
        """An authenticator app, in the place of the one before; None where the password has changed meanwhile."""
        guard = {**_open(account_id), "password_version": version}
        return _account(await self._documents.update(guard, {"$set": {"authenticator": app.model_dump()}}, events))

    async def remove_app(self, account_id: str, events: Sequence[Outgoing]) -> Account | None:
        """None where there is none."""
        guard = {**_open(account_id), "authenticator.sealed": {"$exists": True}}
        return _account(await self._documents.update(guard, {"$set": {"authenticator": None}}, events))

    async def renew_recovery(self, account_id: str, macs: list[str], events: Sequence[Outgoing]) -> Account | None:
        """Other recovery codes; those before are of no use any more."""
        guard = {**_open(account_id), "authenticator.sealed": {"$exists": True}}
        return _account(await self._documents.update(guard, {"$set": {"authenticator.recovery": macs}}, events))

    async def use_step(self, account_id: str, step: int) -> bool:
        """Takes a code of the app; False where it, or a later one, has been taken."""
        guard = {**_open(account_id), "authenticator.last_step": {"$lt": step}}
        return await self._documents.update(guard, {"$set": {"authenticator.last_step": step}}) is not None

    async def use_recovery(self, account_id: str, mac: str, events: Sequence[Outgoing]) -> bool:
        """Takes a recovery code; False where there is none like it."""
        guard = {**_open(account_id), "authenticator.recovery": mac}
        return await self._documents.update(guard, {"$pull": {"authenticator.recovery": mac}}, events) is not None

    async def add_passkey(
        self, account_id: str, passkey: Passkey, *, version: int, events: Sequence[Outgoing]
    ) -> Account | None:
        """None where the password has changed meanwhile, where it is there already, or there are as many as may be."""
        is_new = {f"passkeys.{MOST_PASSKEYS - 1}": {"$exists": False}, "passkeys.key": {"$ne": passkey.key}}
        guard = {**_open(account_id), "password_version": version, **is_new}
        change = {"$push": {"passkeys": passkey.model_dump()}}
        return _account(await self._documents.update(guard, change, events))

    async def use_passkey(self, account_id: str, key: str, count: int, at: datetime) -> bool:
        """Writes down what its authenticator counts; False where that, or more, was written before."""
        before = {"$lt": count} if count else 0
        guard = {**_open(account_id), "passkeys": {"$elemMatch": {"key": key, "sign_count": before}}}
        change = {"$set": {"passkeys.$.sign_count": count, "passkeys.$.used_at": at}}
        return await self._documents.update(guard, change) is not None

    async def remove_passkey(self, account_id: str, key: str, events: Sequence[Outgoing]) -> Account | None:
        """None where there is none like it."""
        guard = {**_open(account_id), "passkeys.key": key}
        return _account(await self._documents.update(guard, {"$pull": {"passkeys": {"key": key}}}, events))

    async def remove_passkeys(self, account_id: str, until: datetime, events: Sequence[Outgoing]) -> Account | None:
        """All that were added until then; None where there is none."""
        guard = {**_open(account_id), "passkeys.added_at": {"$lte": until}}
        change = {"$pull": {"passkeys": {"added_at": {"$lte": until}}}}
        return _account(await self._documents.update(guard, change, events))

    async def wake(self, account_id: str, at: datetime) -> None:
        """Its owner may reset the password again, as if they had signed in."""
        await self._documents.update(_open(account_id), {"$max": {"woken_at": at}})

    async def close(self, account_id: str, at: datetime, events: Sequence[Outgoing]) -> bool:
        """Keeps nothing of who it was, and gives the address free; False where it is closed already."""
        change = {
            "$set": {"closed_at": at, "email_key": f"closed:{account_id}"},
            "$unset": dict.fromkeys(_OF_ITS_OWNER, ""),
        }
        return await self._documents.update(_open(account_id), change, events) is not None

    async def set_password(
        self, account: Account, password_hash: str, *, code_id: str, events: Sequence[Outgoing]
    ) -> Account | None:
        """Changes the password of this version and unlocks; None where it was changed meanwhile, or once by this code.

        It is no temporary one any more: whoever reads the mailbox has chosen it.
        """
        known = {**_open(account.account_id), "password_version": account.password_version}
        guard: dict[str, Any] = {**known, "reset_by": {"$ne": code_id}}
        own: dict[str, None] = {}
        if account.opening:
            guard["opening.asked_at"] = {"$exists": True}
            own = {"opening.password_until": None, "opening.forget_at": None}
        change = _new_password(password_hash, reset_by=code_id, **own)
        return _account(await self._documents.update(guard, change, events))

    async def replace_password(
        self, account_id: str, password_hash: str, *, version: int, events: Sequence[Outgoing]
    ) -> Account | None:
        """Changes the password of this version; None where it has been changed meanwhile."""
        guard = {**_open(account_id), "password_version": version}
        return _account(await self._documents.update(guard, _new_password(password_hash), events))

    async def _changed(self, guard: Document, change: Document, events: Sequence[Outgoing]) -> bool:
        try:
            return await self._documents.update(guard, change, events) is not None
        except AlreadyHandled:
            return False

    async def set_address(
        self, account_id: str, email: str, email_key: str, *, former: str, events: Sequence[Outgoing]
    ) -> Account | None:
        """Another address; None where the former is not its any more. AlreadyHandled where it is another account's."""
        change = {"$set": {"email": email, "email_key": email_key}}
        return _account(await self._documents.update({"_id": account_id, "email_key": former}, change, events))


def _open(account_id: str) -> dict[str, Any]:
    return {"_id": account_id, "closed_at": {"$exists": False}}


def _new_password(password_hash: str, **fields: str | None) -> dict[str, Any]:
    """Whoever knows it may sign in again, however often a code was wrong before."""
    return {"$set": {"password_hash": password_hash, **fields, **_no_failures()}, "$inc": {"password_version": 1}}


def _no_failures() -> dict[str, Any]:
    return {"failures": {"sign_in": 0}}


def _account(document: Document | None) -> Account | None:
    return Account.model_validate({**document, "account_id": document["_id"]}) if document else None
