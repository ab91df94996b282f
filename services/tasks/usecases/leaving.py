"""Somebody has closed their account: no form stays with a person who is not there."""

from contextlib import suppress
from uuid import uuid4

from chassis.authorities import Authorities
from chassis.errors import AlreadyHandled
from chassis.outbox import Outgoing
from contracts.auth import AccountClosed
from services.tasks import events
from services.tasks.model.facts import Ask
from services.tasks.model.task import OPEN_STATES, Task
from services.tasks.store import Stores
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
            if kept is None or not _is_left(kept, event):
                raise AlreadyHandled(event.account_id)
            group = await group_of(self._stores, kept)
            if group is not None and not group.is_closed:
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


def _is_left(task: Task, event: AccountClosed) -> bool:
    """Whether it waits for whoever has left; what came to the address since then is for whoever has it next."""
    if task.request is None or task.state not in OPEN_STATES:
        return False
    return task.is_held_by(event.person.email) and task.held_since <= event.closed_at


def _decline(event: AccountClosed) -> Ask:
    return Ask(
        ask_id=uuid4().hex,
        asked="decline",
        reason_code="no_longer_involved",
        explanation=_LEFT,
        by=event.person,
        asked_at=event.closed_at,
    )
