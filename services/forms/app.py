"""Wiring: settings in, the service's app out."""

import orjson
from starlette.applications import Starlette

from chassis.app import StoredServiceContext, stored_service_app
from chassis.erasure import Eraser, Erasing
from chassis.tokens import Verifier
from services.forms.api import routes
from services.forms.handlers import subscriptions
from services.forms.jobs import jobs
from services.forms.migrations import migrations
from services.forms.pdf import Printer
from services.forms.settings import Settings
from services.forms.store import Stores
from services.forms.usecases import FormsService
from services.forms.usecases.definitions import Definitions
from services.forms.usecases.delegated import Delegated
from services.forms.usecases.drafts import Drafts
from services.forms.usecases.manifests import Manifests
from services.forms.usecases.printing import Printing
from services.forms.usecases.submissions import Submissions


def build_app(settings: Settings) -> Starlette:
    """The app around these settings."""
    shipped = {file.stem: orjson.loads(file.read_bytes()) for file in sorted(settings.definitions_dir.glob("*.json"))}
    manifests = Manifests(
        Verifier(settings.files_public_key, issuer="files", audience="forms"),
        Verifier(settings.files_public_key, issuer="files", audience="forms-draft"),
    )

    async def compose(context: StoredServiceContext) -> FormsService:
        stores = await Stores.open(context)
        eraser = Eraser(
            context.keys, context.event_log, contents=[stores.documents], remove=stores.contributions.remove
        )
        erasing = Erasing(eraser, context.database, context.relay)
        await erasing.prepare()
        printer = Printer()
        context.closing.callback(printer.close)
        submissions = Submissions(stores, context.authorities, printer, manifests, settings.public_url)
        service = FormsService(
            definitions=Definitions(stores),
            delegated=Delegated(stores),
            drafts=Drafts(stores),
            erasing=erasing,
            submissions=submissions,
            printing=Printing(stores, context.authorities, printer, submissions),
        )
        await service.definitions.load_shipped(shipped)
        return service

    return stored_service_app(
        name="forms",
        settings=settings,
        compose=compose,
        routes=routes,
        subscriptions=subscriptions,
        migrations=migrations,
        jobs=jobs,
        identities=Verifier(settings.gateway_public_key, issuer="gateway", audience="forms"),
        grants=Verifier(settings.tasks_public_key, issuer="tasks", audience="forms-and-files"),
    )


def create_app() -> Starlette:
    """For uvicorn --factory: settings from the environment."""
    return build_app(Settings())
