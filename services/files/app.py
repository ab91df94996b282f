"""Wiring: settings in, the service's app out."""

from datetime import timedelta

from starlette.applications import Starlette

from chassis.app import StoredServiceContext, stored_service_app
from chassis.blobs import BlobStore
from chassis.erasure import Eraser, Erasing
from chassis.tokens import Signer, Verifier
from services.files.api import routes
from services.files.clients import Scanner
from services.files.handlers import subscriptions
from services.files.inspector import Inspector
from services.files.jobs import jobs
from services.files.migrations import migrations
from services.files.settings import Settings
from services.files.store import FolderStore
from services.files.usecases import Files


def build_app(settings: Settings) -> Starlette:
    """The app around these settings."""
    return stored_service_app(
        name="files",
        settings=settings,
        compose=lambda context: _compose(settings, context),
        routes=routes,
        subscriptions=subscriptions,
        migrations=migrations,
        jobs=jobs,
        identities=Verifier(settings.gateway_public_key, issuer="gateway", audience="files"),
        grants=Verifier(settings.tasks_public_key, issuer="tasks", audience="forms-and-files"),
    )


async def _compose(settings: Settings, context: StoredServiceContext) -> Files:
    database = context.database
    folders = FolderStore(database.outbox_collection("folders", context.relay), context.keys)
    contents = BlobStore(database, "content", context.keys)
    eraser = Eraser(context.keys, context.event_log, contents=[contents], remove=folders.remove)
    erasing = Erasing(eraser, database, context.relay)
    await folders.prepare()
    await erasing.prepare()
    await contents.prepare()
    inspector = Inspector(settings.inspectors)
    context.closing.push_async_callback(inspector.stop)
    await inspector.start()
    scanner = Scanner(settings.clamd_url, timedelta(days=settings.signatures_max_days))
    signer = Signer(settings.signing_key, "files")
    return Files(folders, contents, scanner, inspector, context.authorities, signer, erasing)


def create_app() -> Starlette:
    """What uvicorn starts."""
    return build_app(Settings())
