"""What professionals ask of the council: to be released from a form, or more time."""

from uuid import uuid4

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import NotFound
from chassis.identity import Professional
from chassis.outbox import Outgoing
from contracts.api.tasks import DeclineBody, ExtensionBody
from contracts.base import Contact
from contracts.tasks import Asked
from services.tasks import events
from services.tasks.model.asking import check_extension, check_reason
from services.tasks.model.facts import Ask
from services.tasks.model.task import Task
from services.tasks.store import Stores
from services.tasks.usecases.work import is_in_its_group, requested


class Asks:
    """Declining, and asking for more time; the council's answer is taken by `Delegations`."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def decline(self, person: Professional, task_id: str, body: DeclineBody) -> None:
        """Its holder declines it, or a member of the group that it waits in."""
        await self._ask(task_id, person, "decline", body)

    async def ask_for_time(self, person: Professional, task_id: str, body: ExtensionBody) -> None:
        """Whoever has it needs longer."""
        await self._ask(task_id, person, "extension", body)

    async def _ask(self, task_id: str, person: Professional, asked: Asked, body: DeclineBody | ExtensionBody) -> None:
        """The same again changes nothing, and is told once."""
        check_reason(body, clock.today())
        by = Contact(email=person.email, name=person.name)
        ask = Ask(ask_id=uuid4().hex, asked=asked, by=by, asked_at=clock.now(), **body.model_dump())

        async def decide(found: Task) -> tuple[Task, list[Outgoing]]:
            task = requested(found)
            await self._check_may_ask(task, ask)
            if ask.until is not None:
                check_extension(ask.until, task.due_on, clock.today())
            after = task.with_ask(ask)
            return after, [] if after is task else events.of_ask(after)

        requested(await self._stores.tasks.change_found(self._authorities.codes, task_id, decide))

    async def _check_may_ask(self, task: Task, ask: Ask) -> None:
        if task.is_held_by(ask.by.email):
            return
        is_waiting = task.holder.kind == "work_group" and ask.asked == "decline"
        if not is_waiting or not await is_in_its_group(self._stores, task, ask.by.email):
            raise NotFound("unknown_task", "There is no such form, or it is not yours.")
