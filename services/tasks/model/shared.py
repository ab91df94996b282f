"""What a council sends along with a delegation: read from its message, as it is kept and as it is shown. No I/O."""

import base64
import hashlib
import re
from dataclasses import dataclass

from chassis.blobs import Blob, Held
from chassis.errors import Refused
from chassis.names import clean_name
from chassis.outbox import derived_id
from contracts.api.tasks import SharedDocumentView
from contracts.base import Value
from contracts.council import SharedDocument

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")
_ANY_BYTES = "application/octet-stream"


class KeptDocument(Value):
    """A document as its task knows it: either kept here under `content_id`, or at the council's `url`."""

    document_id: str
    name: str
    media_type: str
    size: int | None = None
    url: str | None = None
    content_id: str | None = None
    sha256: str = ""
    """Empty where it was kept before this was written down; the id names the bytes as well."""

    @property
    def blob(self) -> Blob | None:
        """Its content; None where the council keeps it."""
        return Blob(self.content_id, self.size or 0, self.sha256) if self.content_id else None

    def view(self) -> SharedDocumentView:
        """As whoever holds the task sees it."""
        return SharedDocumentView.model_validate(self.model_dump(exclude={"content_id", "sha256"}))


@dataclass(frozen=True, slots=True)
class Coming:
    """A document on its way in; `content` is None where it came by address."""

    document: KeptDocument
    content: bytes | None


def held(content_id: str, documents: list[KeptDocument]) -> Held:
    """Whether the documents of the request that was accepted need this content."""
    return "for good" if any(document.content_id == content_id for document in documents) else "no"


def coming(task_id: str, documents: list[SharedDocument]) -> list[Coming]:
    """The message's documents; Refused names the one at fault by JSON pointer."""
    known: set[str] = set()
    found = []
    for index, document in enumerate(documents):
        if document.document_id in known:
            raise _invalid("Two documents have the same document_id.", f"/documents/{index}/document_id")
        known.add(document.document_id)
        if bool(document.url) == bool(document.content_base64):
            raise _invalid("A document has either a url or content_base64.", f"/documents/{index}")
        found.append(_coming(task_id, document, f"/documents/{index}/content_base64"))
    return found


def _coming(task_id: str, document: SharedDocument, pointer: str) -> Coming:
    media_type = document.media_type if _MEDIA_TYPE.fullmatch(document.media_type) else _ANY_BYTES
    kept = KeptDocument(document_id=document.document_id, name=clean_name(document.name), media_type=media_type)
    if not document.content_base64:
        return Coming(kept.model_copy(update={"url": document.url}), None)
    try:
        content = base64.b64decode(document.content_base64, validate=True)
    except ValueError as error:
        raise _invalid("The content is not base64.", pointer) from error
    # With its hash in the id, content of a request that is then refused is never taken for that of another.
    sha256 = hashlib.sha256(content).hexdigest()
    content_id = derived_id("shared", task_id, document.document_id, sha256)
    return Coming(kept.model_copy(update={"size": len(content), "content_id": content_id, "sha256": sha256}), content)


def _invalid(detail: str, field: str) -> Refused:
    return Refused("invalid_document", detail, field=field)
