"""Adding to a form that was submitted: begun and discarded here; the council keeps what it has meanwhile."""

from uuid import uuid4

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import Conflict, Refused
from chassis.identity import Professional
from chassis.outbox import Outgoing
from contracts.api.tasks import AddendumBody
from contracts.base import Fault
from services.tasks import events
from services.tasks.model.adding import may_add
from services.tasks.model.facts import Addendum
from services.tasks.model.refusals import unknown_task
from services.tasks.model.task import Task
from services.tasks.store import Stores
from services.tasks.usecases.work import change, requested

_ALREADY_BEGUN = "You have begun to add something already, for another reason. Go on with that, or discard it first."


class Addenda:
    """What those who have submitted a form add to it."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def begin(self, person: Professional, task_id: str, body: AddendumBody) -> None:
        """The form is open for whoever submitted it; the same again changes nothing."""
        reason, at = body.reason.strip(), clock.now()
        if not reason:
            fault = Fault(path="reason", code="missing", message="Say what you add or correct, and why.")
            raise Refused("invalid_addendum", "There is a problem with what was entered.", faults=(fault,))

        async def decide(found: Task) -> tuple[Task, list[Outgoing]]:
            task = self._theirs(found, person)
            submission = task.submission
            if submission is None or not may_add(task, person.email, self._authorities.get(task.authority), at):
                raise Conflict("cannot_add", "Nothing can be added to this form.")
            if task.addendum is not None and task.addendum.reason != reason:
                raise Conflict("already_begun", _ALREADY_BEGUN)
            addendum_id, stands = uuid4().hex, submission.contribution_id
            after = task.with_addendum(
                Addendum(addendum_id=addendum_id, contribution_id=stands, reason=reason, started_at=at)
            )
            return after, [] if after is task else events.of_addendum(after)

        await change(self._stores, self._authorities, task_id, person, decide)

    async def discard(self, person: Professional, task_id: str) -> None:
        """What was submitted stands, and nothing is left of what was begun; a second time changes nothing."""

        async def decide(found: Task) -> tuple[Task, list[Outgoing]]:
            task = self._theirs(found, person)
            after = task.without_addendum(clock.now())
            return after, [] if after is task else events.of_addendum(after)

        await change(self._stores, self._authorities, task_id, person, decide)

    @staticmethod
    def _theirs(found: Task, person: Professional) -> Task:
        task = requested(found)
        if not task.is_held_by(person.email):
            raise unknown_task()
        return task
