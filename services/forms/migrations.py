"""What becomes of data that an older forms has written; `migrations = [...]` at the bottom, the latest last."""

from chassis.migrations import (
    Migration,
    Stored,
    carry_attempts_over,
    name_the_authority_of,
    seal,
    seal_content,
    seal_told,
)
from services.forms.store.contributions import MAPPER


async def seal_everything(stored: Stored) -> None:
    """Contributions and PDFs."""
    await seal(stored, "contributions", MAPPER)
    await seal_content(stored, "pdfs")
    await seal_told(stored)


migrations = [
    Migration(1, "Attempts of quarantined deliveries", carry_attempts_over),
    Migration(2, "The authority beside PDFs", name_the_authority_of("pdfs", "contributions")),
    Migration(3, "What is kept is sealed", seal_everything),
]
