"""What forms does: definitions are published, contributions prepared, filled, submitted, printed, fetched."""

from services.forms.usecases.service import FormsService

__all__ = ["FormsService"]
