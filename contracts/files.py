"""What files signs about attachments. It tells no events: who needs its facts gets them signed (ADR 0012)."""

from contracts.base import Value


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
