"""Content: help, the accessibility statement, privacy."""
