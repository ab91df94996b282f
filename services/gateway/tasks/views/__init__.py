"""What the pages of the task lists show: frozen views, made by pure functions."""
