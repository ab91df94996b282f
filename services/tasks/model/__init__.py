"""What tasks, work groups and forms are, and what may happen to them. No I/O, no clock, no async."""
