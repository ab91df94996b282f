"""What becomes of data that an older files has written; `migrations = [...]` at the bottom, the latest last."""

from chassis import clock
from chassis.blobs import BlobStore
from chassis.migrations import Migration, Stored, carry_attempts_over, name_the_authority_of, seal_everything
from services.files.store import MAPPER


async def let_go_of_removed(stored: Stored) -> None:
    """Content of files that were removed was settled for good: it is asked about once more, the last week's later."""
    contents = BlobStore(stored.database, "content", stored.keys)
    async for folder in stored.database.collection("folders").find({"files.state": "removed"}, {"files": 1}):
        removed = [file for file in folder["files"] if file["state"] == "removed"]
        stands = [content for file in removed for content in (file["content"], file.get("original")) if content]
        await contents.unsettle([content["content_id"] for content in stands], clock.now())


migrations = [
    Migration(1, "Attempts of quarantined deliveries", carry_attempts_over),
    Migration(2, "The authority beside attachments", name_the_authority_of("content", "folders")),
    Migration(3, "What is kept is sealed", seal_everything("folders", MAPPER, "content")),
    Migration(4, "Content of removed attachments", let_go_of_removed),
]
