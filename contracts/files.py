"""What files signs about attachments, for who needs its facts (ADR 0012), and the one thing that it tells."""

from typing import ClassVar

from contracts.base import Erased, Value


class AttachedFile(Value):
    """An attachment that passed every check; `size` in bytes, `sha256` in hex of the stored bytes."""

    file_id: str
    name: str
    media_type: str
    size: int
    sha256: str


class Manifest(Value):
    """What files signs for a submission: the attachments that go with a task."""

    task_id: str
    authority: str
    files: list[AttachedFile]


class FolderErased(Erased):
    """The attachments of a delegation are gone."""

    wire_name: ClassVar[str] = "files.folder.erased.v1"
