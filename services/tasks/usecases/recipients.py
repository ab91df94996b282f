"""Whom a council means by an assignee: the group as it defined it, the person where they are reached now."""

from chassis.errors import Refused, TryLater
from contracts.addresses import address_key
from contracts.base import Contact
from contracts.council import Assignee, PersonAssignee, WorkGroupAssignee
from contracts.tasks import Holder
from services.tasks.model.work_group import WorkGroup
from services.tasks.store import Stores
from services.tasks.usecases.changes import PATIENCE_SECONDS


class Recipients:
    """Who gets a form."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def group(self, authority: str, assignee: Assignee, waited_seconds: float) -> WorkGroup | None:
        """An open work group, waited for where it may be on its way; None for a person."""
        if not isinstance(assignee, WorkGroupAssignee):
            return None
        group = await self._stores.work_groups.get(authority, assignee.work_group_id)
        if group is not None and not group.is_closed:
            return group
        if waited_seconds < PATIENCE_SECONDS:
            raise TryLater(1, "the work group may be on its way")
        raise Refused("unknown_work_group", "There is no open work group of this id.", field="/assignee/work_group_id")

    async def as_reached_now(self, assignee: Assignee) -> Assignee:
        """A council may go on using an address that somebody has left."""
        if not isinstance(assignee, PersonAssignee):
            return assignee
        return assignee.model_copy(update={"email": await self._stores.people.reached_at(assignee.email)})

    async def holder(self, authority: str, assignee: Assignee, waited_seconds: float) -> tuple[Holder, list[Contact]]:
        """The assignee as a task's holder, and where the mail of a work group goes."""
        group = await self.group(authority, assignee, waited_seconds)
        if group is not None:
            return Holder(kind="work_group", work_group_id=group.work_group_id, name=group.name), group.inbox
        reached = await self.as_reached_now(assignee)
        email = reached.email if isinstance(reached, PersonAssignee) else ""
        names = await self._stores.people.names_of([email])
        return Holder(kind="person", email=email, name=names.get(address_key(email), "")), []
