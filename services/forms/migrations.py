"""What becomes of data that an older forms has written; `migrations = [...]` at the bottom, the latest last."""

from chassis.migrations import Migration, carry_attempts_over, name_the_authority_of, seal_everything
from services.forms.store.contributions import MAPPER

migrations = [
    Migration(1, "Attempts of quarantined deliveries", carry_attempts_over),
    Migration(2, "The authority beside PDFs", name_the_authority_of("pdfs", "contributions")),
    Migration(3, "What is kept is sealed", seal_everything("contributions", MAPPER, "pdfs")),
]
