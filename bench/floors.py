"""The floors of a page and a save: the least that a Starlette handler on the same database can do.

Two of each: bare, all in one handler; and by the road that the portal takes, a gateway that asks a service over HTTP,
with as many reads as the portal has. Run as processes of their own: `python -m bench.floors MONGO_URL PORT` is the
handler and the service, `python -m bench.floors SERVICE_URL PORT` the gateway before it.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import uvicorn
from jinja2 import Template
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

ROWS = 25
DRAFTS = 10
READS_OF_A_PAGE = 2
"""Beside the session: the person's groups, and all that the lists say."""
_PAGE = Template(
    "<!doctype html><html lang=en><title>Floor</title><h1>Tasks</h1><table>"
    "{% for row in rows %}<tr><td>{{ row.form }}<td>{{ row.name }}"
    "<td>{{ row.due_on }}<td>{{ row.comments }}</tr>{% endfor %}"
    "</table></html>",
    autoescape=True,
)


def app(mongo_url: str) -> Starlette:
    """A page from one indexed query, and a save as one journaled update."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url)
        database = client.get_database("bench", write_concern=WriteConcern("majority", j=True))
        await database["tasks"].create_index("holder")
        rows = [
            {"holder": "a", "form": "EHC advice", "name": f"Child {n}", "due_on": "2030-01-01", "comments": "Please"}
            for n in range(ROWS)
        ]
        await database["tasks"].insert_many(rows)
        await database["drafts"].insert_many([{"_id": number, "answers": {}} for number in range(DRAFTS)])
        app.state.database = database
        try:
            yield
        finally:
            await client.drop_database("bench")
            client.close()

    routes = [
        Route("/page", page),
        Route("/save", save, methods=["POST"]),
        Route("/session", session),
        Route("/rows", rows),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def gateway(service_url: str) -> Starlette:
    """The same page and the same save, asked of a service, with a look at the session beside."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(service_url) as app.state.service:
            yield

    async def page(request: Request) -> Response:
        _, found = await asyncio.gather(_asked(request, "/session"), _asked(request, "/rows"))
        return HTMLResponse(_PAGE.render(rows=found))

    async def save(request: Request) -> Response:
        await _asked(request, "/session")
        async with request.app.state.service.post("/save", json=await request.json()) as answer:
            return JSONResponse(await answer.json())

    return Starlette(routes=[Route("/page", page), Route("/save", save, methods=["POST"])], lifespan=lifespan)


async def _asked(request: Request, path: str) -> Any:
    async with request.app.state.service.get(path) as answer:
        return await answer.json()


async def session(request: Request) -> Response:
    """One read by id."""
    found = await request.app.state.database["drafts"].find_one({"_id": 0}, {"_id": 1})
    return JSONResponse(found)


async def rows(request: Request) -> Response:
    """As many reads as the portal's page has; the rows of the last."""
    tasks = request.app.state.database["tasks"]
    found: list[dict[str, Any]] = []
    for _ in range(READS_OF_A_PAGE):
        found = await tasks.find({"holder": "a"}, {"_id": 0}).to_list(ROWS)
    return JSONResponse(found)


async def page(request: Request) -> Response:
    """One indexed query, one rendered template."""
    found = await request.app.state.database["tasks"].find({"holder": "a"}).to_list(ROWS)
    return HTMLResponse(_PAGE.render(rows=found))


async def save(request: Request) -> Response:
    """One journaled update."""
    body = await request.json()
    change = {"$set": {"answers.date": body["value"]}}
    await request.app.state.database["drafts"].update_one({"_id": body["draft"]}, change)
    return JSONResponse({"saved": True})


if __name__ == "__main__":
    where, number = sys.argv[1], int(sys.argv[2])
    chosen = gateway(where) if where.startswith("http") else app(where)
    uvicorn.run(chosen, host="127.0.0.1", port=number, log_level="warning", access_log=False)
