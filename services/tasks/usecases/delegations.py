"""What councils say about delegations: load, decide, save, tell. In any order, any number of times."""

from datetime import timedelta

from chassis import clock, loop
from chassis.authorities import Authorities
from chassis.blobs import Held
from chassis.documents import Key
from chassis.errors import AlreadyHandled, Refused, TryLater
from chassis.outbox import Outgoing, task_id_of
from contracts.api.due_dates import DueDatesQuery, DueDatesView
from contracts.council import (
    Assignee,
    DelegationAmended,
    DelegationRequested,
    DelegationRetracted,
    DelegationReturned,
)
from contracts.forms import ContributionStarted, ContributionSubmitted
from services.tasks import events
from services.tasks.model.deadlines import check_internal_date, due_at
from services.tasks.model.facts import Request, Retraction, SubmissionFact, amendment, digest_of, requested_dates
from services.tasks.model.foreseeing import foreseen
from services.tasks.model.form import OfferedForm
from services.tasks.model.shared import Coming, KeptDocument, coming, held
from services.tasks.model.task import Task
from services.tasks.store import Stores
from services.tasks.usecases.changes import PATIENCE_SECONDS, Changes, Plan
from services.tasks.usecases.profiles import Profiles
from services.tasks.usecases.recipients import Recipients

_FORM_SECONDS = 5.0
UNSETTLED_AFTER = timedelta(days=1)
"""Longer than a request is tried: its content must not go while it comes again."""


class Delegations:
    """The council's side of tasks."""

    def __init__(self, stores: Stores, authorities: Authorities, plan: Plan) -> None:
        self._stores = stores
        self._authorities = authorities
        self._plan = plan
        self._changes = Changes(stores, authorities)
        self._recipients = Recipients(stores)
        self._profiles = Profiles(stores, authorities)
        self._forms: dict[tuple[str, str], tuple[float, OfferedForm]] = {}

    async def request(self, message: DelegationRequested, waited_seconds: float) -> None:
        """A request opens one task, however often and whenever it comes."""
        task_id = task_id_of(message.authority, message.delegation_id)
        documents = await loop.work(_size(message), coming, task_id, message.documents)
        form = await self._form(message.authority, message.form, waited_seconds)
        assignee, person = await self._recipients.as_reached_now(message.assignee)
        shared = [each.document for each in documents]
        request = await self._accept(message, form, assignee, shared, waited_seconds)
        absence = person.away_on(clock.today()) if person else None
        instead = await self._recipients.instead_of(person, message.authority, request) if person else None
        await self._keep(Key(message.authority, task_id), documents)

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            if task.request is not None:
                if task.request.digest == request.digest:
                    raise AlreadyHandled(task.task_id)
                raise Refused(
                    "delegation_differs",
                    "Another request with this delegation_id was accepted before.",
                    field="/delegation_id",
                )
            check_internal_date(request.internal_due_on, request.due_on)
            requested, unfit = _with_fitting_amendments(task.with_request(request), form)
            if instead is not None:
                requested = requested.re_routed(*instead, request.requested_at)
            await self._plan(requested)
            if person is not None:
                await self._profiles.tell(person, [message.authority])
            said = absence.text if absence else None
            return requested, [*events.of_request(requested, self._authorities.get(task.authority), said), *unfit]

        await self._changes.change(message.authority, message.delegation_id, decide, is_new=True)

    async def foresee(self, authority: str, query: DueDatesQuery) -> DueDatesView:
        """Which dates a request would get now, by the rules that it goes through; nothing is kept."""
        form, asked_by = await self._form(authority, query.form, PATIENCE_SECONDS), self._authorities.get(authority)
        dates = requested_dates(query, form.due_days, asked_by.works_to, clock.now())
        check_internal_date(dates.internal_due_on, dates.due_on)
        return foreseen(form, dates, asked_by)

    async def _keep(self, owner: Key, documents: list[Coming]) -> None:
        """Before the task is written: a crash in between leaves content that the repeat finds."""
        for each in documents:
            if each.content is not None and each.document.content_id:
                await self._stores.shared.put_once(owner, each.content, blob_id=each.document.content_id)

    async def tidy(self) -> None:
        """Removes content of documents whose request was refused."""

        async def is_held(owner: Key, content_id: str) -> Held:
            task = await self._stores.tasks.get(owner.authority, owner.id)
            return held(content_id, task.request.documents if task and task.request else [])

        await self._stores.shared.tidy(clock.now() - UNSETTLED_AFTER, is_held)

    async def _accept(
        self,
        message: DelegationRequested,
        form: OfferedForm,
        assignee: Assignee,
        documents: list[KeptDocument],
        waited_seconds: float,
    ) -> Request:
        form.check_prefill(message.prefill)
        group = await self._recipients.group(message.authority, message.assignee, waited_seconds)
        works_to = self._authorities.get(message.authority).works_to
        return Request(
            **requested_dates(message, form.due_days, works_to, clock.now()).model_dump(),
            digest=await loop.work(_size(message), digest_of, message),
            form=form.form,
            form_version=form.version,
            form_owner=form.owner,
            form_title=form.title,
            subject=message.subject,
            assignee=assignee,
            assignee_name=group.name if group else "",
            inbox=group.inbox if group else [],
            notify_email=message.notify_email,
            confidential=message.confidential,
            sender=message.sender,
            comments=message.comments,
            prefill=message.prefill,
            documents=documents,
        )

    async def _form(self, authority: str, code: str, waited_seconds: float) -> OfferedForm:
        at = clock.now().timestamp()
        kept = self._forms.get((authority, code))
        if kept and at - kept[0] < _FORM_SECONDS:
            return kept[1]
        form = await self._stores.forms.get(authority, code)
        if form is None:
            if waited_seconds < PATIENCE_SECONDS or not await self._stores.forms.has_any(authority):
                raise TryLater(1, "the form may be on its way")
            raise Refused("unknown_form", "The portal has no form of this name.", field="/form")
        self._forms[authority, code] = (at, form)
        return form

    async def amend(self, message: DelegationAmended, message_id: str) -> None:
        """A change by the council reaches the task, also where it overtook the request."""
        change = amendment(message, message_id, clock.now())

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            # One that overtook its request is checked when that comes.
            if task.request is not None and change.prefill:
                form = await self._form(task.authority, task.request.form, PATIENCE_SECONDS)
                form.check_prefill(change.prefill)
            amended = task.with_amendment(change)
            if amended is task:
                raise AlreadyHandled(message_id)
            if amended.request is not None:
                check_internal_date(change.internal_due_on, due_at(amended.due_dates, change.amended_at))
            if change.due_on or change.internal_due_on:
                await self._plan(amended)
            return amended, events.of_amendment(amended, message_id, self._authorities.get(task.authority))

        await self._changes.change(message.authority, message.delegation_id, decide)

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
            await self._plan(retracted)
            return retracted, events.of_retraction(retracted, self._authorities.get(task.authority))

        await self._changes.change(message.authority, message.delegation_id, decide)

    async def send_back(self, message: DelegationReturned, message_id: str, waited_seconds: float) -> None:
        """What was submitted comes back with the council's questions, and can be submitted again."""
        now = clock.now()
        at = min(message.returned_at or now, now)

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            if task.was_returned_by(message, message_id):
                raise AlreadyHandled(message_id)
            if task.submission is None and task.retraction is None and waited_seconds < PATIENCE_SECONDS:
                raise TryLater(1, "its submission may be on its way")
            if task.submission is None:
                raise Refused("not_submitted", "The form is not submitted.", field="/delegation_id")
            if message.contribution_id not in {None, task.submission.contribution_id}:
                raise Refused("unknown_contribution", "This is not what was submitted last.", field="/contribution_id")
            await self._check_fields(task, message)
            returned = task.with_return(message, message_id, at)
            await self._plan(returned)
            return returned, events.of_return(returned, self._authorities.get(task.authority))

        await self._changes.change(message.authority, message.delegation_id, decide, answers_erased=True)

    async def _check_fields(self, task: Task, message: DelegationReturned) -> None:
        """Every question that the council means is one of the form, as far as its version is known here."""
        form = await self._form(task.authority, task.requested.form, PATIENCE_SECONDS)
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

        await self._changes.change(event.authority, event.delegation_id, decide)

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
            completed = task.with_submission(submission, event.replaces)
            if completed is task:
                raise AlreadyHandled(task.task_id)
            await self._plan(completed)
            return completed, events.of_submission(completed, submission)

        await self._changes.change(event.authority, event.delegation_id, decide)


def _with_fitting_amendments(task: Task, form: OfferedForm) -> tuple[Task, list[Outgoing]]:
    """Amendments that came before their request are checked now; one that does not fit is refused."""
    refusals: list[Outgoing] = []
    for change in task.amendments:
        try:
            form.check_prefill(change.prefill or {})
            check_internal_date(change.internal_due_on, due_at(task.due_dates, change.amended_at))
        except Refused as refused:
            task = task.without_amendment(change.message_id)
            refusals.append(events.of_refused_amendment(task, change.message_id, refused))
    return task, refusals


def _size(message: DelegationRequested) -> int:
    return sum(len(document.content_base64 or "") for document in message.documents)
