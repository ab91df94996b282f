"""Tasks: what a person has to complete, picking up, re-assigning."""
