"""What the routes of tasks share: the service, and numbers in addresses."""

from typing import cast

from starlette.requests import Request

from chassis.errors import BadRequest
from services.tasks.usecases import TasksService


def service(request: Request) -> TasksService:
    """The use cases."""
    return cast("TasksService", request.app.state.service)


def number(request: Request, name: str, default: int, most: int) -> int:
    """A number from 1 to `most`; BadRequest where it is none."""
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise BadRequest("invalid_parameter", f"{name} must be a number.", field=name)
    return min(max(int(text[:9]), 1), most)
