"""What councils say about delegations: load, decide, save, tell. In any order, any number of times."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import NamedTuple

from chassis import clock, loop
from chassis.authorities import Authorities
from chassis.blobs import Held
from chassis.documents import Key
from chassis.errors import AlreadyHandled, Refused, TryLater
from chassis.outbox import Outgoing, derived_id
from contracts.addresses import address_key
from contracts.base import Contact
from contracts.council import (
    Assignee,
    DelegationAmended,
    DelegationDecided,
    DelegationRequested,
    DelegationRetracted,
    DelegationReturned,
    PersonAssignee,
    WorkGroupAssignee,
)
from contracts.forms import ContributionStarted, ContributionSubmitted
from contracts.tasks import Holder
from services.tasks import events
from services.tasks.model.facts import Answer, Request, Retraction, SubmissionFact, amendment, digest_of, due_date
from services.tasks.model.form import OfferedForm
from services.tasks.model.reference import reference_of
from services.tasks.model.shared import Coming, KeptDocument, coming
from services.tasks.model.task import Task
from services.tasks.model.told import whom_to_tell
from services.tasks.model.work_group import WorkGroup
from services.tasks.store import Stores

_PATIENCE_SECONDS = 6
"""How long a delegation waits for a form or group that may be on its way in another queue."""
_FORM_SECONDS = 5.0
UNSETTLED_AFTER = timedelta(days=1)
"""Longer than a request is tried: its content must not go while it comes again."""

_RELEASED = "You declined this form, and the council has accepted that."

Decide = Callable[[Task], Awaitable[tuple[Task, list[Outgoing]]]]
"""What becomes of a task, blank where nothing was heard of it yet, and what is told of that."""


Plan = Callable[[Task], Awaitable[None]]


class Plans(NamedTuple):
    """What is planned before a change is written: the end of what is over, the next reminder of what is open."""

    end: Plan
    reminder: Plan


def task_id_of(authority: str, delegation_id: str) -> str:
    """A delegation's task has an id that follows from it: the same delegation twice is one task."""
    return derived_id("task", authority, delegation_id)


class Delegations:
    """The council's side of tasks."""

    def __init__(self, stores: Stores, authorities: Authorities, plans: Plans) -> None:
        self._stores = stores
        self._authorities = authorities
        self._plans = plans
        self._forms: dict[tuple[str, str], tuple[float, OfferedForm]] = {}

    async def request(self, message: DelegationRequested, waited_seconds: float) -> None:
        """A request opens one task, however often and whenever it comes."""
        blank = self._blank(message.authority, message.delegation_id)
        documents = await loop.work(_size(message), coming, blank.task_id, message.documents)
        form = await self._form(message.authority, message.form, waited_seconds)
        request = await self._accept(message, form, [each.document for each in documents], waited_seconds)
        await self._keep(Key(blank.authority, blank.task_id), documents)

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            if task.request is not None:
                if task.request.digest == request.digest:
                    raise AlreadyHandled(task.task_id)
                raise Refused(
                    "delegation_differs",
                    "Another request with this delegation_id was accepted before.",
                    field="/delegation_id",
                )
            requested, unfit = _with_fitting_amendments(task.with_request(request), form)
            await self._plans.reminder(requested)
            return requested, [*events.of_request(requested, self._authorities.get(task.authority)), *unfit]

        await self._change(blank.authority, blank.delegation_id, decide, is_new=True)

    async def _keep(self, owner: Key, documents: list[Coming]) -> None:
        """Before the task is written: a crash in between leaves content that the repeat finds."""
        for each in documents:
            if each.content is not None and each.document.content_id:
                await self._stores.shared.put_once(owner, each.content, blob_id=each.document.content_id)

    async def tidy(self) -> None:
        """Removes content of documents whose request was refused."""

        async def is_held(owner: Key, content_id: str) -> Held:
            task = await self._stores.tasks.get(owner.authority, owner.id)
            documents = task.request.documents if task and task.request else []
            return "for good" if any(each.content_id == content_id for each in documents) else "no"

        await self._stores.shared.tidy(clock.now() - UNSETTLED_AFTER, is_held)

    async def _accept(
        self, message: DelegationRequested, form: OfferedForm, documents: list[KeptDocument], waited_seconds: float
    ) -> Request:
        form.check_prefill(message.prefill)
        group = await self._group(message.authority, message.assignee, waited_seconds)
        received_on = message.received_on or clock.today()
        return Request(
            digest=await loop.work(_size(message), digest_of, message),
            form=form.form,
            form_version=form.version,
            form_owner=form.owner,
            form_title=form.title,
            subject=message.subject,
            assignee=await self._as_reached_now(message.assignee),
            assignee_name=group.name if group else "",
            inbox=group.inbox if group else [],
            notify_email=message.notify_email,
            sender=message.sender,
            received_on=received_on,
            due_on=due_date(message, received_on, form.due_days),
            comments=message.comments,
            prefill=message.prefill,
            documents=documents,
            requested_at=clock.now(),
        )

    async def _as_reached_now(self, assignee: Assignee) -> Assignee:
        """A council may go on using an address that somebody has left."""
        if not isinstance(assignee, PersonAssignee):
            return assignee
        return assignee.model_copy(update={"email": await self._stores.people.reached_at(assignee.email)})

    async def _form(self, authority: str, code: str, waited_seconds: float) -> OfferedForm:
        at = clock.now().timestamp()
        kept = self._forms.get((authority, code))
        if kept and at - kept[0] < _FORM_SECONDS:
            return kept[1]
        form = await self._stores.forms.get(authority, code)
        if form is None:
            if waited_seconds < _PATIENCE_SECONDS or not await self._stores.forms.has_any(authority):
                raise TryLater(1, "the form may be on its way")
            raise Refused("unknown_form", "The portal has no form of this name.", field="/form")
        self._forms[authority, code] = (at, form)
        return form

    async def _group(self, authority: str, assignee: Assignee, waited_seconds: float) -> WorkGroup | None:
        if not isinstance(assignee, WorkGroupAssignee):
            return None
        group = await self._stores.work_groups.get(authority, assignee.work_group_id)
        if group is not None and not group.is_closed:
            return group
        if waited_seconds < _PATIENCE_SECONDS:
            raise TryLater(1, "the work group may be on its way")
        raise Refused("unknown_work_group", "There is no open work group of this id.", field="/assignee/work_group_id")

    async def amend(self, message: DelegationAmended, message_id: str) -> None:
        """A change by the council reaches the task, also where it overtook the request."""
        change = amendment(message, message_id, clock.now())

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            # One that overtook its request is checked when that comes.
            if task.request is not None and change.prefill:
                form = await self._form(task.authority, task.request.form, _PATIENCE_SECONDS)
                form.check_prefill(change.prefill)
            amended = task.with_amendment(change)
            if amended is task:
                raise AlreadyHandled(message_id)
            await self._plans.reminder(amended)
            return amended, events.of_amendment(amended, message_id, self._authorities.get(task.authority))

        await self._change(message.authority, message.delegation_id, decide)

    async def retract(self, message: DelegationRetracted) -> None:
        """A withdrawal leaves the list, and keeps a request that comes later from ever reaching one."""
        now = clock.now()
        # Not one to come: the window in which its author may read it would begin with it.
        retraction = Retraction(reason=message.reason, retracted_at=min(message.retracted_at or now, now))

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            if task.submission is not None:
                raise Refused("already_submitted", "The form was submitted before.", field="/delegation_id")
            retracted = task.with_retraction(retraction)
            if retracted is task:
                raise AlreadyHandled(task.task_id)
            await self._plans.end(retracted)
            return retracted, events.of_retraction(retracted, self._authorities.get(task.authority))

        await self._change(message.authority, message.delegation_id, decide)

    async def send_back(self, message: DelegationReturned, message_id: str, waited_seconds: float) -> None:
        """What was submitted comes back with the council's questions, and can be submitted again."""
        now = clock.now()
        at = min(message.returned_at or now, now)

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            if task.was_returned_by(message, message_id):
                raise AlreadyHandled(message_id)
            if task.submission is None and task.retraction is None and waited_seconds < _PATIENCE_SECONDS:
                raise TryLater(1, "its submission may be on its way")
            if task.submission is None:
                raise Refused("not_submitted", "The form is not submitted.", field="/delegation_id")
            if message.contribution_id not in {None, task.submission.contribution_id}:
                raise Refused("unknown_contribution", "This is not what was submitted last.", field="/contribution_id")
            await self._check_fields(task, message)
            returned = task.with_return(message, message_id, at)
            await self._plans.reminder(returned)
            return returned, events.of_return(returned, self._authorities.get(task.authority))

        await self._change(message.authority, message.delegation_id, decide, answers_erased=True)

    async def answer(self, message: DelegationDecided, message_id: str, waited_seconds: float) -> None:
        """The council decides about a decline, or a request for more time."""
        now = clock.now()
        at, authority = min(message.decided_at or now, now), self._authorities.get(message.authority)
        instead = await self._instead(message, waited_seconds)
        answer = Answer(
            message_id=message_id,
            decision=message.decision,
            comments=message.comments,
            due_on=message.due_on,
            decided_at=at,
        )

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            if task.was_answered_by(message, message_id):
                raise AlreadyHandled(message_id)
            ask = task.waiting_ask if task.request is not None and task.is_open else None
            if ask is None or message.ask_id not in {None, ask.ask_id}:
                raise Refused("nothing_to_decide", "Nothing waits for an answer.", field="/delegation_id")
            answered = task.with_answer(answer)
            await self._plans.reminder(answered)
            if instead is not None:
                moved = answered.re_delegated(*instead, authority, at)
                return moved, [*events.of_move(answered, moved), *events.of_answer(moved, [])]
            if (ask.asked, message.decision) == ("decline", "accepted"):
                over = answered.with_retraction(Retraction(reason=message.comments or _RELEASED, retracted_at=at))
                await self._plans.end(over)
                return over, events.of_retraction(over, authority)
            return answered, events.of_answer(answered, whom_to_tell(answered, authority))

        await self._change(message.authority, message.delegation_id, decide, answers_erased=True)

    async def _instead(self, message: DelegationDecided, waited_seconds: float) -> tuple[Holder, list[Contact]] | None:
        """Who is asked instead, and where the mail of a work group goes."""
        if message.decision != "re-delegated":
            return None
        if message.assignee is None:
            raise Refused("assignee_missing", "Say who is asked instead.", field="/assignee")
        group = await self._group(message.authority, message.assignee, waited_seconds)
        if group is not None:
            return Holder(kind="work_group", work_group_id=group.work_group_id, name=group.name), group.inbox
        assignee = await self._as_reached_now(message.assignee)
        email = assignee.email if isinstance(assignee, PersonAssignee) else ""
        names = await self._stores.people.names_of([email])
        return Holder(kind="person", email=email, name=names.get(address_key(email), "")), []

    async def _check_fields(self, task: Task, message: DelegationReturned) -> None:
        """Every question that the council means is one of the form, as far as its version is known here."""
        form = await self._form(task.authority, task.requested.form, _PATIENCE_SECONDS)
        if form.version != task.requested.form_version:
            return
        for index, key in enumerate(message.fields):
            if not form.has_field(key):
                raise Refused("unknown_field", "The form has no such field.", field=f"/fields/{index}")

    async def note_start(self, event: ContributionStarted) -> None:
        """Somebody has begun to fill the form in; nobody is told."""

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            started = task.with_start(event.started_at)
            if started is task:
                raise AlreadyHandled(task.task_id)
            return started, []

        await self._change(event.authority, event.delegation_id, decide)

    async def complete(self, event: ContributionSubmitted) -> None:
        """What forms has frozen is submitted, whatever else was said."""
        submission = SubmissionFact(
            contribution_id=event.contribution_id,
            receipt=event.receipt,
            attached=len(event.file_ids),
            by=event.person,
            submitted_at=event.submitted_at,
        )

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            completed = task.with_submission(submission)
            if completed is task:
                raise AlreadyHandled(task.task_id)
            await self._plans.end(completed)
            return completed, events.of_submission(completed, submission)

        await self._change(event.authority, event.delegation_id, decide)

    async def _change(
        self,
        authority: str,
        delegation_id: str,
        decide: Decide,
        *,
        is_new: bool = False,
        answers_erased: bool = False,
    ) -> None:
        """Decides on the task as it is, or on a blank one. A reference that is another task's gives way to the next."""
        tries = count()

        async def decide_known(kept: Task | None) -> tuple[Task, list[Outgoing]]:
            task = kept or self._blank(authority, delegation_id)
            if task.erased_at is not None:
                raise _erased() if answers_erased else AlreadyHandled(task.task_id)
            named = reference_of(self._authorities.get(authority), task.task_id, next(tries))
            return await decide(task.with_reference(named))

        await self._stores.tasks.change(authority, task_id_of(authority, delegation_id), decide_known, is_new=is_new)

    @staticmethod
    def _blank(authority: str, delegation_id: str) -> Task:
        return Task(
            task_id=task_id_of(authority, delegation_id), authority=authority, delegation_id=delegation_id, version=0
        )


def _with_fitting_amendments(task: Task, form: OfferedForm) -> tuple[Task, list[Outgoing]]:
    """Amendments that came before their request are checked now; one that does not fit is refused."""
    refusals: list[Outgoing] = []
    for change in task.amendments:
        try:
            form.check_prefill(change.prefill or {})
        except Refused as refused:
            task = task.without_amendment(change.message_id)
            refusals.append(events.of_refused_amendment(task, change.message_id, refused))
    return task, refusals


def _erased() -> Refused:
    return Refused("erased", "The portal has erased this form at the end of its time.", field="/delegation_id")


def _size(message: DelegationRequested) -> int:
    return sum(len(document.content_base64 or "") for document in message.documents)
