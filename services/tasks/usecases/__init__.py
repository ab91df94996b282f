"""What tasks does: what councils say, what professionals do, what lists show."""

from services.tasks.usecases.service import TasksService

__all__ = ["TasksService"]
