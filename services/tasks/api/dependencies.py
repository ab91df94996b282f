"""What the routes of tasks share: the service, and what addresses ask for."""

from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from chassis.errors import BadRequest
from services.tasks.usecases import TasksService

Query = TypeVar("Query", bound=BaseModel)


def service(request: Request) -> TasksService:
    """The use cases."""
    return cast("TasksService", request.app.state.service)


def number(request: Request, name: str, default: int, most: int) -> int:
    """A number from 1 to `most`; BadRequest where it is none."""
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise BadRequest("invalid_parameter", f"{name} must be a number.", field=name)
    return min(max(int(text[:9]), 1), most)


def query(request: Request, model: type[Query]) -> Query:
    """What an address asks for, as its model; BadRequest names the first fault by its parameter, as a pointer."""
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        name, is_no_day = fault["loc"][0], fault["type"].startswith("date")
        words = "A day is written as YYYY-MM-DD" if is_no_day else fault["msg"]
        raise BadRequest("invalid_parameter", f"{name}: {words}.", field=f"/{name}") from error
