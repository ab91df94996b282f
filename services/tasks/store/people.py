"""Where work groups, forms on offer and registered people are kept."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from chassis.batcher import Batcher
from chassis.database import OutboxCollection
from chassis.documents import Document, Key
from chassis.errors import AlreadyHandled
from chassis.keys import KeyRing
from chassis.outbox import Outgoing
from chassis.repository import Mapper, Repository
from contracts.addresses import address_key
from contracts.auth import AccountChanged, ProfileChanged
from contracts.base import EVERYBODYS
from services.tasks.model.absence import Absence
from services.tasks.model.form import OfferedForm, form_key
from services.tasks.model.person import RegisteredPerson
from services.tasks.model.work_group import Membership, WorkGroup, group_key
from services.tasks.store.found_by import FoundBy

MEMBERSHIP_LIMIT = 1000
"""The most groups that somebody is in."""
MOST_FORMS = 100
MANAGED_LIMIT = 100
"""The most groups of one authority whose members somebody may choose from."""

TellProfile = Callable[[RegisteredPerson, str], Outgoing]
"""What an authority is told of somebody's profile."""


def group_mapper(found_by: FoundBy) -> Mapper[WorkGroup]:
    """How a group stands in its document."""
    return Mapper(WorkGroup, beside=found_by.group)


def person_mapper(found_by: FoundBy) -> Mapper[RegisteredPerson]:
    """How a registered person stands in their document."""
    return Mapper(RegisteredPerson, id_field="account_id", beside=found_by.person, upcasters=[_with_email])


def _with_email(document: Document) -> Document:
    """Before addresses were sealed, the one that people were found by was their address itself."""
    return {**document, "email": document["address"]}


class WorkGroupStore:
    """Work groups by id and by member."""

    def __init__(self, documents: OutboxCollection, keys: KeyRing, found_by: FoundBy) -> None:
        self._documents = documents
        self._found_by = found_by
        self._groups = Repository(documents, group_mapper(found_by), keys)

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._groups.ensure_indexes(
            [
                IndexModel([("member_addresses", ASCENDING), ("authority", ASCENDING)]),
                IndexModel([("manager_addresses", ASCENDING), ("authority", ASCENDING)]),
            ]
        )

    async def put(self, group: WorkGroup) -> None:
        """Replaces an older version; AlreadyHandled where the same or a newer one is kept."""

        async def decide(kept: WorkGroup | None) -> tuple[WorkGroup, list[Outgoing]]:
            if kept is not None and kept.version >= group.version:
                raise AlreadyHandled(group.key)
            return group, []

        await self._groups.change(Key(group.authority, group.key), decide)

    async def get(self, authority: str, work_group_id: str) -> WorkGroup | None:
        """A group of one authority."""
        return await self._groups.get(Key(authority, group_key(authority, work_group_id)))

    async def of_member(self, authorities: Sequence[str], email: str) -> list[Membership]:
        """The groups that a person is in, and whether as a manager."""
        address = self._found_by.address(email)
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

    async def readdress(self, authorities: Sequence[str], former: str, email: str) -> None:
        """Somebody's new address stands in all of their groups."""

        async def decide(kept: WorkGroup | None) -> tuple[WorkGroup, list[Outgoing]]:
            if kept is None:
                raise AlreadyHandled(former)
            return kept.readdressed(former, email), []

        for group in await self.of_member(authorities, former):
            await self._groups.change(Key(group.authority, group.key), decide)

    async def of_person(self, authorities: Sequence[str], email: str) -> list[WorkGroup]:
        """The groups that a person is in, whole."""
        query = {"member_addresses": self._found_by.address(email)}
        return await self._groups.find(authorities, query, limit=MANAGED_LIMIT)

    async def holds_both(self, authority: str, first: str, second: str) -> bool:
        """Whether two people are in one group of an authority."""
        addresses = [self._found_by.address(first), self._found_by.address(second)]
        return bool(await self._groups.find([authority], {"member_addresses": {"$all": addresses}}, limit=1))

    async def managed_by(self, authority: str, email: str) -> list[WorkGroup]:
        """An authority's groups that a person manages, whole."""
        return await self._groups.find(
            [authority], {"manager_addresses": self._found_by.address(email)}, limit=MANAGED_LIMIT
        )


class FormStore:
    """The latest version of each form, as forms published it."""

    def __init__(self, documents: OutboxCollection) -> None:
        self._forms = Repository(documents, Mapper(OfferedForm), authority_field="owner")

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._forms.ensure_indexes([])

    async def put(self, form: OfferedForm) -> None:
        """Replaces what was published earlier; AlreadyHandled where what is kept is as new."""

        async def decide(kept: OfferedForm | None) -> tuple[OfferedForm, list[Outgoing]]:
            if kept is not None and kept.published_at >= form.published_at:
                raise AlreadyHandled(form.key)
            return form, []

        await self._forms.change(Key(form.owner, form.key), decide)

    async def has_any(self, authority: str) -> bool:
        """Whether any was told for this authority: where forms starts after this service, none is for a moment."""
        return bool(await self._forms.find([authority, EVERYBODYS], {"_id": {"$gt": ""}}, limit=1))

    async def offered(self, authority: str) -> list[OfferedForm]:
        """What an authority delegates."""
        found = await self._forms.find([authority, EVERYBODYS], {"_id": {"$gt": ""}}, limit=MOST_FORMS)
        own = {form.form for form in found if form.owner == authority}
        return [form for form in found if form.owner == authority or form.form not in own]

    async def get(self, authority: str, code: str) -> OfferedForm | None:
        """The authority's own form of this code, else everybody's."""
        owners = [authority, EVERYBODYS]
        keys = [form_key(owner, code) for owner in owners]
        found = await self._forms.find(owners, {"_id": {"$in": keys}}, limit=len(keys))
        return min(found, key=lambda form: owners.index(form.owner), default=None)


class PersonStore:
    """Who has registered: the authorities that know them are told, and lists show their names."""

    def __init__(self, documents: OutboxCollection, keys: KeyRing, found_by: FoundBy) -> None:
        self._found_by = found_by
        self._people = Repository(documents, person_mapper(found_by), keys, authority_field="owner")
        self._lookups = Batcher(self._all_at)

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._people.ensure_indexes([IndexModel([(f, ASCENDING)]) for f in ("address", "former_addresses")])

    async def add(self, person: RegisteredPerson, events: Sequence[Outgoing]) -> None:
        """AlreadyHandled where the registration was heard before."""

        async def decide(kept: RegisteredPerson | None) -> tuple[RegisteredPerson, Sequence[Outgoing]]:
            if kept is not None:
                raise AlreadyHandled(person.account_id)
            return person, events

        await self._people.change(Key(person.owner, person.account_id), decide, is_new=True)

    async def readdress(self, account_id: str, email: str, former: str, at: datetime) -> RegisteredPerson | None:
        """With their new address; None where their registration is not heard of yet."""

        async def decide(found: RegisteredPerson) -> tuple[RegisteredPerson, Sequence[Outgoing]]:
            return found.readdressed(email, former, at), []

        return await self._people.change_found([EVERYBODYS], {"_id": account_id}, decide)

    async def rename(self, event: AccountChanged) -> RegisteredPerson | None:
        """With their new name, role and organisation; None where their registration is not heard of yet."""

        async def decide(found: RegisteredPerson) -> tuple[RegisteredPerson, Sequence[Outgoing]]:
            return found.renamed(event.person.name, event.role, event.organisation, event.changed_at), []

        return await self._people.change_found([EVERYBODYS], {"_id": event.account_id}, decide)

    async def keep_profile(self, event: ProfileChanged) -> RegisteredPerson | None:
        """With their new profile; None where their registration is not heard of yet."""

        async def decide(found: RegisteredPerson) -> tuple[RegisteredPerson, Sequence[Outgoing]]:
            return found.profiled(event.profile, event.changed_at), []

        return await self._people.change_found([EVERYBODYS], {"_id": event.account_id}, decide)

    async def tell_profile(self, account_id: str, authorities: Sequence[str], told: TellProfile) -> None:
        """Those of these authorities that do not know it as it is now hear it, by what `told` makes."""

        async def decide(found: RegisteredPerson) -> tuple[RegisteredPerson, Sequence[Outgoing]]:
            if not (untold := found.untold(authorities)):
                return found, []
            return found.with_told(untold), [told(found, authority) for authority in untold]

        await self._people.change_found([EVERYBODYS], {"_id": account_id}, decide)

    async def get(self, account_id: str) -> RegisteredPerson | None:
        """Somebody by their account."""
        return await self._people.get(Key(EVERYBODYS, account_id))

    async def set_absence(self, account_id: str, absence: Absence | None, events: Sequence[Outgoing]) -> bool:
        """They are away, or here again; False where their registration is not heard of yet."""

        async def decide(found: RegisteredPerson) -> tuple[RegisteredPerson, Sequence[Outgoing]]:
            return found.model_copy(update={"absence": absence}), events

        return await self._people.change_found([EVERYBODYS], {"_id": account_id}, decide) is not None

    async def tell(self, account_id: str, events: Sequence[Outgoing]) -> None:
        """What concerns somebody, and changes nothing here."""

        async def decide(found: RegisteredPerson) -> tuple[RegisteredPerson, Sequence[Outgoing]]:
            return found.model_copy(), events

        await self._people.change_found([EVERYBODYS], {"_id": account_id}, decide)

    async def forget(self, account_id: str, at: datetime, absence_over: Sequence[Outgoing]) -> None:
        """They have closed their account, whether their registration was heard of or is still on its way.

        `absence_over` is told where they had said that they are away.
        """

        async def decide(found: RegisteredPerson | None) -> tuple[RegisteredPerson, Sequence[Outgoing]]:
            nobody = RegisteredPerson(account_id=account_id, email="", name="", registered_at=at)
            return found.gone() if found else nobody, absence_over if found and found.absence else []

        await self._people.change(Key(EVERYBODYS, account_id), decide)

    async def give_up(self, email: str) -> None:
        """Nobody is known by this former address any more: somebody else has registered it."""

        async def decide(found: RegisteredPerson) -> tuple[RegisteredPerson, Sequence[Outgoing]]:
            return found.without_former(email), []

        await self._people.change_found([EVERYBODYS], {"former_addresses": self._found_by.address(email)}, decide)

    async def now_at(self, addresses: Collection[str]) -> dict[str, str]:
        """Where those are reached now who were reached by these addresses before, by address.

        An address that somebody has is theirs, whoever had it before.
        """
        people = zip(map(address_key, addresses), await self._all_at(addresses), strict=True)
        return {key: person.email for key, person in people if person and address_key(person.email) != key}

    async def at(self, address: str) -> RegisteredPerson | None:
        """Who is reached by this address now, whether it is theirs or was; what comes together asks together."""
        return await self._lookups.add(address)

    async def _all_at(self, addresses: Collection[str]) -> list[RegisteredPerson | None]:
        hashes = [self._found_by.address(address) for address in addresses]
        query = {"$or": [{"former_addresses": {"$in": hashes}}, {"address": {"$in": hashes}}]}
        found = await self._people.find([EVERYBODYS], query, limit=2 * len(hashes))
        current = {address_key(person.email): person for person in found}
        former = {address_key(address): person for person in found for address in person.former}
        keys = [address_key(address) for address in addresses]
        return [current.get(key) or former.get(key) for key in keys]

    async def is_somebodys(self, address: str) -> bool:
        """Whether somebody has registered with this address, or has it now."""
        return bool(await self._people.find([EVERYBODYS], {"address": self._found_by.address(address)}, limit=1))

    async def names_of(self, addresses: Collection[str]) -> dict[str, str]:
        """The names of those who have registered, by address."""
        return {key: person.name for key, person in (await self.registered(addresses)).items()}

    async def registered(self, addresses: Collection[str]) -> dict[str, RegisteredPerson]:
        """Those who have registered, by address."""
        query = {"address": {"$in": [self._found_by.address(address) for address in addresses]}}
        found = await self._people.find([EVERYBODYS], query, limit=len(addresses) + 1)
        return {address_key(person.email): person for person in found}
