"""What the service does: load, decide, save, tell."""

from services.files.usecases.attachments import (
    list_files,
    readable_file,
    remove_file,
    sign_draft_manifest,
    sign_manifest,
)
from services.files.usecases.documents import confirm_receipt, document
from services.files.usecases.freezing import close, discard, freeze, reopen
from services.files.usecases.scanning import sweep, tidy
from services.files.usecases.service import Files
from services.files.usecases.upload import Upload, upload

__all__ = [
    "Files",
    "Upload",
    "close",
    "confirm_receipt",
    "discard",
    "document",
    "freeze",
    "list_files",
    "readable_file",
    "remove_file",
    "reopen",
    "sign_draft_manifest",
    "sign_manifest",
    "sweep",
    "tidy",
    "upload",
]
