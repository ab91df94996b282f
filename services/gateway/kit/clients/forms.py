"""forms, as the gateway asks it: contributions, saves, submission, PDFs, definitions."""

from contextlib import AbstractAsyncContextManager
from urllib.parse import quote

from chassis.identity import Council, Professional
from contracts.api.forms import MANIFEST_HEADER, ContributionView, EditsBody, EditsView, SubmitBody, SubmittedView
from services.gateway.kit.clients.transport import Download, Transport

_SERVICE = "forms"


class FormsClient:
    """Each request on a contribution carries the grant that tasks gave for it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def contribution(
        self, person: Professional, grant: str, task_id: str, documents: int = 0
    ) -> ContributionView:
        """The form with its answers, judged with so many documents attached."""
        path = f"{_path(task_id)}?documents={documents}"
        return await self._transport.get(ContributionView, _SERVICE, path, person, grant)

    async def save(self, person: Professional, grant: str, task_id: str, edits: EditsBody) -> EditsView:
        """Changes of answers."""
        path = f"{_path(task_id)}/answers"
        return EditsView.model_validate_json(await self._transport.ask(_SERVICE, "PATCH", path, person, grant, edits))

    async def submit(self, person: Professional, grant: str, task_id: str, manifest: str) -> SubmittedView:
        """Submits; the same again gives the same answer."""
        path, body = f"{_path(task_id)}/submit", SubmitBody(manifest=manifest)
        return SubmittedView.model_validate_json(
            await self._transport.ask(_SERVICE, "POST", path, person, grant, body, slow=True)
        )

    def pdf(
        self, person: Professional, grant: str, task_id: str, manifest: str | None
    ) -> AbstractAsyncContextManager[Download]:
        """The form with its answers, as a PDF; a draft lists what `manifest` says is attached."""
        headers = {MANIFEST_HEADER: manifest} if manifest else {}
        return self._transport.download(_SERVICE, f"{_path(task_id)}/pdf", person, grant, headers)

    async def put_definition(self, council: Council, code: str, definition: bytes) -> tuple[int, bytes, str]:
        """A form definition, passed on as it came; the answer's status, body and media type."""
        headers = {"Content-Type": "application/json"}
        path = f"/definitions/{quote(code, safe='')}"
        async with self._transport.request(_SERVICE, "PUT", path, council, None, headers, definition) as response:
            return response.status, await response.read(), response.content_type


def _path(task_id: str) -> str:
    return f"/contributions/{quote(task_id, safe='')}"
