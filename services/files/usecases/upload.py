"""Taking a file: received into quarantine, inspected, scanned, and only then kept under its task."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

from chassis import clock
from chassis.blobs import Damaged, once
from chassis.documents import Key
from chassis.errors import Refused
from chassis.names import clean_name, extension
from chassis.outbox import derived_id
from contracts.authority import FileRules
from contracts.tasks import FormGrant
from services.files.model.folder import MOST_ENTRIES, Attachment, Content, Folder
from services.files.model.refusal import Code, Unacceptable
from services.files.model.types import MEDIA_TYPES
from services.files.usecases.scanning import scan
from services.files.usecases.service import Files, check_grant, check_open

INLINE_SECONDS = 10
"""How long an upload waits for the scanner; after that the file is kept and scanned when it can be."""


@dataclass(frozen=True)
class Upload:
    """A file on its way in: its name, how many bytes are said to come, the bytes, and the sender's key for it."""

    name: str
    announced: int
    pieces: AsyncIterator[bytes]
    key: str | None = None


async def upload(service: Files, grant: FormGrant, coming: Upload) -> Attachment:
    """The file as it is kept, accepted or waiting for its scan. `Unacceptable` says why it is not kept.

    The same key by the same person for the same task is the same file, however often it comes.
    """
    folder, rules = await service.granted(grant), service.rules(grant.authority)
    file_id = _file_id(folder, grant, coming.key)
    if known := folder.find(file_id):
        return known
    check_open(folder, grant)
    shown = clean_name(coming.name)
    _check_announced(folder, shown, coming.announced, rules)
    with service.lanes.one(grant.account_id):
        owner = Key(grant.authority, grant.task_id)
        uploaded = Content.of(await service.contents.put(owner, _limited(coming.pieces, rules.max_size)))
        async with service.lanes.memory:
            file = await _examine(service, grant, file_id, shown, uploaded)
        return await _keep(service, grant, file, uploaded, rules)


def _file_id(folder: Folder, grant: FormGrant, key: str | None) -> str:
    """The id that follows from the sender's key; where that file was removed or refused since, it may come again."""
    if key is None:
        return f"file_{uuid4()}"
    for number in range(MOST_ENTRIES):
        file_id = "file_" + derived_id("file", grant.task_id, grant.account_id, key, str(number))
        known = folder.find(file_id)
        if known is None or known.is_live:
            return file_id
    raise Unacceptable(Code.TOO_MANY)


def _check_announced(folder: Folder, name: str, announced: int, rules: FileRules) -> None:
    """All that can be refused before anything is read."""
    if extension(name) not in rules.extensions:
        raise Unacceptable(Code.WRONG_TYPE)
    if announced > rules.max_size:
        raise Unacceptable(Code.TOO_LARGE)
    folder.check_room(announced, rules)


async def _limited(pieces: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    """The pieces as long as they stay within the limit; what was announced binds nobody."""
    left = most
    async for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise Unacceptable(Code.TOO_LARGE)
        yield piece


async def _examine(service: Files, grant: FormGrant, file_id: str, name: str, uploaded: Content) -> Attachment:
    """Inspected and, if the scanner is there, scanned; a refused file's content is gone when this raises."""
    kept = uploaded
    try:
        kept = await _inspect(service, Key(grant.authority, grant.task_id), extension(name), uploaded)
        file = Attachment(
            file_id=file_id,
            name=name,
            extension=extension(name),
            media_type=MEDIA_TYPES[extension(name)],
            content=kept,
            original=uploaded if kept != uploaded else None,
            uploaded_by=grant.name,
            uploaded_at=clock.now(),
            added_by=grant.addendum.addendum_id if grant.addendum else None,
        )
        verdict = await scan(service, file, INLINE_SECONDS)
        return file.settled(verdict, clock.now()).unless_refused()
    except (Unacceptable, asyncio.CancelledError):
        await service.contents.delete(*{uploaded.content_id, kept.content_id})
        raise


async def _inspect(service: Files, owner: Key, kind: str, uploaded: Content) -> Content:
    """The content to keep: the upload's own, or a clean copy of it."""
    try:
        stored = await service.contents.read(uploaded.blob)
    except Damaged as damaged:
        raise Unacceptable(Code.NOT_UPLOADED) from damaged
    if not stored:
        raise Unacceptable(Code.EMPTY)
    clean = await service.inspector.inspect(kind, stored)
    return uploaded if clean is stored else Content.of(await service.contents.put(owner, once(clean)))


async def _keep(service: Files, grant: FormGrant, file: Attachment, uploaded: Content, rules: FileRules) -> Attachment:
    """Into the task's folder, if that is still open and has room; a twin that was faster is the file, then."""

    def decide(folder: Folder) -> Folder:
        check_grant(folder, grant)
        if folder.find(file.file_id) is not None:
            return folder
        check_open(folder, grant)
        return folder.with_file(file, rules).seen(grant.access_version)

    try:
        folder = await service.folders.change(grant.authority, grant.task_id, decide)
    except (Refused, Unacceptable):
        await service.contents.delete(*{file.content.content_id, uploaded.content_id})
        raise  # after any other exception the folder may hold the file: `tidy` looks later
    kept = folder.find(file.file_id) or file
    of_no_use = {file.content, uploaded} - {kept.content, kept.original}
    await service.contents.delete(*(content.content_id for content in of_no_use))
    return kept
