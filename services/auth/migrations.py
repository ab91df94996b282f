"""What becomes of data that an older auth has written; `migrations = [...]` at the bottom, the latest last."""

from chassis.migrations import Migration, carry_attempts_over

migrations = [
    Migration(1, "Attempts of quarantined deliveries", carry_attempts_over),
]
