"""What a professional does with the files of a task beside uploading them: look, take away, download, sign for."""

from chassis import clock
from chassis.errors import Conflict, NotFound
from contracts.files import AttachedFile, Manifest
from contracts.tasks import FormGrant
from services.files.model.folder import Attachment, Folder
from services.files.usecases.service import Files, check_grant, check_open

MANIFEST_SECONDS = 120


async def list_files(service: Files, grant: FormGrant) -> list[Attachment]:
    """The files of a task, oldest first."""
    return (await service.granted(grant)).listed(grant.addendum)


async def remove_file(service: Files, grant: FormGrant, file_id: str) -> None:
    """Takes a file away, its content some days later; a second time changes nothing."""
    at = clock.now()

    def decide(folder: Folder) -> Folder:
        check_grant(folder, grant)
        if folder.find(file_id) is None:
            raise unknown_file()
        check_open(folder, grant)
        return folder.without(file_id, at, grant.addendum).seen(grant.access_version)

    known = (await service.granted(grant)).find(file_id)
    await service.let_go(*([known] if known else []))
    await service.folders.change(grant.authority, grant.task_id, decide)


async def readable_file(service: Files, grant: FormGrant, file_id: str) -> Attachment:
    """A file that the person may download: an accepted one, never one that still waits for its scan."""
    file = (await service.granted(grant)).find(file_id)
    if file is None or file.state != "accepted":
        raise unknown_file()
    return file


async def sign_draft_manifest(service: Files, grant: FormGrant) -> tuple[str, list[Attachment]]:
    """What is attached so far, signed for a draft to show; nothing can be submitted with it."""
    folder = await service.granted(grant)
    return _signed(service, folder, folder.listed(grant.addendum), "forms-draft")


async def sign_manifest(service: Files, grant: FormGrant) -> tuple[str, list[Attachment]]:
    """What goes with a submission, signed; after the submission, what went with it."""
    folder = await service.granted(grant)
    listed = folder.listed(grant.addendum)
    if any(file.state == "waiting" for file in listed):
        raise Conflict(
            "files_waiting", "A file is still being checked for viruses. Try again in a moment.", retry_after=5
        )
    return _signed(service, folder, listed, "forms")


def _signed(service: Files, folder: Folder, listed: list[Attachment], audience: str) -> tuple[str, list[Attachment]]:
    files = [file for file in listed if file.state not in {"waiting", "refused"}]
    manifest = Manifest(task_id=folder.task_id, authority=folder.authority, files=[_described(file) for file in files])
    signed = service.signer.sign(manifest.model_dump(mode="json"), audience=audience, seconds=MANIFEST_SECONDS)
    return signed, files


def _described(file: Attachment) -> AttachedFile:
    return AttachedFile(
        file_id=file.file_id,
        name=file.name,
        media_type=file.media_type,
        size=file.content.size,
        sha256=file.content.sha256,
    )


def unknown_file() -> NotFound:
    """The same answer for a file that is not there, not released or not yours."""
    return NotFound("unknown_file", "That file is not there.")
