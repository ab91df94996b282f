"""Wiring: settings in, the service's app out."""

from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from chassis.app import StoredServiceContext, stored_service_app
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
    """The app around these settings."""
    app = stored_service_app(
        name="files",
        settings=settings,
        compose=lambda context: _compose(settings, context),
        routes=routes,
        subscriptions=subscriptions,
        jobs=jobs,
        identities=Verifier(settings.gateway_public_key, issuer="gateway", audience="files"),
        grants=Verifier(settings.tasks_public_key, issuer="tasks", audience="forms-and-files"),
    )
    app.add_exception_handler(TryLater, _later)
    return app


async def _compose(settings: Settings, context: StoredServiceContext) -> Files:
    database = context.database
    folders = FolderStore(database.documents("folders", context.relay))
    contents = ContentStore(database.bucket("content"), database.collection("content.files"))
    await folders.open()
    await contents.open()
    inspector = Inspector(settings.inspectors)
    context.closing.push_async_callback(inspector.stop)
    await inspector.start()
    scanner = Scanner(settings.clamd_url, timedelta(days=settings.signatures_max_days))
    return Files(folders, contents, scanner, inspector, context.authorities, Signer(settings.signing_key, "files"))


async def _later(_: Request, __: Exception) -> Response:
    return problem(Unavailable("busy", "Nothing was changed. Try again in a moment.", retry_after=1))


def create_app() -> Starlette:
    """What uvicorn starts."""
    return build_app(Settings())
