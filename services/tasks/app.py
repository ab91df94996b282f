"""The composition root of tasks: everything is wired here."""

from starlette.applications import Starlette

from chassis.app import StoredServiceContext, stored_service_app
from chassis.erasure import Eraser, keep_the_tombstone
from chassis.keys import Finder
from chassis.tokens import Signer, Verifier
from services.tasks.api import routes
from services.tasks.handlers import subscriptions
from services.tasks.jobs import jobs, scheduled
from services.tasks.migrations import migrations
from services.tasks.model.task import Task
from services.tasks.settings import Settings
from services.tasks.store import FoundBy, Stores
from services.tasks.usecases import TasksService
from services.tasks.usecases.absences import Absences
from services.tasks.usecases.addenda import Addenda
from services.tasks.usecases.asks import Asks
from services.tasks.usecases.delegations import Delegations
from services.tasks.usecases.door import Door
from services.tasks.usecases.leaving import Leaving
from services.tasks.usecases.lists import Lists
from services.tasks.usecases.people import People
from services.tasks.usecases.profiles import Profiles
from services.tasks.usecases.re_assigning import ReAssigning
from services.tasks.usecases.reminders import Reminders
from services.tasks.usecases.retention import Retention
from services.tasks.usecases.snoozing import Snoozing
from services.tasks.usecases.work import Work


def build_app(settings: Settings) -> Starlette:
    """The app around these settings."""
    signer = Signer(settings.signing_key, issuer="tasks")
    found_by = FoundBy(Finder(settings.index_key))

    async def compose(context: StoredServiceContext) -> TasksService:
        stores = await Stores.open(context, found_by)
        eraser = Eraser(context.keys, context.event_log, contents=[stores.shared], remove=keep_the_tombstone)
        retention = Retention(stores, context.authorities, context.schedule, eraser)
        reminders = Reminders(stores, context.authorities, context.schedule)

        async def plan(task: Task) -> None:
            await retention.plan(task)
            await reminders.plan(task)

        delegations = Delegations(stores, context.authorities, plan)
        asks = Asks(stores, context.authorities, plan)
        leaving = Leaving(stores, context.authorities, plan)
        people = People(stores, context.authorities)
        return TasksService(
            delegations=delegations,
            door=Door(delegations, asks, leaving, people),
            lists=Lists(stores, context.authorities),
            people=people,
            profiles=Profiles(stores, context.authorities),
            absences=Absences(stores, context.authorities),
            addenda=Addenda(stores, context.authorities),
            asks=asks,
            leaving=leaving,
            re_assigning=ReAssigning(stores, context.authorities, plan),
            reminders=reminders,
            retention=retention,
            snoozing=Snoozing(stores, context.authorities),
            work=Work(stores, context.authorities, plan, signer),
        )

    return stored_service_app(
        name="tasks",
        settings=settings,
        compose=compose,
        routes=routes,
        subscriptions=subscriptions,
        migrations=migrations,
        jobs=jobs,
        scheduled=scheduled,
        identities=Verifier(settings.gateway_public_key, issuer="gateway", audience="tasks"),
    )


def create_app() -> Starlette:
    """For uvicorn --factory: settings from the environment."""
    return build_app(Settings())
