"""HTTP in: one function per route; `routes = [...]` at the bottom."""

import asyncio
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.downloads import download
from chassis.http import answer, nothing
from chassis.identity import current_council, current_grant
from contracts.api.files import FileListView, FileView, ManifestView
from services.files import usecases
from services.files.api.uploads import RECEIVE_SECONDS, coming, drain, refusal
from services.files.model.folder import Attachment
from services.files.model.refusal import Unacceptable, sentence
from services.files.usecases import Files


async def upload_file(request: Request) -> Response:
    """A professional attaches a file: 201 accepted, 202 kept and waiting for its scan, 422 with the reason."""
    service, incoming = _service(request), coming(request)
    try:
        grant = current_grant(request, "edit")
        async with asyncio.timeout(RECEIVE_SECONDS):
            file = await usecases.upload(service, grant, incoming)
    except Unacceptable as found:
        raise refusal(found, service.rules(grant.authority)) from found
    finally:
        await drain(incoming.pieces)
    return answer(_view(service, grant.authority, file), 202 if file.state == "waiting" else 201)


async def list_files(request: Request) -> Response:
    """The files of a task."""
    grant, service = current_grant(request, "read"), _service(request)
    files = await usecases.list_files(service, grant)
    return answer(FileListView(files=[_view(service, grant.authority, file) for file in files]))


async def remove_file(request: Request) -> Response:
    """A professional takes a file away."""
    await usecases.remove_file(_service(request), current_grant(request, "edit"), request.path_params["file_id"])
    return nothing()


async def file_content(request: Request) -> Response:
    """A professional downloads a file of the task."""
    grant = current_grant(request, "read")
    return await _download(
        request, await usecases.readable_file(_service(request), grant, request.path_params["file_id"])
    )


async def sign_manifest(request: Request) -> Response:
    """The signed list of what goes with a submission."""
    grant, service = current_grant(request, "submit"), _service(request)
    manifest, files = await usecases.sign_manifest(service, grant)
    return answer(ManifestView(manifest=manifest, files=[_view(service, grant.authority, file) for file in files]))


async def sign_draft_manifest(request: Request) -> Response:
    """The signed list of what is attached so far, for a draft to show."""
    grant, service = current_grant(request, "read"), _service(request)
    manifest, files = await usecases.sign_draft_manifest(service, grant)
    return answer(ManifestView(manifest=manifest, files=[_view(service, grant.authority, file) for file in files]))


async def document(request: Request) -> Response:
    """A council fetches a file of a submission."""
    council = current_council(request)
    return await _download(
        request, await usecases.document(_service(request), council.authority, request.path_params["document_id"])
    )


async def confirm_receipt(request: Request) -> Response:
    """A council has a file and needs it here no longer."""
    council = current_council(request)
    await usecases.confirm_receipt(_service(request), council.authority, request.path_params["document_id"])
    return nothing()


async def _download(request: Request, file: Attachment) -> Response:
    blob = file.content.blob
    send = partial(_service(request).contents.send, blob)
    return await download(request, send, name=file.name, media_type=file.media_type, size=blob.size, mark=blob.sha256)


def _service(request: Request) -> Files:
    service: Files = request.app.state.service
    return service


def _view(service: Files, authority: str, file: Attachment) -> FileView:
    return FileView(
        file_id=file.file_id,
        name=file.name,
        media_type=file.media_type,
        size=file.content.size,
        state="accepted" if file.state == "removed" else file.state,
        uploaded_by=file.uploaded_by,
        uploaded_at=file.uploaded_at,
        refusal=sentence(file.refusal, service.rules(authority)) if file.refusal else "",
    )


routes = [
    Route("/tasks/{task_id}/files", upload_file, methods=["POST"]),
    Route("/tasks/{task_id}/files", list_files),
    Route("/tasks/{task_id}/files/{file_id}", remove_file, methods=["DELETE"]),
    Route("/tasks/{task_id}/files/{file_id}/content", file_content),
    Route("/tasks/{task_id}/manifest", sign_manifest, methods=["POST"]),
    Route("/tasks/{task_id}/draft-manifest", sign_draft_manifest, methods=["POST"]),
    Route("/documents/{document_id}", document),
    Route("/documents/{document_id}/receipt", confirm_receipt, methods=["POST"]),
]
