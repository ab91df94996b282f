"""Sign-ins and the sessions they become, in one collection: the change from one to the other is one write."""

from collections.abc import Sequence
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from chassis.database import OutboxCollection
from chassis.documents import Document
from chassis.outbox import Outgoing
from services.auth.model.account import Account
from services.auth.model.codes import TRIES, Challenge
from services.auth.model.session import ABSOLUTE, PATIENCE, Session, SignIn, shown_of

INDEXES = [
    IndexModel([("token_hash", ASCENDING)], unique=True, partialFilterExpression={"token_hash": {"$exists": True}}),
    IndexModel([("account_id", ASCENDING), ("password_version", ASCENDING)]),
    IndexModel([("ends_at", ASCENDING)], expireAfterSeconds=0),
]


class SessionStore:
    """Collection `sessions`; a document with a `token_hash` is a session, one without is a sign-in."""

    def __init__(self, documents: OutboxCollection) -> None:
        self._documents = documents

    async def ensure_indexes(self) -> None:
        """Found by token, ended by account, gone at the end."""
        await self._documents.ensure_indexes(INDEXES)

    async def start(self, sign_in: SignIn, events: Sequence[Outgoing]) -> None:
        """Keeps a sign-in whose password was right."""
        document = sign_in.model_dump(exclude={"key"})
        await self._documents.insert(document | {"_id": sign_in.key, "ends_at": sign_in.started_at + PATIENCE}, events)

    async def waiting(self, key: str, at: datetime) -> SignIn | None:
        """A sign-in that still waits for its code."""
        return _sign_in(await self._documents.get(_waiting(key, at)))

    async def replace_code(
        self, key: str, challenge: Challenge, events: Sequence[Outgoing], at: datetime
    ) -> SignIn | None:
        """Another code; the one before is of no use any more."""
        change = {"$set": {"challenge": challenge.model_dump()}}
        return _sign_in(await self._documents.update(_waiting(key, at), change, events))

    async def count_try(self, key: str, at: datetime) -> SignIn | None:
        """Counts a try of the code before it is looked at; None where there is no code to try any more."""
        guard = {**_waiting(key, at), "challenge.tries": {"$lt": TRIES}, "challenge.expires_at": {"$gt": at}}
        return _sign_in(await self._documents.update(guard, {"$inc": {"challenge.tries": 1}}))

    async def open(
        self, sign_in: SignIn, token_hash: str, browser: str, before_at: datetime | None, at: datetime
    ) -> Session | None:
        """Makes the sign-in a session; None where its code was used or replaced a moment ago."""
        guard = {**_waiting(sign_in.key, at), "challenge.code_id": sign_in.challenge.code_id}
        times = {"opened_at": at, "seen_at": at, "ends_at": at + ABSOLUTE}
        opened = {"token_hash": token_hash, "browser": browser, "before_at": before_at, **times}
        return _session(await self._documents.update(guard, {"$set": opened, "$unset": {"challenge": ""}}))

    async def by_token(self, token_hash: str) -> Session | None:
        """The session of a token."""
        return _session(await self._documents.get({"token_hash": token_hash}))

    async def touch(self, session: Session, at: datetime) -> Session | None:
        """Writes down that it was used; None where it has been ended meanwhile."""
        return _session(await self._documents.update({"_id": session.key}, {"$max": {"seen_at": at}}))

    async def close(self, token_hash: str) -> Session | None:
        """Ends one session; gives what it was."""
        return _session(await self._documents.raw.find_one_and_delete({"token_hash": token_hash}))

    async def send_by_email(self, key: str, at: datetime) -> SignIn | None:
        """Its code comes by email from now on."""
        return _sign_in(await self._documents.update(_waiting(key, at), {"$set": {"factor": "email"}}))

    async def begin_enrolment(self, session: Session, sealed: str) -> None:
        """An authenticator app waits for its first code."""
        await self._documents.update({"_id": session.key}, {"$set": {"enrolling": sealed}})

    async def add(self, session: Session, token_hash: str) -> None:
        """Keeps one that no sign-in became, for its token."""
        await self._documents.insert(
            session.model_dump(exclude={"key"}) | {"_id": session.key, "token_hash": token_hash}
        )

    async def of_account(self, account_id: str, at: datetime, limit: int) -> list[Session]:
        """The sessions of an account, the one last used first."""
        query = {"account_id": account_id, "token_hash": {"$exists": True}, "ends_at": {"$gt": at}}
        found = await self._documents.find(query, sort=[("seen_at", DESCENDING)], limit=limit)
        return [session for document in found if (session := _session(document))]

    async def close_one(self, account_id: str, key: str) -> int:
        """Ends one session of an account; how many there were."""
        return (await self._documents.raw.delete_many({"_id": key, "account_id": account_id})).deleted_count

    async def close_others(self, account_id: str, key: str) -> int:
        """Ends every session of an account but one, and every sign-in under way; how many."""
        return (await self._documents.raw.delete_many({"_id": {"$ne": key}, "account_id": account_id})).deleted_count

    async def close_all(self, account_id: str, before_version: int) -> int:
        """Ends every session of an account, and every sign-in under way, that an older password began; how many."""
        older = {"account_id": account_id, "password_version": {"$lt": before_version}}
        return (await self._documents.raw.delete_many(older)).deleted_count

    async def close_opened_before(self, account_id: str, at: datetime) -> int:
        """Ends every session of an account that is older, and every sign-in that was begun before; how many."""
        older = {"account_id": account_id, "$or": [{"opened_at": {"$lte": at}}, {"started_at": {"$lte": at}}]}
        return (await self._documents.raw.delete_many(older)).deleted_count

    async def show(self, account: Account) -> None:
        """Every session of an account shows whose it is now; a code that went to another address opens none."""
        stale = {"account_id": account.account_id, "email": {"$ne": account.email}}
        await self._documents.raw.delete_many({**stale, "token_hash": {"$exists": False}})
        await self._documents.raw.update_many({"account_id": account.account_id}, {"$set": shown_of(account)})


def _waiting(key: str, at: datetime) -> Document:
    return {"_id": key, "token_hash": {"$exists": False}, "ends_at": {"$gt": at}}


def _sign_in(document: Document | None) -> SignIn | None:
    return SignIn.model_validate({**document, "key": document["_id"]}) if document else None


def _session(document: Document | None) -> Session | None:
    return Session.model_validate({**document, "key": document["_id"]}) if document else None
