"""Where form definitions live: one document a version, written once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from orjson import dumps, loads
from pymongo import ASCENDING, DESCENDING, IndexModel

from chassis.database import Documents
from chassis.outbox import Outgoing
from contracts.api.forms import DefinitionView
from services.forms.model.answers import Form
from services.forms.model.definition import read
from services.forms.model.questionnaire import Definition

LIST_LIMIT = 1000
_HEAD = {"form": 1, "version": 1, "title": 1, "due_days": 1, "owner": 1}


class DefinitionStore:
    """Definitions by code and version. A version never changes, so what was read once is kept."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._forms: dict[str, Form] = {}

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._documents.ensure_indexes(
            [
                IndexModel([("form", ASCENDING), ("published_at", ASCENDING)]),
                IndexModel([("owner", ASCENDING), ("status", ASCENDING), ("published_at", ASCENDING)]),
            ]
        )

    async def add(
        self, definition: Definition, json: dict[str, Any], owner: str, at: datetime, events: Sequence[Outgoing]
    ) -> None:
        """AlreadyHandled where there is that version of that form."""
        # As text: a definition may hold names that the database keeps for itself.
        document = {
            "_id": _key(definition.code, definition.version),
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

    async def get(self, code: str, version: str) -> Form | None:
        """A version of a form, ready to judge answers."""
        key = _key(code, version)
        if key not in self._forms:
            found = await self._documents.get({"_id": key}, {"json": 1})
            if found is None:
                return None
            self._forms[key] = Form(read(loads(found["json"])))
        return self._forms[key]

    async def owner(self, code: str) -> str | None:
        """Who published the form first."""
        oldest = [("published_at", ASCENDING)]
        found = await self._documents.find({"form": code}, sort=oldest, limit=1, projection=_HEAD)
        return str(found[0]["owner"]) if found else None

    async def json(self, code: str, version: str) -> Any:
        """A version as it was published."""
        found = await self._documents.get({"_id": _key(code, version)}, {"json": 1})
        return loads(found["json"]) if found else None

    async def list(self, owners: Sequence[str]) -> list[DefinitionView]:
        """The latest active version of each form among these owners', by its code."""
        newest = [("published_at", DESCENDING)]
        query = {"owner": {"$in": list(owners)}, "status": "active"}
        found = await self._documents.find(query, sort=newest, limit=LIST_LIMIT, projection=_HEAD)
        latest = {document["form"]: document for document in reversed(found)}
        return [DefinitionView.model_validate(latest[code]) for code in sorted(latest)]


def _key(code: str, version: str) -> str:
    return f"{code}|{version}"
