"""What tasks tells: a contribution is prepared, amended, handed over, withdrawn. In any order, any number of times."""

from datetime import datetime

from chassis.errors import NotFound, TryLater
from contracts.tasks import TaskAmended, TaskAssigned, TaskOpened, TaskRetracted
from services.forms.model.contribution import Contribution, Told
from services.forms.model.draft import prefilled, with_subject
from services.forms.store import Stores

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
        contribution = _about(event).model_copy(
            update={
                "form": event.form,
                "form_version": event.form_version,
                "form_owner": event.form_owner,
                "subject": event.subject,
                "opened": _told(event),
                "draft": prefilled(
                    form.definition, with_subject(form.definition, event.subject, event.prefill), event.opened_at
                ),
            }
        )
        await self._stores.contributions.open(contribution)

    async def amend(self, event: TaskAmended) -> None:
        """The council has changed what only it fills; what was typed stays."""
        await self._stores.contributions.amend(_about(event).model_copy(update={"amended": _told(event)}))

    async def hand_over(self, event: TaskAssigned) -> None:
        """Somebody else has the task."""
        await self._stores.contributions.hand_over(_about(event))

    async def retract(self, event: TaskRetracted) -> None:
        """The council has withdrawn the task."""
        await self._stores.contributions.retract(_about(event, event.retracted_at))


def _about(
    event: TaskOpened | TaskAmended | TaskAssigned | TaskRetracted, retracted_at: datetime | None = None
) -> Contribution:
    return Contribution(
        task_id=event.task_id,
        authority=event.authority,
        delegation_id=event.delegation_id,
        reference=event.reference,
        task_version=event.task_version,
        retracted_at=retracted_at,
    )


def _told(event: TaskOpened | TaskAmended) -> Told:
    return Told(
        task_version=event.task_version,
        sender=event.sender,
        due_on=event.due_on,
        comments=event.comments,
        prefill=event.prefill,
    )
