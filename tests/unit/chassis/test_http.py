from collections.abc import Callable

import pytest
import structlog
from httpx2 import ASGITransport, AsyncClient
from pymongo.errors import AutoReconnect, ExecutionTimeout, OperationFailure, PyMongoError, ServerSelectionTimeoutError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from chassis import http
from chassis.errors import TryLater
from chassis.http import EXCEPTION_HANDLERS, App, RequestMetrics


def _raising(error: Exception) -> Callable[[Request], Response]:
    def door(_: Request) -> Response:
        raise error

    return door


async def _status(error: Exception) -> int:
    app = App(around=RequestMetrics, routes=[Route("/", _raising(error))], exception_handlers=EXCEPTION_HANDLERS)
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://service") as client:
        return (await client.get("/")).status_code


@pytest.mark.parametrize(
    "error",
    [AutoReconnect("gone"), ServerSelectionTimeoutError("nobody"), ExecutionTimeout("late", 50), TimeoutError()],
)
async def test_a_database_that_does_not_answer_is_an_outage(error: Exception) -> None:
    assert await _status(error) == 503


async def test_what_is_on_its_way_is_asked_for_again() -> None:
    assert await _status(TryLater(1, "not yet")) == 503


@pytest.mark.parametrize("error", [OperationFailure("unknown operator: $in", 2), PyMongoError("odd"), KeyError("x")])
async def test_a_wrong_query_is_a_mistake_of_ours(error: Exception) -> None:
    assert await _status(error) == 500


async def test_an_outage_is_logged_with_what_the_driver_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with capture_logs() as lines:
        monkeypatch.setattr(http, "log", structlog.get_logger())
        await _status(AutoReconnect("db-1 closed the connection"))
    assert [line["error"] for line in lines] == ["AutoReconnect('db-1 closed the connection')"]
