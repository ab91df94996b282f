"""What accounts, registrations, sign-ins, sessions and resets are, and their rules. No I/O, no clock, no async."""
