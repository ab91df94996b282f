"""What tasks tells: a contribution is prepared, amended, handed over, withdrawn. In any order, any number of times."""

from collections.abc import Callable
from typing import TypeAlias

from chassis.errors import AlreadyHandled, NotFound, TryLater
from chassis.outbox import Outgoing
from contracts.tasks import (
    AddendumDiscarded,
    AddendumStarted,
    TaskAmended,
    TaskAssigned,
    TaskDecided,
    TaskDeclined,
    TaskOpened,
    TaskRetracted,
    TaskReturned,
)
from services.forms.model.contribution import Contribution, KnownAddendum, KnownSection, Told
from services.forms.model.draft import prefilled, with_subject
from services.forms.store import Stores

_TaskEvent: TypeAlias = (
    TaskOpened
    | TaskAmended
    | TaskAssigned
    | TaskDeclined
    | TaskDecided
    | TaskRetracted
    | TaskReturned
    | AddendumStarted
    | AddendumDiscarded
)

_AGAIN_SECONDS = 5
_PATIENCE_SECONDS = 60
"""What tasks tells of a form it has from here: it can be missing for a moment only, while a database is restored."""


class Delegated:
    """The life of a task, as far as its form follows it."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def prepare(self, event: TaskOpened, waited_seconds: float) -> None:
        """A task is open: its contribution is there, with what the council has filled in."""
        form = await self._stores.definitions.get(event.form_owner, event.form, event.form_version)
        if form is None and waited_seconds < _PATIENCE_SECONDS:
            raise TryLater(_AGAIN_SECONDS, "the form's definition is not here yet")
        if form is None:
            raise NotFound("unknown_form", f"Task {event.task_id} has a form that nobody has published.")
        known = with_subject(form.definition, event.subject, event.prefill)
        opening = {
            "reference": event.reference,
            "form": event.form,
            "form_version": event.form_version,
            "form_owner": event.form_owner,
            "subject": event.subject,
            "opened": _told(event),
            "draft": prefilled(form.definition, known, event.opened_at),
        }

        def opened(contribution: Contribution) -> Contribution:
            return contribution if contribution.opened else contribution.model_copy(update=opening)

        await self._change(event, opened, is_new=True)

    async def amend(self, event: TaskAmended) -> None:
        """The council has changed what only it fills; what was typed stays."""
        await self._change(event, lambda contribution: contribution.amended_by(_told(event)))

    async def hand_over(self, event: TaskAssigned) -> None:
        """Somebody else has the task: grants of before are refused from here on."""
        await self._change(event, lambda contribution: contribution.heard(event.access_version))

    async def freeze(self, event: TaskDeclined) -> None:
        """Whoever has the task declines it: grants to change it are refused from here on."""
        await self._change(event, lambda contribution: contribution.heard(event.access_version))

    async def answer(self, event: TaskDecided) -> None:
        """The council has decided: its date may be another one, and parts of the form not asked for any more."""
        freed = event.sections if event.decision == "accepted" else []
        news = KnownSection(
            task_version=event.task_version, is_left_out=True, ask_id=event.ask_id, reason_code=event.reason_code
        )

        def answered(contribution: Contribution) -> Contribution:
            return contribution.heard(event.access_version).amended_by(_told(event)).with_sections(freed, news)

        await self._change(event, answered)

    async def retract(self, event: TaskRetracted) -> None:
        """The council has withdrawn the task."""
        await self._change(event, lambda contribution: contribution.retracted(event.retracted_at))

    async def send_back(self, event: TaskReturned) -> None:
        """The council has questions about what was submitted: what it asks about is asked for, left out or not."""
        sections = await self._sections_of(event)
        news = KnownSection(task_version=event.task_version, is_left_out=False)

        def sent_back(contribution: Contribution) -> Contribution:
            back = contribution.sent_back(event.contribution_id, event.questions, event.addendum_id)
            return back.with_sections(sections, news).amended_by(_told(event))

        await self._change(event, sent_back)

    async def _sections_of(self, event: TaskReturned) -> list[str]:
        """The keys of the pages on which the council asks about something."""
        pinned = await self._stores.contributions.pinned(event.authority, event.task_id)
        form = await self._stores.definitions.get(*pinned) if pinned else None
        return [page.link_id for page in form.definition.pages_with(event.questions.fields)] if form else []

    async def add(self, event: AddendumStarted) -> None:
        """Whoever has submitted it adds to it; what was submitted stands meanwhile."""
        begun = _addendum(event).model_copy(update={"reason": event.reason})
        await self._change(event, lambda contribution: contribution.with_addendum(begun))

    async def discard(self, event: AddendumDiscarded) -> None:
        """They do not: nothing of it is left."""
        discarded = _addendum(event).model_copy(update={"is_discarded": True})
        await self._change(event, lambda contribution: contribution.with_addendum(discarded))

    async def _change(
        self, event: _TaskEvent, change: Callable[[Contribution], Contribution], *, is_new: bool = False
    ) -> None:
        """AlreadyHandled where nothing of it is news."""

        async def decide(kept: Contribution | None) -> tuple[Contribution, list[Outgoing]]:
            before = kept or _blank(event)
            after = change(before)
            if after is before:
                raise AlreadyHandled(event.task_id)
            return after.heard(_access_version(event)), []

        await self._stores.contributions.change(event.authority, event.task_id, decide, is_new=is_new)


def _access_version(event: _TaskEvent) -> int:
    """What the council adds to a task changes nothing of who may do what."""
    return 0 if isinstance(event, TaskAmended) else event.access_version


def _blank(event: _TaskEvent) -> Contribution:
    return Contribution(
        task_id=event.task_id,
        authority=event.authority,
        delegation_id=event.delegation_id,
        reference=event.reference,
    )


def _addendum(event: AddendumStarted | AddendumDiscarded) -> KnownAddendum:
    return KnownAddendum(
        addendum_id=event.addendum_id, task_version=event.task_version, contribution_id=event.contribution_id
    )


def _told(event: TaskOpened | TaskAmended | TaskDecided | TaskReturned) -> Told:
    return Told(
        task_version=event.task_version,
        sender=event.sender,
        due_on=event.due_on,
        comments=event.comments,
        prefill=event.prefill,
    )
