"""Where definitions, contributions and their documents live; the only package that knows the database."""

from dataclasses import dataclass
from typing import Self

from chassis.app import StoredServiceContext
from services.forms.store.contributions import ContributionStore
from services.forms.store.definitions import DefinitionStore
from services.forms.store.documents import DocumentStore

__all__ = ["ContributionStore", "DefinitionStore", "DocumentStore", "Stores"]


@dataclass(frozen=True, slots=True)
class Stores:
    """All of them, ready."""

    definitions: DefinitionStore
    contributions: ContributionStore
    documents: DocumentStore

    @classmethod
    async def open(cls, context: StoredServiceContext) -> Self:
        """Opens them and makes their indexes."""
        database, relay = context.database, context.relay
        stores = cls(
            DefinitionStore(database.documents("definitions", relay)),
            ContributionStore(database.documents("contributions", relay)),
            DocumentStore(database.bucket("pdfs"), database.collection("pdfs.files")),
        )
        await stores.definitions.prepare()
        await stores.contributions.prepare()
        await stores.documents.prepare()
        return stores
