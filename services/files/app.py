"""Wiring: settings in, the service's app out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Lifespan

from chassis.app import Resources, service_app
from chassis.errors import TryLater, Unavailable
from chassis.http import problem
from chassis.tokens import Signer, Verifier
from services.files.api import routes
from services.files.clients import Scanner
from services.files.handlers import subscriptions
from services.files.inspector import Inspector
from services.files.jobs import jobs
from services.files.settings import Settings
from services.files.store import ContentStore, FolderStore
from services.files.usecases import Files


def build_app(settings: Settings) -> Starlette:
    """The app; the inspector's child processes live as long as it does."""
    inspector = Inspector(settings.inspectors)
    app = service_app(
        name="files",
        settings=settings,
        compose=lambda resources: _compose(settings, inspector, resources),
        routes=routes,
        subscriptions=subscriptions,
        jobs=jobs,
        identities=Verifier(settings.gateway_public_key, issuer="gateway", audience="files"),
        grants=Verifier(settings.tasks_public_key, issuer="tasks", audience="forms-and-files"),
    )
    app.add_exception_handler(TryLater, _later)
    app.router.lifespan_context = _with_inspector(app, inspector)
    return app


async def _compose(settings: Settings, inspector: Inspector, resources: Resources) -> Files:
    database = resources.database
    folders = FolderStore(database.documents("folders", resources.relay))
    contents = ContentStore(database.bucket("content"), database.collection("content.files"))
    await folders.open()
    await contents.open()
    scanner = Scanner(settings.clamd_url, timedelta(days=settings.signatures_max_days))
    return Files(folders, contents, scanner, inspector, resources.authorities, Signer(settings.signing_key, "files"))


def _with_inspector(app: Starlette, inspector: Inspector) -> Lifespan[Starlette]:
    lifespan = app.router.lifespan_context

    @asynccontextmanager
    async def wrapped(of: Starlette) -> AsyncIterator[None]:
        async with lifespan(of):
            await inspector.start()
            try:
                yield
            finally:
                await inspector.stop()

    return wrapped


async def _later(_: Request, __: Exception) -> Response:
    return problem(Unavailable("busy", "Nothing was changed. Try again in a moment.", retry_after=1))


def create_app() -> Starlette:
    """What uvicorn starts."""
    return build_app(Settings())
