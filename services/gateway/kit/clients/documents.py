"""Documents of submissions for councils: forms has those that it made, files those that were attached."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from urllib.parse import quote

from chassis.identity import Council
from services.gateway.kit.clients.transport import Download, Transport

_MADE_BY_FORMS = "pdf_"


class DocumentsClient:
    """Each request is a council's."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def open(
        self, council: Council, document_id: str, headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[Download]:
        """A document's bytes, or the part that the headers ask for."""
        return self._transport.download(_service(document_id), _path(document_id), council, None, headers)

    async def confirm_receipt(self, council: Council, document_id: str) -> None:
        """The council has it, and is given it no more."""
        await self._transport.ask(_service(document_id), "POST", f"{_path(document_id)}/receipt", council)


def _service(document_id: str) -> str:
    return "forms" if document_id.startswith(_MADE_BY_FORMS) else "files"


def _path(document_id: str) -> str:
    return f"/documents/{quote(document_id, safe='')}"
