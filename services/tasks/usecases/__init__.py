"""What tasks does: what councils say, what professionals and managers do, what lists show."""

from services.tasks.usecases.service import TasksService

__all__ = ["TasksService"]
