"""Where work groups, forms on offer and registered people are kept."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from chassis.database import Document, Documents
from chassis.errors import AlreadyHandled
from chassis.outbox import Outgoing
from contracts.addresses import address_key
from contracts.base import EVERYBODYS, Contact
from services.tasks.model.form import Form
from services.tasks.model.work_group import Membership, WorkGroup, group_key

MEMBERSHIP_LIMIT = 1000
"""The most groups that somebody is in."""
MANAGED_LIMIT = 100
"""The most groups of one authority whose members somebody may choose from."""


async def _put_newer(documents: Documents, guard: Mapping[str, Any], document: Document) -> None:
    """Replaces what the guard calls older; AlreadyHandled where what is kept is as new, in every interleaving."""
    if await documents.update(guard, {"$set": document}) is not None:
        return
    try:
        await documents.insert({"_id": guard["_id"], **document})
    except AlreadyHandled:
        # What is there may have been added between our two writes, and be older.
        if await documents.update(guard, {"$set": document}) is None:
            raise


class WorkGroupStore:
    """Work groups by id and by member."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._documents.ensure_indexes(
            [
                IndexModel([("member_addresses", ASCENDING), ("authority", ASCENDING)]),
                IndexModel([("manager_addresses", ASCENDING), ("authority", ASCENDING)]),
            ]
        )

    async def put(self, group: WorkGroup) -> None:
        """Replaces an older version; AlreadyHandled where the same or a newer one is kept."""
        guard = {"_id": group.key, "authority": group.authority, "version": {"$lt": group.version}}
        await _put_newer(self._documents, guard, self._document(group))

    @staticmethod
    def _document(group: WorkGroup) -> Document:
        addresses = [address_key(member.email) for member in group.members]
        managers = [address_key(member.email) for member in group.members if member.is_manager]
        return {**group.model_dump(), "member_addresses": addresses, "manager_addresses": managers}

    async def get(self, authority: str, work_group_id: str) -> WorkGroup | None:
        """A group of one authority."""
        found = await self._documents.get({"_id": group_key(authority, work_group_id), "authority": authority})
        return WorkGroup.model_validate(found) if found else None

    async def of_member(self, authorities: Sequence[str], email: str) -> list[Membership]:
        """The groups that a person is in, and whether as a manager."""
        address = address_key(email)
        query = {"member_addresses": address, "authority": {"$in": list(authorities)}}
        found = await self._documents.find(
            query, limit=MEMBERSHIP_LIMIT, projection={"authority": 1, "manager_addresses": 1}
        )
        return [
            Membership(
                authority=document["authority"],
                key=document["_id"],
                is_manager=address in document["manager_addresses"],
            )
            for document in found
        ]

    async def managed_by(self, authority: str, email: str) -> list[WorkGroup]:
        """An authority's groups that a person manages, whole."""
        query = {"manager_addresses": address_key(email), "authority": authority}
        return [WorkGroup.model_validate(one) for one in await self._documents.find(query, limit=MANAGED_LIMIT)]


class FormStore:
    """The latest version of each form, as forms published it."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._documents.ensure_indexes([])

    async def put(self, form: Form) -> None:
        """Replaces what was published earlier; AlreadyHandled where what is kept is as new."""
        guard = {"_id": form.key, "published_at": {"$lt": form.published_at}}
        await _put_newer(self._documents, guard, form.model_dump())

    async def get(self, authority: str, code: str) -> Form | None:
        """The authority's own form of this code, else everybody's."""
        keys = [f"{owner}:{code}" for owner in (authority, EVERYBODYS)]
        found = {one["_id"]: one for one in await self._documents.find({"_id": {"$in": keys}}, limit=len(keys))}
        return next((Form.model_validate(found[key]) for key in keys if key in found), None)


class PersonStore:
    """Who has registered: the authorities that know them are told, and lists show their names."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._documents.ensure_indexes([IndexModel([("address", ASCENDING)])])

    async def add(self, account_id: str, person: Contact, registered_at: datetime, events: Sequence[Outgoing]) -> None:
        """AlreadyHandled where the registration was heard before."""
        document = {
            "_id": account_id,
            "address": address_key(person.email),
            "name": person.name,
            "registered_at": registered_at,
        }
        await self._documents.insert(document, events)

    async def names_of(self, addresses: Collection[str]) -> dict[str, str]:
        """The names of those who have registered, by address."""
        query = {"address": {"$in": list(addresses)}}
        found = await self._documents.find(
            query, limit=len(addresses) + 1, projection={"_id": 0, "address": 1, "name": 1}
        )
        return {document["address"]: document["name"] for document in found}
