"""tasks, as the gateway asks it: lists, grants, pick-up, a council's delegations."""

from urllib.parse import quote, urlencode

from chassis.identity import Council, Professional
from contracts.api.tasks import DelegationListView, DelegationView, GrantView, TaskListView
from services.gateway.clients.transport import Transport

_SERVICE = "tasks"


class TasksClient:
    """Each request is a professional's or a council's."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self, person: Professional, tab: str, page: int) -> TaskListView:
        """A page of a person's tasks."""
        query = urlencode({"tab": tab, "page": page})
        return await self._transport.get(TaskListView, _SERVICE, f"/tasks?{query}", person)

    async def grant(self, person: Professional, task_id: str) -> GrantView:
        """The task, and what the person may do with it."""
        path = f"/tasks/{quote(task_id, safe='')}/grant"
        return GrantView.model_validate_json(await self._transport.ask(_SERVICE, "POST", path, person))

    async def pick_up(self, person: Professional, task_id: str) -> GrantView:
        """Takes a group's task; Conflict says who was first."""
        path = f"/tasks/{quote(task_id, safe='')}/pickup"
        return GrantView.model_validate_json(await self._transport.ask(_SERVICE, "POST", path, person))

    async def delegation(self, council: Council, delegation_id: str) -> DelegationView:
        """A delegation's state."""
        path = f"/delegations/{quote(delegation_id, safe='')}"
        return await self._transport.get(DelegationView, _SERVICE, path, council)

    async def delegations(self, council: Council, query: dict[str, str]) -> DelegationListView:
        """A page of a council's delegations."""
        return await self._transport.get(DelegationListView, _SERVICE, f"/delegations?{urlencode(query)}", council)
