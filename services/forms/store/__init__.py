"""Where definitions, contributions and their documents live; the only package that knows the database."""

from dataclasses import dataclass
from typing import Self

from chassis.app import StoredServiceContext
from chassis.blobs import BlobStore
from services.forms.store.contributions import ContributionStore
from services.forms.store.definitions import DefinitionStore

__all__ = ["ContributionStore", "DefinitionStore", "Stores"]


@dataclass(frozen=True, slots=True)
class Stores:
    """All of them, ready."""

    definitions: DefinitionStore
    contributions: ContributionStore
    documents: BlobStore

    @classmethod
    async def open(cls, context: StoredServiceContext) -> Self:
        """Opens them and makes their indexes."""
        database, relay, keys = context.database, context.relay, context.keys
        stores = cls(
            DefinitionStore(database.outbox_collection("definitions", relay)),
            ContributionStore(database.outbox_collection("contributions", relay), keys),
            BlobStore(database, "pdfs", keys),
        )
        await stores.definitions.prepare()
        await stores.contributions.prepare()
        await stores.documents.prepare()
        return stores
