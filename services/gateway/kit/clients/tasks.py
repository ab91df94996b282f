"""tasks, as the gateway asks it: lists, grants, pick-up, re-assigning, a council's delegations."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from urllib.parse import quote, urlencode

from chassis.identity import Council, Professional
from contracts.api.absences import AbsenceBody, AbsenceView, CouncilAbsenceView
from contracts.api.calendars import DueTasksView
from contracts.api.delegations import DelegationListView, DelegationView
from contracts.api.due_dates import DueDatesView
from contracts.api.re_assigning import (
    ReAssignBody,
    ReAssignChoicesBody,
    ReAssignedView,
    ReAssignManyBody,
    ReAssignView,
    TaskIdsView,
)
from contracts.api.snoozes import SelectedBody, SelectedView, SnoozeBody, SnoozedView
from contracts.api.tasks import (
    AddendumBody,
    DeclineBody,
    ExtensionBody,
    GrantView,
    GroupTasksView,
    PartDeclineBody,
    SearchBody,
    TaskListView,
    TaskView,
)
from contracts.council import Assignee
from services.gateway.kit.clients.service import ServiceClient
from services.gateway.kit.clients.transport import Download


class TasksClient(ServiceClient):
    """Each request is a professional's or a council's."""

    service = "tasks"

    async def list(self, person: Professional, asked: Mapping[str, str | int], words: str = "") -> TaskListView:
        """A page of a person's tasks, and one of those in their groups; the words, a child's name, go in the body."""
        query = urlencode(asked)
        if not words:
            return await self._ask(TaskListView, "GET", f"/tasks?{query}", person)
        return await self._ask(TaskListView, "POST", f"/tasks/search?{query}", person, body=SearchBody(words=words))

    async def grant(self, person: Professional, task_id: str) -> GrantView:
        """The task, and what the person may do with it."""
        path = f"/tasks/{quote(task_id, safe='')}/grant"
        return await self._ask(GrantView, "POST", path, person)

    async def look(self, person: Professional, task_id: str) -> TaskView:
        """A group's task before it is picked up."""
        return await self._ask(TaskView, "GET", f"/tasks/{quote(task_id, safe='')}/look", person)

    async def pick_up(self, person: Professional, task_id: str) -> GrantView:
        """Takes a group's task; Conflict says who was first."""
        path = f"/tasks/{quote(task_id, safe='')}/pickup"
        return await self._ask(GrantView, "POST", path, person)

    async def decline(self, person: Professional, task_id: str, body: DeclineBody) -> None:
        """The council is told that the form is declined, and decides."""
        await self._call("POST", f"/tasks/{quote(task_id, safe='')}/decline", person, body=body)

    async def decline_parts(self, person: Professional, task_id: str, body: PartDeclineBody) -> None:
        """The council is told that parts of the form are declined, and decides."""
        await self._call("POST", f"/tasks/{quote(task_id, safe='')}/part-decline", person, body=body)

    async def ask_for_time(self, person: Professional, task_id: str, body: ExtensionBody) -> None:
        """The council is asked for more time, and decides."""
        await self._call("POST", f"/tasks/{quote(task_id, safe='')}/more-time", person, body=body)

    async def add(self, person: Professional, task_id: str, body: AddendumBody) -> None:
        """What was submitted is open for whoever did so; the same again changes nothing."""
        await self._call("PUT", f"/tasks/{quote(task_id, safe='')}/addendum", person, body=body)

    async def discard(self, person: Professional, task_id: str) -> None:
        """Nothing is left of what they have begun to add."""
        await self._call("DELETE", f"/tasks/{quote(task_id, safe='')}/addendum", person)

    async def of_group_members(self, person: Professional, asked: Mapping[str, str | int]) -> GroupTasksView:
        """What was picked up from the groups that the person manages."""
        return await self._ask(GroupTasksView, "GET", f"/group-tasks?{urlencode(asked)}", person)

    async def choices(self, person: Professional, task_id: str, words: str) -> ReAssignView:
        """Whom the task may be re-assigned to; the words go in the body, because they are people's names."""
        path = f"/tasks/{quote(task_id, safe='')}/re-assign"
        if not words:
            return await self._ask(ReAssignView, "GET", path, person)
        body = SearchBody(words=words)
        return await self._ask(ReAssignView, "POST", f"{path}/search", person, body=body)

    async def choices_of_many(self, person: Professional, task_ids: Sequence[str], words: str) -> ReAssignView:
        """Whom several tasks may be re-assigned to."""
        body = ReAssignChoicesBody(task_ids=list(task_ids), words=words)
        return await self._ask(ReAssignView, "POST", "/re-assign/choices", person, body=body)

    async def all_of_colleague(self, person: Professional, task_id: str) -> Sequence[str]:
        """What whoever has a task has picked up from the groups that the person manages, at most 100 of it."""
        return (await self._ask(TaskIdsView, "GET", f"/re-assign/all-of/{quote(task_id, safe='')}", person)).task_ids

    async def re_assign_many(self, person: Professional, task_ids: Sequence[str], to: Assignee) -> ReAssignedView:
        """Gives several tasks to somebody else; says which of them could not be."""
        body = ReAssignManyBody(task_ids=list(task_ids), to=to)
        return await self._ask(ReAssignedView, "POST", "/re-assign", person, body=body, slow=True)

    async def re_assign(self, person: Professional, task_id: str, to: Assignee) -> None:
        """Gives the task to somebody else."""
        path = f"/tasks/{quote(task_id, safe='')}/re-assign"
        await self._call("POST", path, person, body=ReAssignBody(to=to))

    async def selected(self, person: Professional, task_ids: Sequence[str]) -> SelectedView:
        """What the person has selected among their own tasks."""
        body = SelectedBody(task_ids=list(task_ids))
        return await self._ask(SelectedView, "POST", "/snooze/choices", person, body=body)

    async def snooze(self, person: Professional, task_ids: Sequence[str], until: date) -> SnoozedView:
        """Hides tasks from the person's list until a day; says which of them stay in it."""
        body = SnoozeBody(task_ids=list(task_ids), until=until)
        return await self._ask(SnoozedView, "POST", "/snooze", person, body=body, slow=True)

    async def show_again(self, person: Professional, task_ids: Sequence[str]) -> None:
        """The person's list has them again."""
        body = SelectedBody(task_ids=list(task_ids))
        await self._call("POST", "/snooze/end", person, body=body, slow=True)

    async def due(self, person: Professional) -> DueTasksView:
        """The dates of what the person has."""
        return await self._ask(DueTasksView, "GET", "/calendar", person)

    def document(self, person: Professional, task_id: str, document_id: str) -> AbstractAsyncContextManager[Download]:
        """The bytes of a document that the council sent along."""
        path = f"/tasks/{quote(task_id, safe='')}/documents/{quote(document_id, safe='')}"
        return self._transport.download(self.service, path, person)

    async def absence(self, person: Professional) -> AbsenceView:
        """What the person has said of being away, and what can be chosen."""
        return await self._ask(AbsenceView, "GET", "/absence", person)

    async def set_absence(self, person: Professional, body: AbsenceBody) -> None:
        """They are away."""
        await self._call("PUT", "/absence", person, body=body)

    async def clear_absence(self, person: Professional) -> None:
        """They are here again."""
        await self._call("DELETE", "/absence", person)

    async def absence_of(self, council: Council, email: str) -> CouncilAbsenceView:
        """What a council learns of somebody before it delegates."""
        return await self._ask(CouncilAbsenceView, "GET", f"/professionals/{quote(email, safe='')}/absence", council)

    async def due_dates(self, council: Council, query: Mapping[str, str]) -> DueDatesView:
        """The dates that a form would get if the council delegated it."""
        return await self._ask(DueDatesView, "GET", f"/due-dates?{urlencode(query)}", council)

    async def delegation(self, council: Council, delegation_id: str) -> DelegationView:
        """A delegation's state."""
        path = f"/delegations/{quote(delegation_id, safe='')}"
        return await self._ask(DelegationView, "GET", path, council)

    async def delegations(self, council: Council, query: dict[str, str]) -> DelegationListView:
        """A page of a council's delegations."""
        return await self._ask(DelegationListView, "GET", f"/delegations?{urlencode(query)}", council)
