"""Where contributions live: one document a task, one guarded write a save; the facts of its task part by part."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from chassis.database import Document, Documents, storable
from chassis.errors import AlreadyHandled, Refused
from chassis.outbox import Outgoing
from contracts.tasks import FormGrant
from services.forms.model.contribution import Author, Contribution, Submission
from services.forms.model.draft import BATCHES_KEPT, TYPED_LIMIT, Batch
from services.forms.model.paths import split

_PINS = 20_000
_NEXT: dict[str, Any] = {"$add": ["$draft.revision", 1]}


class ContributionStore:
    """Contributions by task, and by the document that a council fetches."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._pins: dict[tuple[str, str], tuple[str, str, str]] = {}

    async def prepare(self) -> None:
        """Makes the index."""
        has_document = {"submission.pdf.document_id": {"$exists": True}}
        await self._documents.ensure_indexes(
            [IndexModel([("submission.pdf.document_id", ASCENDING)], partialFilterExpression=has_document)]
        )

    async def get(self, authority: str, task_id: str) -> Contribution | None:
        """A task's contribution, in one authority's data only; None until its task is heard of."""
        return _contribution(await self._documents.get({"_id": task_id, "authority": authority}, {"outbox": 0}))

    async def of_document(self, authority: str, document_id: str) -> Contribution | None:
        """The contribution of a document, in one authority's data only."""
        query = {"submission.pdf.document_id": document_id, "authority": authority}
        return _contribution(await self._documents.get(query, {"outbox": 0}))

    async def confirm_receipt(self, authority: str, document_id: str, at: datetime) -> None:
        """The council has the PDF; a second time changes nothing."""
        guard = {"submission.pdf.document_id": document_id, "authority": authority, "submission.received_at": None}
        await self._documents.update(guard, {"$set": {"submission.received_at": at}})

    async def open(self, contribution: Contribution) -> None:
        """Inserts it, or completes what another message of the task has begun."""
        document = _document(contribution)
        try:
            await self._documents.insert(document)
        except AlreadyHandled:
            told = ("reference", "form", "form_version", "form_owner", "subject", "opened", "draft", "retracted_at")
            change = {name: document[name] for name in told if document[name] is not None}
            guard = {"_id": contribution.task_id, "authority": contribution.authority, "opened": None}
            versions = {"task_version": contribution.task_version}
            if await self._documents.update(guard, {"$set": change, "$max": versions}) is None:
                await self._check_authority(contribution)
                raise

    async def amend(self, contribution: Contribution) -> None:
        """What the council has changed, where nothing newer is known."""
        version = contribution.task_version
        guard = {"amended.task_version": {"$not": {"$gte": version}}}
        await self._tell(contribution, guard, {"amended": _document(contribution)["amended"]})

    async def retract(self, contribution: Contribution) -> None:
        """The council has withdrawn the task."""
        await self._tell(contribution, {"retracted_at": None}, {"retracted_at": contribution.retracted_at})

    async def hand_over(self, contribution: Contribution) -> None:
        """Somebody else has the task: grants of before are refused from here on."""
        await self._tell(contribution, {"task_version": {"$lt": contribution.task_version}}, {})

    async def _tell(self, contribution: Contribution, guard: Mapping[str, Any], change: Mapping[str, Any]) -> None:
        """AlreadyHandled where the guard says that it is known."""
        whole = {"_id": contribution.task_id, "authority": contribution.authority, **guard}
        update = {"$max": {"task_version": contribution.task_version}, **({"$set": change} if change else {})}
        if await self._documents.update(whole, update) is None:
            try:
                await self._documents.insert(_document(contribution))
            except AlreadyHandled:
                # Known already, or begun by another message between our two writes.
                if await self._documents.update(whole, update) is None:
                    await self._check_authority(contribution)
                    raise

    async def _check_authority(self, told: Contribution) -> None:
        found = await self._documents.get({"_id": told.task_id}, {"authority": 1})
        if found is not None and found["authority"] != told.authority:
            raise Refused("wrong_authority", "The task is another authority's.", field="/authority")

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

        A write of this kind carries no events (`Documents.update`), and the start is told.
        """
        paths = {edit.path: edit.value for edit in batch.edits}
        guard = {**_open_guard(grant), "started_at": {"$ne": None}, "draft.batches": {"$ne": batch.id}}
        guard["draft.typed"] = {"$not": {"$gt": TYPED_LIMIT - batch.typed}}
        change = {
            "draft.revision": _NEXT,
            "draft.saved_at": batch.at,
            "draft.typed": {"$add": ["$draft.typed", batch.typed]},
            "draft.batches": {
                "$slice": [{"$concatArrays": ["$draft.batches", {"$literal": [batch.id]}]}, -BATCHES_KEPT]
            },
            f"people.{batch.by}": {"$literal": author.model_dump()},
        }
        for path, value in paths.items():
            place = _place(path)
            guard |= _untouched(path, place, batch.seen)
            change[place] = _cell(place, value, batch)
        return _contribution(await self._documents.update(guard, [{"$set": change}]))

    async def replace_draft(
        self, before: Contribution, after: Contribution, grant: FormGrant, author: Author, events: Sequence[Outgoing]
    ) -> Contribution | None:
        """The merged draft with what is to be told, where nobody has saved since it was read."""
        guard = {**_open_guard(grant), "draft.revision": before.draft.revision}
        draft = {"draft": after.draft.model_dump(), "started_at": after.started_at}
        change = {"$set": {**draft, f"people.{author.key}": author.model_dump()}}
        return _contribution(await self._documents.update(guard, change, events))

    async def submit(
        self, before: Contribution, submission: Submission, grant: FormGrant, events: Sequence[Outgoing]
    ) -> bool:
        """Freezes it with what is to be told; False where it has changed since it was read."""
        guard = {**_open_guard(grant), "draft.revision": before.draft.revision}
        change = {"$set": {"submission": storable(submission.model_dump())}}
        return await self._documents.update(guard, change, events) is not None


def _open_guard(grant: FormGrant) -> Document:
    """The form is open, and the grant as new as what the task has told."""
    return {
        "_id": grant.task_id,
        "authority": grant.authority,
        "opened": {"$ne": None},
        "submission": None,
        "retracted_at": None,
        "task_version": {"$lte": grant.version},
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


def _document(contribution: Contribution) -> Document:
    return {"_id": contribution.task_id, **storable(contribution.model_dump(exclude={"task_id"}))}


def _contribution(document: Document | None) -> Contribution | None:
    return Contribution.model_validate({**document, "task_id": document["_id"]}) if document else None
