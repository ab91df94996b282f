"""Documents of a form: attached several at once, each with its own answer, removed and opened; the council's opened."""

import asyncio
import contextlib
import hashlib
from typing import BinaryIO

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import NotFound, Refused, TooLarge
from chassis.telemetry import log
from contracts.api.forms import Question
from services.gateway.desk import Opened, contribution_of, open_task, page_at
from services.gateway.pages.drawing import draw
from services.gateway.passing import passed_on
from services.gateway.posting import Form
from services.gateway.views.answers import flat
from services.gateway.visit import Visit

_PIECE = 1024 * 1024


async def attach(visit: Visit, opened: Opened, form: Form, number: int) -> Response:
    """Attaches every chosen file; those that were refused are named with the reason."""
    faults = [await _attach(visit, opened, form.text("page_id"), file) for file in form.files]
    if not form.files:
        faults = ["Choose a file to upload."]
    if told := [fault for fault in faults if fault]:
        contribution = await contribution_of(visit.gateway, opened)
        questions: list[Question] = list(flat(page_at(contribution.pages, number).questions))
        key = next((question.key for question in questions if question.type == "files"), "files")
        return await draw(visit, opened, contribution, number, faults={key: "\n".join(told)}, status=422)
    return visit.go(f"/forms/{opened.task.task_id}/{number}?done=uploaded#files")


async def _attach(visit: Visit, opened: Opened, page_id: str, file: UploadFile) -> str:
    """Empty where it went well, else the sentence for the person."""
    name, size = file.filename or "file", file.size or 0
    mark = await asyncio.to_thread(_mark, file.file)
    key = hashlib.sha256(f"{page_id}:{name}:{mark}".encode()).hexdigest()
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
    Route("/forms/{task_id}/files/{file_id}", open_file),
    Route("/forms/{task_id}/shared/{document_id:path}", open_shared),
]
