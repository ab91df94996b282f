"""What attachments are and what may happen to them. Frozen values; no I/O, no clock, no async."""
