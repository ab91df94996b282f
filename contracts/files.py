"""What files tells the other services about attachments."""

from typing import ClassVar

from pydantic import AwareDatetime

from contracts.base import Event, Value


class AttachedFile(Value):
    """An attachment that passed every check; `size` in bytes, `sha256` in hex of the stored bytes."""

    file_id: str
    name: str
    media_type: str
    size: int
    sha256: str


class FileAccepted(Event):
    """An attachment has passed every check and its virus scan."""

    wire_name: ClassVar[str] = "files.file.accepted.v1"

    task_id: str
    authority: str
    file: AttachedFile
    accepted_at: AwareDatetime


class FileRefused(Event):
    """An attachment has been refused; its content is gone."""

    wire_name: ClassVar[str] = "files.file.refused.v1"

    task_id: str
    authority: str
    file_id: str
    code: str
    refused_at: AwareDatetime


class FileRemoved(Event):
    """A professional has taken an attachment away again."""

    wire_name: ClassVar[str] = "files.file.removed.v1"

    task_id: str
    authority: str
    file_id: str
    removed_at: AwareDatetime


class Manifest(Value):
    """What files signs for a submission: the attachments that go with a task."""

    task_id: str
    authority: str
    files: list[AttachedFile]
