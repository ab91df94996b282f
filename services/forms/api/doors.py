"""HTTP in: one function per route; `routes = [...]` at the bottom."""

import re
from typing import cast

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import loop, strictjson
from chassis.downloads import download, sending
from chassis.errors import refusing_unfit_data
from chassis.http import answer, nothing, read
from chassis.identity import current_council, current_grant, grant_in
from contracts.api.forms import MANIFEST_HEADER, DefinitionView, EditsBody, PapersBody, SubmitBody
from services.forms.usecases import FormsService
from services.forms.usecases.submissions import Document

_DEFINITIONS = TypeAdapter(list[DefinitionView])


def _service(request: Request) -> FormsService:
    return cast("FormsService", request.app.state.service)


async def _download(request: Request, document: Document) -> Response:
    return await download(
        request,
        sending(document.content),
        name=document.name,
        media_type="application/pdf",
        size=len(document.content),
        mark=document.sha256,
    )


async def view_contribution(request: Request) -> Response:
    """The form with what was typed so far; `documents` says how many are attached."""
    count = request.query_params.get("documents", "")
    documents = int(count) if re.fullmatch("[0-9]{1,4}", count) else 0
    return answer(await _service(request).drafts.view(current_grant(request, "read"), documents))


async def save_answers(request: Request) -> Response:
    """Edits of one page."""
    grant = current_grant(request, "edit")
    return answer(await _service(request).drafts.save(grant, await read(request, EditsBody)))


async def submit_contribution(request: Request) -> Response:
    """The professional submits; a repeat gets the same answer."""
    grant = current_grant(request, "submit")
    body = await read(request, SubmitBody)
    return answer(await _service(request).submissions.submit(grant, body.manifest))


async def contribution_pdf(request: Request) -> Response:
    """The document as submitted, or the draft as it stands; of a form that is added to the draft where it is asked."""
    grant, service = current_grant(request, "read"), _service(request)
    manifest, is_draft = request.headers.get(MANIFEST_HEADER), request.query_params.get("draft") == "1"
    return await _download(request, await service.submissions.paper(grant, manifest, is_draft=is_draft))


async def contributions_pdf(request: Request) -> Response:
    """Several documents as one."""
    body = await read(request, PapersBody)
    asked = [(grant_in(request, one.grant, "read"), one.manifest) for one in body.papers]
    return await _download(request, await _service(request).printing.print_together(asked, body.left))


async def document(request: Request) -> Response:
    """A council fetches the PDF of a submission."""
    council = current_council(request)
    found = await _service(request).submissions.document(council.authority, request.path_params["document_id"])
    return await _download(request, found)


async def confirm_receipt(request: Request) -> Response:
    """A council has the PDF of a submission and needs it here no longer."""
    council = current_council(request)
    await _service(request).submissions.confirm_receipt(council.authority, request.path_params["document_id"])
    return nothing()


async def list_definitions(request: Request) -> Response:
    """The forms that a council can delegate."""
    found = await _service(request).definitions.list(current_council(request).authority)
    return Response(_DEFINITIONS.dump_json(found), media_type="application/json")


async def publish_definition(request: Request) -> Response:
    """A council publishes a version of a form."""
    council = current_council(request)
    body = await request.body()
    json = await loop.work(len(body), strictjson.read, body)
    with refusing_unfit_data():
        return answer(await _service(request).definitions.add(request.path_params["code"], json, council.authority))


routes = [
    Route("/contributions/{task_id}", view_contribution),
    Route("/contributions/{task_id}/answers", save_answers, methods=["PATCH"]),
    Route("/contributions/{task_id}/submit", submit_contribution, methods=["POST"]),
    Route("/contributions/{task_id}/pdf", contribution_pdf),
    Route("/papers", contributions_pdf, methods=["POST"]),
    Route("/documents/{document_id}", document),
    Route("/documents/{document_id}/receipt", confirm_receipt, methods=["POST"]),
    Route("/definitions", list_definitions),
    Route("/definitions/{code}", publish_definition, methods=["PUT"]),
]
