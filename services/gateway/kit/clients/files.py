"""files, as the gateway asks it: attachments of a task, the manifest of a submission."""

from contextlib import AbstractAsyncContextManager
from typing import BinaryIO
from urllib.parse import quote

from chassis.identity import Professional
from contracts.api.files import FileListView, FileView, ManifestView
from services.gateway.kit.clients.service import ServiceClient
from services.gateway.kit.clients.transport import Download


class FilesClient(ServiceClient):
    """Each request on a task carries the grant that tasks gave for it."""

    service = "files"

    async def list(self, person: Professional, grant: str, task_id: str) -> list[FileView]:
        """The attachments of a task."""
        return (await self._ask(FileListView, "GET", f"{_path(task_id)}/files", person, grant=grant)).files

    async def upload(  # noqa: PLR0917 - a file is its name, size and content
        self, person: Professional, grant: str, task_id: str, name: str, size: int, content: BinaryIO, key: str
    ) -> FileView:
        """Attaches a file; a refusal's detail is the sentence for the person. The same `key` twice attaches once."""
        headers = {"Portal-File-Name": quote(name), "Content-Length": str(size), "Idempotency-Key": key}
        async with self._transport.request(
            self.service, "POST", f"{_path(task_id)}/files", person, grant, headers, content, slow=True
        ) as response:
            return FileView.model_validate_json(await self._transport.checked(response))

    async def remove(self, person: Professional, grant: str, task_id: str, file_id: str) -> None:
        """Takes an attachment away."""
        await self._call("DELETE", f"{_path(task_id)}/files/{quote(file_id, safe='')}", person, grant=grant)

    def content(
        self, person: Professional, grant: str, task_id: str, file_id: str
    ) -> AbstractAsyncContextManager[Download]:
        """An attachment's bytes."""
        path = f"{_path(task_id)}/files/{quote(file_id, safe='')}/content"
        return self._transport.download(self.service, path, person, grant)

    async def manifest(self, person: Professional, grant: str, task_id: str) -> ManifestView:
        """The signed list of what goes with a submission; Conflict while a file is still being checked."""
        return await self._ask(ManifestView, "POST", f"{_path(task_id)}/manifest", person, grant=grant)

    async def draft_manifest(self, person: Professional, grant: str, task_id: str) -> str:
        """The signed list of what is attached so far, for a draft to show."""
        path = f"{_path(task_id)}/draft-manifest"
        return (await self._ask(ManifestView, "POST", path, person, grant=grant)).manifest


def _path(task_id: str) -> str:
    return f"/tasks/{quote(task_id, safe='')}"
