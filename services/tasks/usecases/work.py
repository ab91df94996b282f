"""What professionals do with a task: open it, pick it up. Who may do what is decided here and nowhere else."""

from functools import partial

from chassis import clock
from chassis.authorities import Authorities
from chassis.downloads import Send
from chassis.errors import Conflict, Forbidden, NotFound
from chassis.identity import Professional, sign_grant
from chassis.outbox import Outgoing
from chassis.repository import DecideFound
from chassis.tokens import Signer
from contracts.api.tasks import AskView, GrantView, TaskView
from contracts.tasks import AddendumGrant, FormGrant, Holder
from services.tasks import events
from services.tasks.model.adding import addendum_view, may_add
from services.tasks.model.deadlines import due_view
from services.tasks.model.news import has_news
from services.tasks.model.record import Right
from services.tasks.model.refusals import unknown_task
from services.tasks.model.shared import KeptDocument
from services.tasks.model.task import Task
from services.tasks.model.work_group import WorkGroup
from services.tasks.store import Stores
from services.tasks.usecases.changes import Plan


def requested(task: Task | None) -> Task:
    """A task that has been requested; NotFound says no more than that it is not theirs."""
    if task is None or task.request is None:
        raise unknown_task()
    return task


async def load(stores: Stores, authorities: Authorities, task_id: str, person: Professional) -> Task:
    """A task of any authority that shows its forms to this person as they have signed in.

    Of a form that would be theirs they hear what its authority insists on; others hear what strangers hear.
    """
    task = await stores.tasks.find(authorities.without(person.withheld).codes, task_id)
    if task is None and person.withheld:
        kept = requested(await stores.tasks.find(person.withheld, task_id))
        if kept.is_held_by(person.email) or await is_in_its_group(stores, kept, person.email):
            raise Forbidden("app_needed", "Its council shows this form only to whoever signs in with an app.")
    return requested(task)


async def change(
    stores: Stores, authorities: Authorities, task_id: str, person: Professional, decide: DecideFound[Task]
) -> Task:
    """Such a task, changed; NotFound also where its authority insists on a stronger sign-in."""
    return requested(await stores.tasks.change_found(authorities.without(person.withheld).codes, task_id, decide))


async def group_of(stores: Stores, task: Task) -> WorkGroup | None:
    """The work group that the task waits in, or was picked up from; None where no group ever had it."""
    origin = task.work_group
    return await stores.work_groups.get(task.authority, origin.work_group_id or "") if origin else None


async def is_in_its_group(stores: Stores, task: Task, email: str) -> bool:
    """Whether somebody is a member of that group."""
    group = await group_of(stores, task)
    return group is not None and group.has_member(email)


class Work:
    """The professional's side of tasks."""

    def __init__(self, stores: Stores, authorities: Authorities, plan: Plan, signer: Signer) -> None:
        self._stores = stores
        self._authorities = authorities
        self._plan = plan
        self._signer = signer

    async def grant(self, person: Professional, task_id: str) -> GrantView:
        """A short-lived grant for whoever has the task; the others learn no more than members of its group may."""
        task = await self._seen(person, await load(self._stores, self._authorities, task_id, person))
        if rights := self._rights(task, person):
            return self._granted(task, person, rights)
        if task.is_held_by(person.email):
            raise _no_longer_shown(task)
        is_member = await is_in_its_group(self._stores, task, person.email)
        if is_member and task.state == "in_group":
            raise Conflict("not_picked_up", "Nobody has picked up this form yet.")
        if task.was_taken_from(person.email):
            raise Conflict("re_assigned", f"It was re-assigned by {_mover(task)}.", holder=_holder(task))
        if not is_member:
            raise unknown_task()
        raise Conflict(
            "already_picked_up",
            "Somebody else has picked up this form.",
            holder=_holder(task),
        )

    async def _seen(self, person: Professional, task: Task) -> Task:
        """Its holder opens it: what was new about it is so no more. It writes only where something was."""
        if not _is_new_to(person, task):
            return task

        async def decide(found: Task | None) -> tuple[Task, list[Outgoing]]:
            there = requested(found)
            return there.seen(clock.now()) if _is_new_to(person, there) else there, []

        return await self._stores.tasks.change(task.authority, task.task_id, decide)

    async def pick_up(self, person: Professional, task_id: str) -> GrantView:
        """Assigns a group's task to a member, at once and for one only; again by the same member changes nothing."""

        async def decide(found: Task) -> tuple[Task, list[Outgoing]]:
            before = requested(found)
            if self._rights(before, person):
                return before, []
            if not await is_in_its_group(self._stores, before, person.email):
                raise unknown_task()
            after = before.picked_up(Holder(kind="person", email=person.email, name=person.name), clock.now())
            await self._plan(after)
            return after, events.of_move(before, after)

        task = await change(self._stores, self._authorities, task_id, person, decide)
        return self._granted(task, person, self._rights(task, person))

    async def view(self, person: Professional, task_id: str) -> TaskView:
        """The task as its holder sees it."""
        return self._view_for(person, await self._held(person, task_id))

    async def look(self, person: Professional, task_id: str) -> TaskView:
        """A task as a member of the group that it waits in sees it before picking it up; documents come with it."""
        task = await load(self._stores, self._authorities, task_id, person)
        if not await is_in_its_group(self._stores, task, person.email):
            raise unknown_task()
        if task.state != "in_group":
            raise Conflict("already_picked_up", "Somebody else has picked up this form.", holder=_holder(task))
        return _view(task).model_copy(update={"documents": []})

    async def document(self, person: Professional, task_id: str, document_id: str) -> tuple[KeptDocument, Send]:
        """A document that the council sent along, and what sends its content, for whoever holds the task."""
        task = await self._held(person, task_id)
        if task.state == "retracted":
            raise Conflict("retracted", "The council has withdrawn this form.")
        for document in task.requested.documents:
            if document.document_id == document_id and document.blob:
                return document, partial(self._stores.shared.send, document.blob)
        raise NotFound("unknown_document", "There is no such document.")

    async def _held(self, person: Professional, task_id: str) -> Task:
        task = await load(self._stores, self._authorities, task_id, person)
        if not task.is_held_by(person.email):
            raise unknown_task()
        if not self._rights(task, person):
            raise _no_longer_shown(task)
        return task

    def _rights(self, task: Task, person: Professional) -> list[Right]:
        return task.rights_of(person.email, self._authorities.get(task.authority), clock.now())

    def _granted(self, task: Task, person: Professional, rights: list[Right]) -> GrantView:
        if not rights:
            raise Forbidden("right_missing", "You can no longer change this form.")
        grant = FormGrant(
            task_id=task.task_id,
            authority=task.authority,
            delegation_id=task.delegation_id,
            account_id=person.account_id,
            email=person.email,
            name=person.name,
            role=person.role,
            organisation=person.organisation,
            rights=rights,
            version=task.version,
            access_version=task.access_version,
            addendum=_addendum(task),
        )
        return GrantView(grant=sign_grant(self._signer, grant), task=self._view_for(person, task))

    def _view_for(self, person: Professional, task: Task) -> TaskView:
        may = may_add(task, person.email, self._authorities.get(task.authority), clock.now())
        return _view(task).model_copy(update={"may_add": may})


def _is_new_to(person: Professional, task: Task) -> bool:
    return task.is_held_by(person.email) and has_news(task)


def _addendum(task: Task) -> AddendumGrant | None:
    begun = task.addendum
    return AddendumGrant(addendum_id=begun.addendum_id, contribution_id=begun.contribution_id) if begun else None


def _no_longer_shown(task: Task) -> Conflict:
    if task.addendum is not None:
        return Conflict("addendum_over", "What you had begun to add was not submitted in time.")
    return Conflict("no_longer_shown", "This form can no longer be seen here.")


def _holder(task: Task) -> str:
    return task.holder.name or task.holder.email or "A work group"


def _mover(task: Task) -> str:
    return task.moves[-1].by_name or task.moves[-1].by


def _view(task: Task) -> TaskView:
    return TaskView(
        task_id=task.task_id,
        reference=task.reference,
        authority=task.authority,
        delegation_id=task.delegation_id,
        form=task.requested.form,
        form_title=task.requested.form_title,
        form_version=task.requested.form_version,
        form_owner=task.requested.form_owner,
        subject=task.requested.subject,
        sender=task.sender,
        comments=task.comments,
        due_on=task.due_on,
        target_on=task.target_on,
        state=task.state,
        version=task.version,
        documents=[document.view() for document in task.requested.documents],
        ask=_asked(task),
        due=due_view(task.requested, task.due_dates),
        addendum=addendum_view(task),
    )


def _asked(task: Task) -> AskView | None:
    """What was asked last, answered or not; nothing that a new holder or a new round has done with."""
    ask = task.asks[-1] if task.asks else None
    if ask is None or (ask.answer is None and task.waiting_ask is None):
        return None
    answer = ask.answer.model_dump(include={"decision", "comments", "decided_at"}) if ask.answer else {}
    said = ask.model_dump(include={"asked", "explanation", "until", "asked_at"})
    titles = [section.title for section in ask.sections]
    return AskView.model_validate({**said, "sections": titles, **answer})
