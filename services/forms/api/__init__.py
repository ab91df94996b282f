"""The HTTP doors of forms."""

from services.forms.api.doors import routes

__all__ = ["routes"]
