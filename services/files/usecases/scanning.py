"""Virus scans: at once with an upload, later for what the scanner could not take then, and tidying after crashes."""

import asyncio
from datetime import timedelta

from chassis import clock
from chassis.blobs import Damaged, Held
from chassis.documents import Key
from services.files.model.folder import Attachment, Folder
from services.files.model.scan import Verdict
from services.files.usecases.service import Files

UNSETTLED_AFTER = timedelta(hours=1)
"""Longer than any upload takes: content that no folder holds by then never will be held."""

SCAN_SECONDS = 65
MOST_A_ROUND = 50


async def scan(service: Files, file: Attachment, seconds: float) -> Verdict:
    """What the scanner says of everything that belongs to the file, over copies checked against their hashes."""
    try:
        async with asyncio.timeout(seconds):
            for content in file.to_scan():
                verdict = await service.scanner.scan(await service.contents.read(content.blob), clock.now())
                if verdict is not Verdict.CLEAN:
                    return verdict
    except TimeoutError:
        return Verdict.NOT_SCANNED
    except Damaged:
        return Verdict.DAMAGED
    return Verdict.CLEAN


async def sweep(service: Files) -> None:
    """Scans what waits and is due, if the scanner is there at all: its being away is no fault of a file."""
    if not await service.scanner.is_ready(clock.now()):
        return
    for _ in range(MOST_A_ROUND):
        at = clock.now()
        folder = await service.folders.claim_due(at)
        if folder is None:
            return
        due = [file for file in folder.files if file.state == "waiting" and file.scan_at and file.scan_at <= at]
        for file in due:
            await _scan_again(service, folder, file)
        if not due:
            await service.folders.let_go(folder)


async def _scan_again(service: Files, folder: Folder, file: Attachment) -> None:
    async with service.lanes.memory:
        verdict = await scan(service, file, SCAN_SECONDS)

    def decide(before: Folder) -> Folder:
        waiting = before.find(file.file_id)
        if waiting is None or waiting.state != "waiting":
            return before
        return before.with_changed(waiting.settled(verdict, clock.now()))

    settled = (await service.folders.change(folder.authority, folder.task_id, decide)).find(file.file_id)
    if settled is not None and settled.state == "accepted" and file.original is not None:
        await service.contents.delete(file.original.content_id)
    if settled is not None and settled.state == "refused":
        await service.contents.delete(*file.content_ids)


async def tidy(service: Files) -> None:
    """Removes what a crash has left without a folder, an hour after it came, and what a removed file has left."""

    async def is_held(owner: Key, content_id: str) -> Held:
        return (await service.folders.get(owner.authority, owner.id)).holds(content_id, clock.now())

    await service.contents.tidy(clock.now() - UNSETTLED_AFTER, is_held)
