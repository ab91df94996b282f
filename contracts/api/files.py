"""HTTP bodies of files: attachments of a task, and the manifest that goes with a submission."""

from typing import Literal

from pydantic import AwareDatetime

from contracts.base import PersonalData, Value


class FileView(PersonalData):
    """An attachment as a page lists it; `size` in bytes. A `waiting` one is kept but not yet scanned."""

    file_id: str
    name: str
    media_type: str
    size: int
    state: Literal["waiting", "accepted", "refused"]
    uploaded_by: str
    uploaded_at: AwareDatetime
    refusal: str = ""


class FileListView(Value):
    """The attachments of a task, oldest first."""

    files: list[FileView]


class ManifestView(Value):
    """The signed list of attachments for a submission."""

    manifest: str
    files: list[FileView]
