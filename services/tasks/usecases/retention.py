"""The end of a delegation: the clock that leads to it, the order to erase, what every service says to that."""

from datetime import datetime, timedelta

from chassis import clock
from chassis.authorities import Authorities
from chassis.erasure import Eraser
from chassis.errors import Conflict, NotFound, TryLater
from chassis.outbox import Outgoing, task_id_of
from chassis.schedule import Entry, Schedule
from contracts.authority import Authority
from contracts.base import Erased
from contracts.catalogue import owner_of
from contracts.forms import ContributionReceived
from contracts.tasks import TaskErased
from services.tasks import events
from services.tasks.model.retention import KEEPERS, erased_on, warned_on
from services.tasks.model.task import Task
from services.tasks.store import Stores
from services.tasks.usecases.changes import Decide

ERASE = "erase"
WARN = "warn of erasure"
_AGAIN_SECONDS = 5


def entries_of(task: Task, authority: Authority) -> list[Entry]:
    """What is due by what is known of a task; the same for the same facts."""
    due = {ERASE: erased_on(task, authority), WARN: warned_on(task, authority)}
    about = {"task_id": task.task_id}
    return [Entry(kind, task.authority, (task.task_id, at.isoformat()), at, about) for kind, at in due.items() if at]


class Retention:
    """How long what is over stays, and what ends it."""

    def __init__(self, stores: Stores, authorities: Authorities, schedule: Schedule, eraser: Eraser) -> None:
        self._stores = stores
        self._authorities = authorities
        self._schedule = schedule
        self._eraser = eraser

    async def plan(self, task: Task) -> None:
        """What is due by what is known of a task; each time once."""
        await self._schedule.plan(*entries_of(task, self._authorities.get(task.authority)))

    async def note_receipt(self, event: ContributionReceived) -> None:
        """The council has the PDF: what is here ends sooner."""

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            if task.erased_at is None and not task.has_heard_of(event.contribution_id):
                raise TryLater(_AGAIN_SECONDS, "its submission is on its way in another queue")
            received = task.with_receipt(event.contribution_id, event.received_at)
            await self.plan(received)
            return received, []

        await self._change(event.authority, event.task_id, decide)

    async def end(self, entry: Entry) -> None:
        """Its time has come, unless something was said since that makes it later, or it is on hold."""

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            due = erased_on(task, self._authorities.get(task.authority))
            if due is None or task.held_at is not None:
                return task, []
            if due > clock.now():
                await self.plan(task)
                return task, []
            return _erased(task)

        await self._change(entry.authority, entry.about["task_id"], decide)

    async def warn(self, entry: Entry) -> None:
        """The council is told what it has not fetched, and when that goes."""

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            authority = self._authorities.get(task.authority)
            due, end = warned_on(task, authority), erased_on(task, authority)
            if due is None or end is None or due > clock.now():
                return task, []
            # What an older version has kept for too long is announced late, and goes no sooner for that.
            end = max(end, clock.now() + timedelta(days=authority.retention.warned_days))
            return task.warned(clock.now()), events.of_warning(task, end)

        await self._change(entry.authority, entry.about["task_id"], decide)

    async def erase(self, authority: str, delegation_id: str) -> None:
        """At once, whatever the clock says; Conflict where it is on hold."""

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            if task.held_at is not None:
                raise Conflict("on_hold", "A legal hold keeps this delegation. End it first.")
            return _erased(task)

        await self._change(authority, task_id_of(authority, delegation_id), decide)

    async def hold(self, authority: str, delegation_id: str, *, is_held: bool) -> None:
        """Begins a legal hold, or ends it: then what is overdue is erased."""
        at = clock.now() if is_held else None

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            return task.on_hold(at), []

        task = await self._change(authority, task_id_of(authority, delegation_id), decide)
        due = erased_on(task, self._authorities.get(authority))
        if not is_held and due is not None:
            at = max(due, clock.now())
            await self._schedule.plan(
                Entry(ERASE, authority, (task.task_id, "released", str(task.version)), at, {"task_id": task.task_id})
            )

    async def erase_own(self, event: TaskErased) -> None:
        """What tasks itself has kept."""
        await self._eraser.erase(event)
        await self._note(event.authority, event.task_id, "tasks", event.erased_at)

    async def note_erasure(self, event: Erased) -> None:
        """A service has erased its part."""
        await self._note(event.authority, event.task_id, owner_of(event.wire_name), event.erased_at)

    async def _note(self, authority: str, task_id: str, service: str, at: datetime) -> None:
        """When the last one has, the council is told."""

        async def decide(task: Task) -> tuple[Task, list[Outgoing]]:
            noted = task.with_erasure_by(service, at)
            return noted, events.of_erasure(noted) if noted.erased_by.keys() >= KEEPERS else []

        await self._change(authority, task_id, decide)

    async def _change(self, authority: str, task_id: str, decide: Decide) -> Task:
        async def decide_known(kept: Task | None) -> tuple[Task, list[Outgoing]]:
            if kept is None:
                raise NotFound("unknown_delegation", "The portal has no such delegation.")
            return await decide(kept)

        return await self._stores.tasks.change(authority, task_id, decide_known)


def _erased(task: Task) -> tuple[Task, list[Outgoing]]:
    if task.erased_at is not None:
        return task, []
    erased = task.erased(clock.now())
    return erased, events.of_end(erased)
