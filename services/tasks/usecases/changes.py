"""How what a council says about a delegation becomes a change of its task, known already or not."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import count

from chassis.authorities import Authorities
from chassis.errors import AlreadyHandled, Refused
from chassis.outbox import Outgoing, task_id_of
from chassis.repository import Decide as DecideKnown
from services.tasks.model.reference import reference_of
from services.tasks.model.task import Task
from services.tasks.store import Stores

PATIENCE_SECONDS = 6
"""How long a message waits for what may be on its way in another queue: a form, a group, a submission."""

_A_PAGE = 100

Decide = Callable[[Task], Awaitable[tuple[Task, list[Outgoing]]]]
"""What becomes of a task, blank where nothing was heard of it yet, and what is told of that."""

Plan = Callable[[Task], Awaitable[None]]
"""Plans what is due by what a task becomes, before that is written."""


def blank(authority: str, delegation_id: str) -> Task:
    """The task of a delegation of which nothing was heard yet."""
    return Task(
        task_id=task_id_of(authority, delegation_id), authority=authority, delegation_id=delegation_id, version=0
    )


async def change_held_by(stores: Stores, authorities: Sequence[str], email: str, decide: DecideKnown[Task]) -> None:
    """What `decide` makes of each form that somebody has."""
    after = ""
    while page := await stores.tasks.held_by(authorities, email, after, _A_PAGE):
        for key in page:
            with suppress(AlreadyHandled):
                await stores.tasks.change(key.authority, key.id, decide)
        after = page[-1].id


class Changes:
    """Changes of tasks by their delegations."""

    def __init__(self, stores: Stores, authorities: Authorities) -> None:
        self._stores = stores
        self._authorities = authorities

    async def change(
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
            task = kept or blank(authority, delegation_id)
            if task.erased_at is not None:
                raise _erased() if answers_erased else AlreadyHandled(task.task_id)
            named = reference_of(self._authorities.get(authority), task.task_id, next(tries))
            return await decide(task.with_reference(named))

        await self._stores.tasks.change(authority, task_id_of(authority, delegation_id), decide_known, is_new=is_new)


def _erased() -> Refused:
    return Refused("erased", "The portal has erased this form at the end of its time.", field="/delegation_id")
