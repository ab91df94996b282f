"""forms, as the gateway asks it: contributions, saves, submission, PDFs, definitions."""

from contextlib import AbstractAsyncContextManager
from urllib.parse import quote

from chassis.identity import Council, Professional
from contracts.api.forms import (
    MANIFEST_HEADER,
    ContributionView,
    EditsBody,
    EditsView,
    PapersBody,
    SubmitBody,
    SubmittedView,
)
from services.gateway.kit.clients.service import ServiceClient
from services.gateway.kit.clients.transport import Download


class FormsClient(ServiceClient):
    """Each request on a contribution carries the grant that tasks gave for it."""

    service = "forms"

    async def contribution(
        self, person: Professional, grant: str, task_id: str, documents: int = 0
    ) -> ContributionView:
        """The form with its answers, judged with so many documents attached."""
        path = f"{_path(task_id)}?documents={documents}"
        return await self._ask(ContributionView, "GET", path, person, grant=grant)

    async def save(self, person: Professional, grant: str, task_id: str, edits: EditsBody) -> EditsView:
        """Changes of answers."""
        path = f"{_path(task_id)}/answers"
        return await self._ask(EditsView, "PATCH", path, person, grant=grant, body=edits)

    async def submit(self, person: Professional, grant: str, task_id: str, manifest: str) -> SubmittedView:
        """Submits; the same again gives the same answer."""
        path, body = f"{_path(task_id)}/submit", SubmitBody(manifest=manifest)
        return await self._ask(SubmittedView, "POST", path, person, grant=grant, body=body, slow=True)

    def pdf(
        self, person: Professional, grant: str, task_id: str, manifest: str | None, *, is_draft: bool
    ) -> AbstractAsyncContextManager[Download]:
        """The form with its answers, as a PDF; a draft lists what `manifest` says is attached.

        While its author adds to what was submitted there are both; `is_draft` says which.
        """
        headers = {MANIFEST_HEADER: manifest} if manifest else {}
        path = f"{_path(task_id)}/pdf" + ("?draft=1" if is_draft else "")
        return self._transport.download(self.service, path, person, grant, headers)

    def papers(self, person: Professional, papers: PapersBody) -> AbstractAsyncContextManager[Download]:
        """Several forms with their answers, as one PDF."""
        return self._transport.download(self.service, "/papers", person, body=papers)

    async def put_definition(self, council: Council, code: str, definition: bytes) -> tuple[int, bytes, str]:
        """A form definition, passed on as it came; the answer's status, body and media type."""
        headers = {"Content-Type": "application/json"}
        path = f"/definitions/{quote(code, safe='')}"
        async with self._transport.request(self.service, "PUT", path, council, None, headers, definition) as response:
            return response.status, await response.read(), response.content_type


def _path(task_id: str) -> str:
    return f"/contributions/{quote(task_id, safe='')}"
