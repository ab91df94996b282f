"""What attachments are and what may happen to them. Frozen values; no I/O, no clock, no async."""

from chassis.names import clean_name, extension
from services.files.model.folder import MOST_ENTRIES, Attachment, Content, Folder
from services.files.model.refusal import Code, Unacceptable, sentence
from services.files.model.scan import Verdict
from services.files.model.types import MEDIA_TYPES

__all__ = [
    "MEDIA_TYPES",
    "MOST_ENTRIES",
    "Attachment",
    "Code",
    "Content",
    "Folder",
    "Unacceptable",
    "Verdict",
    "clean_name",
    "extension",
    "sentence",
]
