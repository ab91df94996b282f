"""What professionals ask of the council: to be released from a form or parts of it, more time; and its answers."""

from uuid import uuid4

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import AlreadyHandled, Refused
from chassis.identity import Professional
from chassis.outbox import Outgoing
from contracts.api.tasks import DeclineBody, ExtensionBody, PartDeclineBody
from contracts.base import Contact
from contracts.council import DelegationDecided
from contracts.tasks import Asked
from services.tasks import events
from services.tasks.model.asking import check_decision, check_extension, check_reason, check_sections
from services.tasks.model.facts import Answer, Ask, Retraction
from services.tasks.model.refusals import unknown_task
from services.tasks.model.task import Task
from services.tasks.model.told import whom_to_tell
from services.tasks.store import Stores
from services.tasks.usecases.changes import Changes, Plan
from services.tasks.usecases.profiles import Profiles
from services.tasks.usecases.recipients import Recipient, Recipients
from services.tasks.usecases.work import change, is_in_its_group, requested

_RELEASED = "You declined this form, and the council has accepted that."


class Asks:
    """Declining a form, or parts of it, and asking for more time."""

    def __init__(self, stores: Stores, authorities: Authorities, plan: Plan) -> None:
        self._stores = stores
        self._authorities = authorities
        self._plan = plan
        self._changes = Changes(stores, authorities)
        self._recipients = Recipients(stores)
        self._profiles = Profiles(stores, authorities)

    async def decline(self, person: Professional, task_id: str, body: DeclineBody) -> None:
        """Its holder declines it, or a member of the group that it waits in."""
        await self._ask(task_id, person, "decline", body)

    async def decline_parts(self, person: Professional, task_id: str, body: PartDeclineBody) -> None:
        """Its holder goes on with it, but not with all of it."""
        await self._ask(task_id, person, "part-decline", body)

    async def ask_for_time(self, person: Professional, task_id: str, body: ExtensionBody) -> None:
        """Whoever has it needs longer."""
        await self._ask(task_id, person, "extension", body)

    async def _ask(self, task_id: str, person: Professional, asked: Asked, body: DeclineBody | ExtensionBody) -> None:
        """The same again changes nothing, and is told once."""
        check_reason(body, clock.today())
        by = Contact(email=person.email, name=person.name)
        ask = Ask(
            ask_id=uuid4().hex, asked=asked, by=by, asked_at=clock.now(), **body.model_dump(exclude={"going_on_with"})
        )

        async def decide(found: Task) -> tuple[Task, list[Outgoing]]:
            task = requested(found)
            await self._check_may_ask(task, ask)
            if ask.until is not None:
                check_extension(ask.until, task.due_on, clock.today())
            if isinstance(body, PartDeclineBody):
                check_sections(body, task.left_out)
            after = task.with_ask(ask)
            return after, [] if after is task else events.of_ask(after)

        await change(self._stores, self._authorities, task_id, person, decide)

    async def answer(self, message: DelegationDecided, message_id: str, waited_seconds: float) -> None:
        """The council decides: the form is withdrawn, or stays, whole or not, until its day, or goes to another."""
        now = clock.now()
        at, authority = min(message.decided_at or now, now), self._authorities.get(message.authority)
        instead = await self._instead(message, waited_seconds)
        answer = Answer(
            message_id=message_id,
            decision=message.decision,
            comments=message.comments,
            due_on=message.due_on,
            decided_at=at,
            heard_at=now,
        )

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            if task.was_answered_by(message, message_id):
                raise AlreadyHandled(message_id)
            ask = task.to_decide
            if ask is None or message.ask_id not in {None, ask.ask_id}:
                raise Refused("nothing_to_decide", "Nothing waits for an answer.", field="/delegation_id")
            check_decision(ask, message)
            after = answered = task.with_answer(answer)
            if instead is not None:
                answered.check_moves()
                after = await self._recipients.re_delegated(answered, instead, authority, at)
                await self._profiles.tell_of(after.holder, message.authority)
                told = [*events.of_move(answered, after), *events.of_answer(after, [])]
            elif (ask.asked, message.decision) == ("decline", "accepted"):
                after = answered.with_retraction(Retraction(reason=message.comments or _RELEASED, retracted_at=at))
                told = events.of_retraction(after, authority)
            else:
                told = events.of_answer(after, whom_to_tell(after, authority))
            await self._plan(after)
            return after, told

        await self._changes.change(message.authority, message.delegation_id, decide, answers_erased=True)

    async def _instead(self, message: DelegationDecided, waited_seconds: float) -> Recipient | None:
        """Who is asked instead."""
        if message.decision != "re-delegated":
            return None
        if message.assignee is None:
            raise Refused("assignee_missing", "Say who is asked instead.", field="/assignee")
        return await self._recipients.holder(message.authority, message.assignee, waited_seconds)

    async def _check_may_ask(self, task: Task, ask: Ask) -> None:
        if task.is_held_by(ask.by.email):
            return
        is_waiting = task.holder.kind == "work_group" and ask.asked == "decline"
        if not is_waiting or not await is_in_its_group(self._stores, task, ask.by.email):
            raise unknown_task()
