"""Where contributions live: one document a task, one guarded write a save; the facts of its task part by part."""

from typing import Any

from pymongo import ASCENDING, IndexModel

from chassis.database import OutboxCollection
from chassis.documents import Document, Key
from chassis.keys import KeyRing
from chassis.repository import Decide, DecideFound, Mapper, Repository
from chassis.sealing import sealed_fields
from contracts.tasks import FormGrant
from services.forms.model.contribution import Author, Contribution
from services.forms.model.draft import BATCHES_KEPT, TYPED_LIMIT, Batch
from services.forms.model.paths import split

MAPPER = Mapper(Contribution, id_field="task_id")
_DOCUMENTS = ("submission.pdf.document_id", "earlier.pdf.document_id")
"""Where the ids of documents stand that a council fetches."""
_PINS = 20_000
_NEXT: dict[str, Any] = {"$add": ["$draft.revision", 1]}


class ContributionStore:
    """Contributions by task, and by the document that a council fetches."""

    def __init__(self, documents: OutboxCollection, keys: KeyRing) -> None:
        self._documents = documents
        self._contributions = Repository(documents, MAPPER, keys)
        self._pins: dict[tuple[str, str], tuple[str, str, str]] = {}

    async def prepare(self) -> None:
        """Makes the index."""
        await self._contributions.ensure_indexes(
            [
                IndexModel([(place, ASCENDING)], partialFilterExpression={place: {"$exists": True}})
                for place in _DOCUMENTS
            ]
        )

    async def get(self, authority: str, task_id: str) -> Contribution | None:
        """A task's contribution, in one authority's data only; None until its task is heard of."""
        return await self._contributions.get(Key(authority, task_id))

    async def of_document(self, authority: str, document_id: str) -> Contribution | None:
        """The contribution of a document, in one authority's data only."""
        return await self._contributions.find_one([authority], _with_document(document_id))

    async def change_of_document(
        self, authority: str, document_id: str, decide: DecideFound[Contribution]
    ) -> Contribution | None:
        """The same for the contribution of a document, in one authority's data only; None where there is none."""
        return await self._contributions.change_found([authority], _with_document(document_id), decide)

    async def change(
        self, authority: str, task_id: str, decide: Decide[Contribution], *, is_new: bool = False
    ) -> Contribution:
        """What `decide` makes of it, with what is told (`Repository.change`)."""
        return await self._contributions.change(Key(authority, task_id), decide, is_new=is_new)

    async def remove(self, key: Key, _: str) -> None:
        """It is erased."""
        await self._contributions.remove(key)

    async def pinned(self, authority: str, task_id: str) -> tuple[str, str, str] | None:
        """Owner, code and version of the form that it keeps for life; None until its task is heard of in full."""
        key = (authority, task_id)
        if key in self._pins:
            return self._pins[key]
        query = {"_id": task_id, "authority": authority, "opened": {"$ne": None}}
        found = await self._documents.get(query, {"form": 1, "form_version": 1, "form_owner": 1})
        if found is None:
            return None
        if len(self._pins) >= _PINS:
            del self._pins[next(iter(self._pins))]
        self._pins[key] = (found["form_owner"], found["form"], found["form_version"])
        return self._pins[key]

    async def save(self, batch: Batch, grant: FormGrant, author: Author) -> Contribution | None:
        """One write where nothing of the batch overlaps; None where it might, the form is closed or not started yet.

        A write of this kind tells nobody, and the start is told.
        """
        key = Key(grant.authority, grant.task_id)
        sealing = await self._contributions.sealing(key)
        by = f"people.{batch.by}"
        paths = {edit.path: edit.value for edit in batch.edits}
        guard: Document = {**_open_guard(grant), "started_at": {"$ne": None}, "draft.batches": {"$ne": batch.id}}
        guard["draft.typed"] = {"$not": {"$gt": TYPED_LIMIT - batch.typed}}
        change = {
            "draft.revision": _NEXT,
            "draft.saved_at": batch.at,
            "draft.typed": {"$add": ["$draft.typed", batch.typed]},
            "draft.batches": {
                "$slice": [{"$concatArrays": ["$draft.batches", {"$literal": [batch.id]}]}, -BATCHES_KEPT]
            },
            by: {"$literal": sealed_fields(Author).seal(author.model_dump(), sealing, by)},
        }
        for path, value in paths.items():
            place = _place(path)
            guard |= _untouched(path, place, batch.seen)
            change[place] = _cell(place, sealing.value(value, f"{place}.value"), batch)
        return await self._contributions.patch(key, guard, change)


def _with_document(document_id: str) -> Document:
    return {"$or": [{place: document_id} for place in _DOCUMENTS]}


def _open_guard(grant: FormGrant) -> Document:
    """The form is open, by itself or for the addendum that is granted; the grant as new as what the task has told."""
    granted = grant.addendum
    stands: Document = {"submission": None}
    if granted is not None:
        stands = {
            "submission.contribution_id": granted.contribution_id,
            "addendum.addendum_id": granted.addendum_id,
            "addendum.is_discarded": False,
        }
    return {
        "opened": {"$ne": None},
        **stands,
        "retracted_at": None,
        "access_version": {"$not": {"$gt": grant.access_version}},
    }


def _place(path: str) -> str:
    key, row_id, column = split(path)
    return f"draft.tables.{key}.{row_id}.cells.{column}" if row_id else f"draft.answers.{key}"


def _untouched(path: str, place: str, seen: int) -> Document:
    """Nobody has changed it since it was seen; a row stands."""
    guard: Document = {f"{place}.revision": {"$not": {"$gt": seen}}}
    key, row_id, _ = split(path)
    if row_id:
        row = f"draft.tables.{key}.{row_id}"
        guard |= {f"{row}.position": {"$exists": True}, f"{row}.removed": None}
    return guard


def _cell(place: str, value: Any, batch: Batch) -> Document:
    return {
        "value": {"$literal": value},
        "revision": _NEXT,
        "by": {"$literal": batch.by},
        "at": batch.at,
        "batch": {"$literal": batch.id},
        "others": {"$ifNull": [f"${place}.others", []]},
    }
