"""What becomes of data that an older auth has written; `migrations = [...]` at the bottom, the latest last."""

from chassis.migrations import Migration, carry_attempts_over, seal_told

migrations = [
    Migration(1, "Attempts of quarantined deliveries", carry_attempts_over),
    Migration(2, "Copies of what was told are sealed", seal_told),
]
