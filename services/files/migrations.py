"""What becomes of data that an older files has written; `migrations = [...]` at the bottom, the latest last."""

from chassis.migrations import (
    Migration,
    Stored,
    carry_attempts_over,
    name_the_authority_of,
    seal,
    seal_content,
    seal_told,
)
from services.files.store import MAPPER


async def seal_everything(stored: Stored) -> None:
    """Folders and attachments."""
    await seal(stored, "folders", MAPPER)
    await seal_content(stored, "content")
    await seal_told(stored)


migrations = [
    Migration(1, "Attempts of quarantined deliveries", carry_attempts_over),
    Migration(2, "The authority beside attachments", name_the_authority_of("content", "folders")),
    Migration(3, "What is kept is sealed", seal_everything),
]
