"""The floors of a page and a save: the least that a Starlette handler on the same database can do.

Run as its own process: `python -m bench.floors MONGO_URL PORT`.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

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

    return Starlette(routes=[Route("/page", page), Route("/save", save, methods=["POST"])], lifespan=lifespan)


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
    uvicorn.run(app(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
