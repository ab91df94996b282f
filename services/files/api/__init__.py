"""The HTTP doors of files."""

from services.files.api.doors import routes

__all__ = ["routes"]
