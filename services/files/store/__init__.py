"""Where attachments live; the only package that knows the database."""

from services.files.store.contents import ContentStore, Damaged
from services.files.store.folders import FolderStore

__all__ = ["ContentStore", "Damaged", "FolderStore"]
