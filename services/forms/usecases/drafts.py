"""Filling a form: opening it, and saving edits so that nothing that was typed is lost."""

from chassis import clock, loop
from chassis.errors import Conflict, Forbidden, NotFound, Refused, Unavailable
from chassis.outbox import Outgoing, outgoing
from contracts.api.forms import ContributionView, Edit, EditsBody, EditsView
from contracts.forms import ContributionStarted
from contracts.tasks import FormGrant
from services.forms.model.answers import Form
from services.forms.model.contribution import Author, Contribution
from services.forms.model.draft import Batch, merge, overfull, safe_revision
from services.forms.model.edits import kept, refused
from services.forms.model.view import judged, view_of
from services.forms.store import Stores


def opened(contribution: Contribution | None, grant: FormGrant) -> Contribution:
    """The contribution as it was read; refused where the grant is older than what the task has told, or newer."""
    if contribution is None or contribution.opened is None:
        # The grant proves that the task exists: its message is on the way.
        raise not_ready()
    if contribution.access_version > grant.access_version:
        raise Forbidden("grant_outdated", "The form has changed hands. Open it again from your tasks.")
    if not contribution.has_heard_of(grant.addendum):
        raise not_ready()
    return contribution


def not_ready() -> Unavailable:
    """What tasks has granted is not heard of here yet."""
    return Unavailable("not_ready", "This form is being prepared. Try again in a moment.", retry_after=1)


class Opened:
    """Opening a contribution for the holder of a grant."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def open(self, grant: FormGrant) -> tuple[Contribution, Form]:
        """The contribution and its form; refused where the grant does not open it."""
        contribution = opened(await self._stores.contributions.get(grant.authority, grant.task_id), grant)
        return contribution, await self.form(contribution.form_owner, contribution.form, contribution.form_version)

    async def form(self, owner: str, code: str, version: str) -> Form:
        """The version that a contribution keeps for life."""
        form = await self._stores.definitions.get(owner, code, version)
        if form is None:
            raise NotFound("unknown_form")
        return form


class Drafts:
    """Reading and saving drafts."""

    def __init__(self, stores: Stores) -> None:
        self._contributions = stores.contributions
        self._opened = Opened(stores)

    async def view(self, grant: FormGrant, file_count: int) -> ContributionView:
        """The contribution as its pages show it, judged with so many documents attached."""
        contribution, form = await self._opened.open(grant)
        size = loop.weight(contribution.draft)
        return await loop.work(size, view_of, contribution, form, file_count=file_count)

    async def save(self, grant: FormGrant, body: EditsBody) -> EditsView:
        """Saves in one write where nothing overlaps and it was started, else merges; the same batch twice is once."""
        author = Author(account_id=grant.account_id, name=grant.name)
        form, edits = await self._accepted(grant, tuple(body.edits))
        batch = Batch(id=body.batch_id, seen=body.revision, by=author.key, at=clock.now(), edits=edits)
        saved = await self._contributions.save(batch, grant, author) if batch.is_plain else None
        if saved is None:
            saved = await self._merge(grant, batch, author)
        judgement = await loop.work(loop.weight(saved.draft), judged, saved, form)
        told = judgement.model_copy(update={"revision": safe_revision(batch, saved.draft.revision)})
        return EditsView(**told.model_dump(), saved_at=saved.draft.saved_at or batch.at)

    async def _accepted(self, grant: FormGrant, edits: tuple[Edit, ...]) -> tuple[Form, tuple[Edit, ...]]:
        pinned = await self._contributions.pinned(grant.authority, grant.task_id)
        if pinned is None:
            raise not_ready()
        form = await self._opened.form(*pinned)
        faults = refused(form.definition, edits)
        if faults:
            raise Refused("invalid_edits", "Some of this cannot be saved.", faults=tuple(faults))
        return form, kept(form.definition, edits)

    async def _merge(self, grant: FormGrant, batch: Batch, author: Author) -> Contribution:
        async def decide(kept: Contribution | None) -> tuple[Contribution, list[Outgoing]]:
            before = opened(kept, grant)
            if not before.is_at(grant.addendum):
                raise not_ready()
            if not before.is_open:
                raise Conflict(before.state, _CLOSED[before.state])
            if batch.id in before.draft.batches:
                return before, []
            merged = await loop.work(loop.weight(before.draft), merge, before.draft, batch)
            faults = overfull(merged)
            if faults:
                raise Refused("too_much", "Some of this cannot be saved.", faults=tuple(faults))
            after = before.saved(merged, author)
            return after, _of_start(before, after)

        return await self._contributions.change(grant.authority, grant.task_id, decide)


def _of_start(before: Contribution, after: Contribution) -> list[Outgoing]:
    """What is told where a save has started the contribution."""
    if after.started_at is None or before.started_at is not None:
        return []
    started = ContributionStarted(
        task_id=after.task_id,
        authority=after.authority,
        delegation_id=after.delegation_id,
        started_at=after.started_at,
    )
    return [outgoing(started, after.task_id)]


_CLOSED = {
    "submitted": "This form has been submitted and can no longer be changed.",
    "retracted": "The council has withdrawn this form.",
}
