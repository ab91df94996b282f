"""What forms, drafts and contributions are, and what may happen to them. No I/O, no clock, no async."""
