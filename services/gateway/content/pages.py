"""Help and guide, accessibility statement, privacy: open to everybody, in the frame of whoever is signed in."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import NotFound
from services.gateway.content.guide import ADDRESS, guide_pages
from services.gateway.kit.request_context import RequestContext


async def _content(request: Request, template: str, page: Any = None) -> Response:
    """A page of words; it shows even when auth is away."""
    context = RequestContext(request)
    await context.recognise()
    return context.page(template, page)


async def show_help(request: Request) -> Response:
    """Help."""
    return await _content(request, "help.html")


async def show_guide(request: Request) -> Response:
    """A page of the guide."""
    page = guide_pages().get(request.path_params.get("topic", ""))
    if page is None:
        raise NotFound("no_such_page")
    return await _content(request, "guide.html", page)


async def show_accessibility(request: Request) -> Response:
    """The accessibility statement."""
    return await _content(request, "accessibility.html")


async def show_privacy(request: Request) -> Response:
    """Privacy."""
    return await _content(request, "privacy.html")


routes = [
    Route("/help", show_help),
    Route(ADDRESS, show_guide),
    Route(f"{ADDRESS}/{{topic}}", show_guide),
    Route("/accessibility", show_accessibility),
    Route("/privacy", show_privacy),
]
