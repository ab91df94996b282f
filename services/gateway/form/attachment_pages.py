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
from services.gateway.form.draft_editing import OpenTask, open_task, open_to_edit
from services.gateway.form.questions import flat
from services.gateway.form.unsaved import verified_form_or_preserve
from services.gateway.form.views.attached import AttachedList
from services.gateway.kit.form_parsing import SubmittedForm
from services.gateway.kit.request_body import LARGEST_BYTES, body_of
from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.streaming_proxy import proxy_response

_PIECE = 1024 * 1024
_NOTHING_CHOSEN = "Choose a file to upload."


async def attach(context: RequestContext, opened: OpenTask, page: FormPage, form: SubmittedForm) -> list[AnswerFault]:
    """Attaches every file that was chosen on a page; what was refused is named with its reason at the question."""
    key = next((question.key for question in flat(page.questions) if question.type == "files"), None)
    if key is None:
        return []
    refusals = [fault for file in form.files if (fault := await _attach(context, opened, file))]
    refusals += [f"{name}: The document could not be kept meanwhile. Choose it again." for name in form.left]
    if form.text("action") == "upload" and not form.chosen:
        refusals = [_NOTHING_CHOSEN]
    return [AnswerFault(path=key, code="not_attached", message="\n".join(refusals))] if refusals else []


async def _attach(context: RequestContext, opened: OpenTask, file: UploadFile) -> str:
    """Empty where it went well, else the sentence for the person. The same file again is the same attachment."""
    name, size = file.filename or "file", file.size or 0
    mark = await asyncio.to_thread(_mark, file.file)
    key = hashlib.sha256(f"{name}:{mark}".encode("utf-8", "surrogatepass")).hexdigest()
    try:
        await context.gateway.files.upload(opened.person, opened.grant, opened.task.task_id, name, size, file.file, key)
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
    context, task_id = RequestContext(request), request.path_params["task_id"]
    person, opened = await context.reading(lambda person: open_to_edit(context.gateway, person, task_id))
    body_of(request).allow(LARGEST_BYTES, person.account_id)
    form = await verified_form_or_preserve(context, opened)
    if isinstance(form, Response):
        return form
    if form.raw("holder") != context.holder_key(task_id, person.account_id):
        raise Forbidden("typed_by_another")
    faults = [fault for file in form.files if (fault := await _attach(context, opened, file))]
    files = await context.gateway.files.list(person, opened.grant, task_id)
    attached = context.fragment("attached.html", AttachedList.of(task_id, files))
    shown = {"attached": attached, "fault": "\n".join(faults), "idle_seconds": context.idle_seconds}
    return JSONResponse(shown, 422 if faults else 200)


async def detach(context: RequestContext, opened: OpenTask, number: int, file_id: str) -> Response:
    """Remove, pressed beside a file; pressed twice is pressed once."""
    with contextlib.suppress(NotFound):
        await context.gateway.files.remove(opened.person, opened.grant, opened.task.task_id, file_id)
    return context.redirect(f"/forms/{opened.task.task_id}/{number}?done=removed#files")


async def open_file(request: Request) -> Response:
    """An attached file, as a download."""
    context = RequestContext(request)
    task_id, file_id = request.path_params["task_id"], request.path_params["file_id"]
    _, opened = await context.reading(lambda person: open_task(context.gateway, person, task_id))
    return await proxy_response(context.gateway.files.content(opened.person, opened.grant, task_id, file_id))


async def open_shared(request: Request) -> Response:
    """A document from the council, as a download."""
    context = RequestContext(request)
    task_id, document_id = request.path_params["task_id"], request.path_params["document_id"]
    _, opened = await context.reading(lambda person: open_task(context.gateway, person, task_id))
    return await proxy_response(context.gateway.tasks.document(opened.person, task_id, document_id))


routes = [
    Route("/forms/{task_id}/attach", upload, methods=["POST"]),
    Route("/forms/{task_id}/files/{file_id}", open_file),
    Route("/forms/{task_id}/shared/{document_id:path}", open_shared),
]
