"""Help, accessibility statement, privacy: open to everybody, in the frame of whoever is signed in."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.gateway.kit.request_context import RequestContext


async def _content(request: Request, template: str) -> Response:
    """A page of words; it shows even when auth is away."""
    context = RequestContext(request)
    await context.recognise()
    return context.page(template, None)


async def show_help(request: Request) -> Response:
    """Help."""
    return await _content(request, "help.html")


async def show_accessibility(request: Request) -> Response:
    """The accessibility statement."""
    return await _content(request, "accessibility.html")


async def show_privacy(request: Request) -> Response:
    """Privacy."""
    return await _content(request, "privacy.html")


routes = [
    Route("/help", show_help),
    Route("/accessibility", show_accessibility),
    Route("/privacy", show_privacy),
]
