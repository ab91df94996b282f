"""Documents of a form: attached by whichever button comes next or by the page's script, removed, opened."""

import asyncio
import contextlib
import hashlib
from typing import BinaryIO

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis.errors import Forbidden, NotFound, Refused, TooLarge
from chassis.telemetry import log
from contracts.api.forms import AnswerFault, FormPage
from services.gateway.form.draft_editing import Opened, open_task, open_to_edit
from services.gateway.form.questions import flat
from services.gateway.form.unsaved import own_form_or_keep
from services.gateway.form.views.attached import AttachedList
from services.gateway.kit.form_parsing import Form
from services.gateway.kit.request_context import Visit
from services.gateway.kit.streaming_proxy import passed_on

_PIECE = 1024 * 1024
_NOTHING_CHOSEN = "Choose a file to upload."


async def attach(visit: Visit, opened: Opened, page: FormPage, form: Form) -> list[AnswerFault]:
    """Attaches every file that was chosen on a page; what was refused is told with its reason at the question."""
    key = next((question.key for question in flat(page.questions) if question.type == "files"), None)
    if key is None:
        return []
    told = [fault for file in form.files if (fault := await _attach(visit, opened, file))]
    told += [f"{name}: The document could not be kept meanwhile. Choose it again." for name in form.left]
    if form.text("action") == "upload" and not form.chosen:
        told = [_NOTHING_CHOSEN]
    return [AnswerFault(path=key, code="not_attached", message="\n".join(told))] if told else []


async def _attach(visit: Visit, opened: Opened, file: UploadFile) -> str:
    """Empty where it went well, else the sentence for the person. The same file again is the same attachment."""
    name, size = file.filename or "file", file.size or 0
    mark = await asyncio.to_thread(_mark, file.file)
    key = hashlib.sha256(f"{name}:{mark}".encode("utf-8", "surrogatepass")).hexdigest()
    try:
        await visit.gateway.files.upload(opened.person, opened.grant, opened.task.task_id, name, size, file.file, key)
    except TooLarge as refused:
        return f"{name}: {refused.detail or 'The selected file is too large.'}"
    except Refused as refused:
        log.info("attachment refused", code=refused.code)
        return f"{name}: {refused.detail or 'The selected file could not be uploaded. Try again.'}"
    return ""


def _mark(content: BinaryIO) -> str:
    """The hash of a file's content, left at its beginning again."""
    mark = hashlib.sha256()
    while piece := content.read(_PIECE):
        mark.update(piece)
    content.seek(0)
    return mark.hexdigest()


async def upload(request: Request) -> Response:
    """A file that the page's script sends as soon as it is chosen: the list after it, or why it was refused."""
    visit, task_id = Visit(request), request.path_params["task_id"]
    person, opened = await visit.reading(lambda person: open_to_edit(visit.gateway, person, task_id))
    form = await own_form_or_keep(visit, opened)
    if isinstance(form, Response):
        return form
    if form.raw("holder") != visit.holder_key(task_id, person.account_id):
        raise Forbidden("typed_by_another")
    faults = [fault for file in form.files if (fault := await _attach(visit, opened, file))]
    files = await visit.gateway.files.list(person, opened.grant, task_id)
    attached = visit.fragment("attached.html", AttachedList.of(task_id, files))
    told = {"attached": attached, "fault": "\n".join(faults), "idle_seconds": visit.idle_seconds}
    return JSONResponse(told, 422 if faults else 200)


async def detach(visit: Visit, opened: Opened, number: int, file_id: str) -> Response:
    """Remove, pressed beside a file; pressed twice is pressed once."""
    with contextlib.suppress(NotFound):
        await visit.gateway.files.remove(opened.person, opened.grant, opened.task.task_id, file_id)
    return visit.go(f"/forms/{opened.task.task_id}/{number}?done=removed#files")


async def open_file(request: Request) -> Response:
    """An attached file, as a download."""
    visit = Visit(request)
    task_id, file_id = request.path_params["task_id"], request.path_params["file_id"]
    _, opened = await visit.reading(lambda person: open_task(visit.gateway, person, task_id))
    return await passed_on(visit.gateway.files.content(opened.person, opened.grant, task_id, file_id))


async def open_shared(request: Request) -> Response:
    """A document from the council, as a download."""
    visit = Visit(request)
    task_id, document_id = request.path_params["task_id"], request.path_params["document_id"]
    _, opened = await visit.reading(lambda person: open_task(visit.gateway, person, task_id))
    return await passed_on(visit.gateway.tasks.document(opened.person, task_id, document_id))


routes = [
    Route("/forms/{task_id}/attach", upload, methods=["POST"]),
    Route("/forms/{task_id}/files/{file_id}", open_file),
    Route("/forms/{task_id}/shared/{document_id:path}", open_shared),
]
