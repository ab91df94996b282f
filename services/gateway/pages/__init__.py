"""The portal's pages: one module for each part of the person's way; `routes = [...]` at the bottom of each."""
