"""Editing a draft: the task with its grant, the contribution and its pages, saving what was changed. No HTML."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from chassis import clock
from chassis.errors import Conflict, Forbidden, NotFound, Refused
from chassis.identity import Professional
from contracts.api.files import FileView
from contracts.api.forms import ContributionView, Edit, EditsBody, EditsView, FormPage
from contracts.api.tasks import GrantView, TaskState, TaskView
from contracts.base import Fault
from services.gateway.form.edits import PageChanges, Seen, batch_id, read_page
from services.gateway.form.questions import narrowed
from services.gateway.kit.form_parsing import SubmittedForm
from services.gateway.kit.gateway import Gateway

Answered = TypeVar("Answered")
_GRANT_KEPT = timedelta(seconds=60)
"""Half of a grant's life."""
_CLOSED: dict[TaskState, str] = {
    "retracted": "The council has withdrawn this form.",
    "declined": "You declined this form, and the council has not answered yet.",
}
"""Why a draft can be changed by nobody, by its task's state."""
_ASKED_AFTER = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds before each look at whether one service has heard of another: in all what a person waits for at most."""
_COUNT = re.compile("[1-9][0-9]{0,8}")
_PAGE_ID = re.compile("[A-Za-z0-9_-]{8,24}")


@dataclass(frozen=True)
class OpenTask:
    """A task with the grant for it, as its holder has opened it."""

    person: Professional
    grant: str
    task: TaskView


@dataclass(frozen=True)
class SaveResult:
    """What came of a save: the changes taken, what forms says to the draft after them, and what it refused and why.

    Where nothing was changed, or all of it refused, no edit was taken and there is no `view`.
    """

    edits: list[Edit]
    view: EditsView | None
    refused: list[Fault]


async def open_task(gateway: Gateway, person: Professional, task_id: str) -> OpenTask:
    """The task, if it is this person's."""
    granted: GrantView = await gateway.tasks.grant(person, task_id)
    return OpenTask(person, granted.grant, granted.task)


async def open_to_edit(gateway: Gateway, person: Professional, task_id: str) -> OpenTask:
    """The task, if it is this person's and open."""
    opened = await open_task(gateway, person, task_id)
    if (why := _CLOSED.get(opened.task.state)) is not None:
        raise Conflict(opened.task.state, why)
    gateway.grants.put((person, task_id), (GrantView(grant=opened.grant, task=opened.task), clock.now()))
    return opened


async def open_to_autosave(gateway: Gateway, person: Professional, task_id: str) -> OpenTask:
    """The same, by the grant of the last minute where there is one: a page that is typed in saves every few seconds.

    forms refuses the grant once somebody else has the task, and tasks is asked again.
    """
    known = gateway.grants.get((person, task_id))
    if known is None or not timedelta(0) <= clock.now() - known[1] < _GRANT_KEPT:
        return await open_to_edit(gateway, person, task_id)
    return OpenTask(person, known[0].grant, known[0].task)


async def granted(
    gateway: Gateway, opened: OpenTask, ask: Callable[[str], Awaitable[Answered]], *, to_edit: bool = False
) -> Answered:
    """Asks forms or files by the grant; once more by a new one where who may do what has changed since."""
    try:
        return await ask(opened.grant)
    except (Conflict, Forbidden) as refused:
        if refused.code != "grant_outdated":
            raise
        again = open_to_edit if to_edit else open_task
        return await ask((await again(gateway, opened.person, opened.task.task_id)).grant)


async def until_submitted(gateway: Gateway, opened: OpenTask) -> None:
    """Until tasks has heard of it from forms, so that the person's own list shows what they have done; not for long."""
    with contextlib.suppress(Refused):
        for pause in _ASKED_AFTER:
            await asyncio.sleep(pause)
            task = (await open_task(gateway, opened.person, opened.task.task_id)).task
            if task.state == "submitted" and task.addendum is None:
                return


async def until_open(gateway: Gateway, person: Professional, task_id: str) -> None:
    """Until forms has heard that something is added to what was submitted; not for long."""
    for pause in _ASKED_AFTER:
        await asyncio.sleep(pause)
        with contextlib.suppress(Refused):
            opened = await open_task(gateway, person, task_id)
            if is_draft(opened, await contribution_of(gateway, opened)):
                return


def is_draft(opened: OpenTask, contribution: ContributionView) -> bool:
    """Whether it can be changed; a withdrawal is known here before the form has heard of it."""
    return contribution.state == "draft" and opened.task.state not in _CLOSED


async def contribution_of(gateway: Gateway, opened: OpenTask, documents: int = 0) -> ContributionView:
    """The form with its answers, judged with so many documents attached; its pages are remembered for the saves."""
    task = opened.task
    contribution = await granted(
        gateway, opened, lambda grant: gateway.forms.contribution(opened.person, grant, task.task_id, documents)
    )
    gateway.form_pages.put((task.form_owner, task.form, task.form_version), contribution.pages)
    return contribution


async def files_of(gateway: Gateway, opened: OpenTask) -> list[FileView]:
    """The documents attached to the form."""
    return await granted(gateway, opened, lambda grant: gateway.files.list(opened.person, grant, opened.task.task_id))


def count(files: list[FileView]) -> int:
    """How many documents stand: a refused one does not."""
    return sum(file.state != "refused" for file in files)


async def final_contribution_of(gateway: Gateway, opened: OpenTask) -> ContributionView:
    """The form as it is judged when it is to be submitted: its documents count."""
    return await contribution_of(gateway, opened, count(await files_of(gateway, opened)))


async def pages_of(gateway: Gateway, opened: OpenTask) -> list[FormPage]:
    """The pages of the task's form version."""
    task = opened.task
    known = gateway.form_pages.get((task.form_owner, task.form, task.form_version))
    return known if known is not None else (await contribution_of(gateway, opened)).pages


def page_at(pages: list[FormPage], number: int) -> FormPage:
    """A page by its number."""
    if not 1 <= number <= len(pages):
        raise NotFound("no_such_page")
    return pages[number - 1]


def new_page_id(gateway: Gateway, task_id: str) -> str:
    """The id of one rendering of a task's page; it shows later that the page was rendered here."""
    nonce = secrets.token_urlsafe(6)
    return nonce + gateway.encryptor.token("page", task_id, nonce)[:16]


def is_page_id(gateway: Gateway, task_id: str, page_id: str) -> bool:
    """Whether a page with this id was rendered here, for whoever had the task then."""
    return gateway.encryptor.verify_token(page_id[8:], "page", task_id, page_id[:8], size=16)


def new_row_id() -> str:
    """The id of a row that a page offers."""
    return secrets.token_hex(16)


def page_id_of(form: SubmittedForm) -> str:
    """The id that a posted page bears; empty where what stands there is none."""
    page_id = form.text("page_id")
    return page_id if _PAGE_ID.fullmatch(page_id) else ""


def _revision(form: SubmittedForm) -> int:
    text = form.text("revision")
    return int(text) if _COUNT.fullmatch(text) else 0


def changes_on(page: FormPage, form: SubmittedForm, action: str, full_screen: str) -> PageChanges:
    """What the posted page changes, the pressed row button included."""
    verb, _, what = action.partition(":")
    shown = narrowed(page, full_screen) if full_screen else page
    reading = read_page(shown, form.fields, Seen.load(form.raw("seen")), adding=what if verb == "add" else "")
    if verb == "add":
        reading.edits.append(Edit(op="add_row", path=f"{what}/{new_row_id()}"))
    elif verb == "remove" and "/" in what:
        reading.edits = [edit for edit in reading.edits if not edit.path.startswith(what)]
        if what.split("/")[1] in Seen.load(form.raw("seen")).rows.get(what.split("/")[0], []):
            reading.edits.append(Edit(op="remove_row", path=what))
    elif verb == "restore" and "/" in what:
        reading.edits.append(Edit(op="add_row", path=what))
    return reading


async def save(gateway: Gateway, opened: OpenTask, form: SubmittedForm, reading: PageChanges) -> SaveResult:
    """Sends the changes; what forms refuses is left out, and named with its reason."""
    edits: list[Edit] = list(reading.edits)
    faults: list[Fault] = []
    for attempt in ("all", "accepted"):
        if not edits:
            break
        try:
            view = await _send(gateway, opened, _body(form, edits))
        except Refused as refused:
            if not refused.faults or attempt == "accepted":
                raise
            faults = list(refused.faults)
            paths = {fault.path for fault in faults}
            edits = [edit for edit in edits if edit.path not in paths]
        else:
            return SaveResult(edits, view, faults)
    return SaveResult([], None, faults)


async def _send(gateway: Gateway, opened: OpenTask, body: EditsBody) -> EditsView:
    person, task_id = opened.person, opened.task.task_id
    return await granted(gateway, opened, lambda grant: gateway.forms.save(person, grant, task_id, body), to_edit=True)


def _body(form: SubmittedForm, edits: list[Edit]) -> EditsBody:
    """The batch: counted by the page's script where one runs, else named by its content, so that twice is once."""
    revision, page_id, count = _revision(form), page_id_of(form), form.text("save_number")
    is_counted = page_id and _COUNT.fullmatch(count)
    rest = count if is_counted else batch_id(page_id, revision, edits)
    return EditsBody(revision=revision, batch_id=f"{page_id or 'page'}:{rest}", edits=edits)
