"""What becomes of data that an older tasks has written; `migrations = [...]` at the bottom, the latest last."""

from chassis.migrations import Migration, carry_attempts_over, name_the_authority_of

migrations = [
    Migration(1, "Attempts of quarantined deliveries", carry_attempts_over),
    Migration(2, "The authority beside shared documents", name_the_authority_of("shared", "tasks")),
]
