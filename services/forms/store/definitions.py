"""Where form definitions live: one document a version, written once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from orjson import dumps, loads
from pymongo import ASCENDING, DESCENDING, IndexModel

from chassis.database import OutboxCollection
from chassis.outbox import Outgoing
from contracts.api.forms import DefinitionView
from services.forms.model.answers import Form
from services.forms.model.definition import read
from services.forms.model.questionnaire import Definition

LIST_LIMIT = 1000
_FORMS_KEPT = 200
_HEAD = {"form": 1, "version": 1, "title": 1, "due_days": 1, "owner": 1, "published_at": 1}


class DefinitionStore:
    """Definitions by owner, code and version. A version never changes, so what was read lately is kept."""

    def __init__(self, documents: OutboxCollection) -> None:
        self._documents = documents
        self._forms: dict[str, Form] = {}

    async def prepare(self) -> None:
        """Makes the index."""
        await self._documents.ensure_indexes(
            [
                IndexModel([("owner", ASCENDING), ("status", ASCENDING), ("published_at", ASCENDING)]),
            ]
        )

    async def add(
        self, definition: Definition, json: dict[str, Any], owner: str, at: datetime, events: Sequence[Outgoing]
    ) -> None:
        """AlreadyHandled where there is that version of that owner's form."""
        # As text: a definition may hold names that the database keeps for itself.
        document = {
            "_id": _key(owner, definition.code, definition.version),
            "form": definition.code,
            "version": definition.version,
            "title": definition.title,
            "status": definition.status,
            "due_days": definition.due_days,
            "owner": owner,
            "published_at": at,
            "json": dumps(json).decode(),
        }
        await self._documents.insert(document, events)

    async def get(self, owner: str, code: str, version: str) -> Form | None:
        """A version of an owner's form, ready to judge answers."""
        key = _key(owner, code, version)
        if key not in self._forms:
            json = await self.json(owner, code, version)
            if json is None:
                return None
            if len(self._forms) >= _FORMS_KEPT:
                del self._forms[next(iter(self._forms))]
            self._forms[key] = Form(read(json))
        return self._forms[key]

    async def json(self, owner: str, code: str, version: str) -> Any:
        """A version as it was published."""
        found = await self._documents.get({"_id": _key(owner, code, version)}, {"json": 1})
        return loads(found["json"]) if found else None

    async def list(self, owners: Sequence[str]) -> list[DefinitionView]:
        """The latest active version of each form, by its code; of one code the later owner's."""
        query = {"owner": {"$in": list(owners)}, "status": "active"}
        newest = [("published_at", DESCENDING)]
        found = await self._documents.find(query, sort=newest, limit=LIST_LIMIT, projection=_HEAD)
        rising = sorted(found, key=lambda document: (owners.index(document["owner"]), document["published_at"]))
        latest = {document["form"]: document for document in rising}
        return [DefinitionView.model_validate(latest[code]) for code in sorted(latest)]


def _key(owner: str, code: str, version: str) -> str:
    """An authority's code holds no colon."""
    return f"{owner}:{code}|{version}"
