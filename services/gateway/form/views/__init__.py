"""What the pages of a form show: frozen views, made by pure functions."""
