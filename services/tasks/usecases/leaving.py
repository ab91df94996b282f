"""No form stays with a person who is not there: who has closed their account, or whose mailbox takes no email."""

from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from chassis import clock
from chassis.authorities import Authorities
from chassis.errors import AlreadyHandled
from chassis.outbox import Outgoing
from contracts.auth import AccountClosed
from contracts.base import Contact
from contracts.notify import EmailFailed
from services.tasks import events
from services.tasks.model.facts import Ask
from services.tasks.model.task import OPEN_STATES, Task
from services.tasks.model.work_group import WorkGroup
from services.tasks.store import Stores
from services.tasks.usecases.changes import task_id_of
from services.tasks.usecases.work import group_of

_A_PAGE = 100
_LEFT = "The professional has closed their account in the portal."


class Leaving:
    """What becomes of the forms of somebody who has left."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def release(self, event: AccountClosed) -> None:
        """Each open form goes back to the work group that it was picked up from, else to the council, as declined."""

        async def decide(kept: Task | None) -> tuple[Task, list[Outgoing]]:
            if kept is None or not _waits_for(kept, event.person, event.closed_at):
                raise AlreadyHandled(event.account_id)
            if group := await self._open_group_of(kept):
                after = kept.re_assigned(group.as_holder, group.inbox, event.person, event.closed_at)
                return after, events.of_move(kept, after)
            after = kept.with_ask(_decline(event))
            return after, events.of_ask(after)

        after, tasks = "", self._stores.tasks
        while page := await tasks.held_by(self._authorities.codes, event.person.email, after, _A_PAGE):
            for key in page:
                with suppress(AlreadyHandled):
                    await tasks.change(key.authority, key.id, decide)
            after = page[-1].id
        await self._stores.people.forget(event.account_id, event.closed_at)

    async def take_back(self, event: EmailFailed) -> None:
        """A form that nobody has begun goes back to its work group; of one without, the council has heard."""

        async def decide(kept: Task | None) -> tuple[Task, list[Outgoing]]:
            if kept is None or kept.started_at or not _waits_for(kept, event.person, event.owed_at):
                raise AlreadyHandled(event.delegation_id)
            group = await self._open_group_of(kept)
            if group is None:
                raise AlreadyHandled(event.delegation_id)
            after = kept.taken_back(group.as_holder, group.inbox, clock.now())
            return after, events.of_move(kept, after)

        await self._stores.tasks.change(event.authority, task_id_of(event.authority, event.delegation_id), decide)

    async def _open_group_of(self, task: Task) -> WorkGroup | None:
        group = await group_of(self._stores, task)
        return None if group is None or group.is_closed else group


def _waits_for(task: Task, person: Contact, at: datetime) -> bool:
    """Whether it waits for this person since then; what came to the address later is for whoever has it next."""
    if task.request is None or task.state not in OPEN_STATES:
        return False
    return task.is_held_by(person.email) and task.held_since <= at


def _decline(event: AccountClosed) -> Ask:
    return Ask(
        ask_id=uuid4().hex,
        asked="decline",
        reason_code="no_longer_involved",
        explanation=_LEFT,
        by=event.person,
        asked_at=event.closed_at,
    )
