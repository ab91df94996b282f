"""Messages in: one function per queue. What a council cannot be taken at its word for is answered."""

from types import NoneType

from chassis.council_door import check_sender, reject
from chassis.errors import Refused
from chassis.messaging import Delivery, Subscription
from contracts.auth import AccountChanged, AccountClosed, AccountReaddressed, AccountRegistered, ProfileChanged
from contracts.council import (
    AccountReset,
    DelegationAmended,
    DelegationDecided,
    DelegationRequested,
    DelegationRetracted,
    DelegationReturned,
    ProfessionalDeparted,
    WorkGroupDefined,
)
from contracts.files import FolderErased
from contracts.forms import (
    ContributionErased,
    ContributionReceived,
    ContributionStarted,
    ContributionSubmitted,
    DefinitionPublished,
)
from contracts.notify import EmailFailed, EmailsErased
from contracts.tasks import TaskErased
from services.tasks.usecases import TasksService


async def open_task(message: DelegationRequested, delivery: Delivery, service: TasksService) -> None:
    """A delegation opens one task, however often it is delivered."""
    check_sender(message, delivery)
    await service.delegations.request(message, delivery.waited_seconds)


async def amend_task(message: DelegationAmended, delivery: Delivery, service: TasksService) -> None:
    """A council's change reaches its task."""
    await service.delegations.amend(message, check_sender(message, delivery))


async def retract_task(message: DelegationRetracted, delivery: Delivery, service: TasksService) -> None:
    """A council's withdrawal closes its task."""
    check_sender(message, delivery)
    await service.delegations.retract(message)


async def send_task_back(message: DelegationReturned, delivery: Delivery, service: TasksService) -> None:
    """A council has questions about what was submitted."""
    await service.delegations.send_back(message, check_sender(message, delivery), delivery.waited_seconds)


async def take_answer(message: DelegationDecided, delivery: Delivery, service: TasksService) -> None:
    """A council decides about a decline, of a form or of parts of it, or a request for more time."""
    await service.asks.answer(message, check_sender(message, delivery), delivery.waited_seconds)


async def define_work_group(message: WorkGroupDefined, delivery: Delivery, service: TasksService) -> None:
    """A council sets the whole of a work group."""
    check_sender(message, delivery)
    await service.people.define_work_group(message)


async def reset_account(message: AccountReset, delivery: Delivery, service: TasksService) -> None:
    """A council opens somebody's account again."""
    await service.people.reset(message, check_sender(message, delivery))


async def let_go(message: ProfessionalDeparted, delivery: Delivery, service: TasksService) -> None:
    """A council's forms of somebody who has left go to others."""
    check_sender(message, delivery)
    await service.leaving.let_go(message, delivery.waited_seconds)


async def refuse_unknown(_: None, delivery: Delivery, __: TasksService) -> None:
    """A name that no handler listens to is answered, and kept."""
    raise Refused("unknown_message", f"The portal takes no message of the name {delivery.routing_key[:200]}.")


async def offer_form(event: DefinitionPublished, _: Delivery, service: TasksService) -> None:
    """A published definition may be delegated."""
    await service.people.offer_form(event)


async def note_start(event: ContributionStarted, _: Delivery, service: TasksService) -> None:
    """A task whose form has a first answer is in progress."""
    await service.delegations.note_start(event)


async def complete_task(event: ContributionSubmitted, _: Delivery, service: TasksService) -> None:
    """A submitted contribution completes its task."""
    await service.delegations.complete(event)


async def welcome_person(event: AccountRegistered, _: Delivery, service: TasksService) -> None:
    """Councils hear that somebody whom they have named has registered."""
    await service.people.welcome(event)


async def readdress_person(event: AccountReaddressed, _: Delivery, service: TasksService) -> None:
    """Forms and groups go with somebody who has another address."""
    await service.people.readdress(event)


async def rename_person(event: AccountChanged, _: Delivery, service: TasksService) -> None:
    """Lists show somebody by the name that they have now."""
    await service.people.rename(event)


async def keep_profile(event: ProfileChanged, _: Delivery, service: TasksService) -> None:
    """Councils hear what somebody whom they have named keeps about their work."""
    await service.profiles.keep(event)


async def release_tasks(event: AccountClosed, _: Delivery, service: TasksService) -> None:
    """Forms of somebody who has left go back to whoever gave them."""
    await service.leaving.release(event)


async def take_back(event: EmailFailed, _: Delivery, service: TasksService) -> None:
    """A form does not wait in a mailbox that takes no email."""
    await service.leaving.take_back(event)


async def note_receipt(event: ContributionReceived, _: Delivery, service: TasksService) -> None:
    """What the council has need not stay here for long."""
    await service.retention.note_receipt(event)


async def erase_task(event: TaskErased, _: Delivery, service: TasksService) -> None:
    """Key, documents and copies of a delegation whose time is over."""
    await service.retention.erase_own(event)


async def note_erased_contribution(event: ContributionErased, _: Delivery, service: TasksService) -> None:
    """Forms has erased its part."""
    await service.retention.note_erasure(event)


async def note_erased_folder(event: FolderErased, _: Delivery, service: TasksService) -> None:
    """Files has erased its part."""
    await service.retention.note_erasure(event)


async def note_erased_emails(event: EmailsErased, _: Delivery, service: TasksService) -> None:
    """Notify has erased its part."""
    await service.retention.note_erasure(event)


subscriptions = (
    Subscription("tasks.open-task", DelegationRequested, open_task, refusal=reject),
    Subscription("tasks.amend-task", DelegationAmended, amend_task, refusal=reject),
    Subscription("tasks.retract-task", DelegationRetracted, retract_task, refusal=reject),
    Subscription("tasks.send-task-back", DelegationReturned, send_task_back, refusal=reject),
    Subscription("tasks.take-answer", DelegationDecided, take_answer, refusal=reject),
    Subscription("tasks.define-work-group", WorkGroupDefined, define_work_group, refusal=reject),
    Subscription("tasks.reset-account", AccountReset, reset_account, refusal=reject),
    Subscription("tasks.let-go", ProfessionalDeparted, let_go, refusal=reject),
    Subscription("tasks.refuse-unknown", NoneType, refuse_unknown, refusal=reject),
    Subscription("tasks.offer-form", DefinitionPublished, offer_form),
    Subscription("tasks.note-start", ContributionStarted, note_start),
    Subscription("tasks.complete-task", ContributionSubmitted, complete_task),
    Subscription("tasks.welcome-person", AccountRegistered, welcome_person),
    Subscription("tasks.readdress-person", AccountReaddressed, readdress_person),
    Subscription("tasks.rename-person", AccountChanged, rename_person),
    Subscription("tasks.keep-profile", ProfileChanged, keep_profile),
    Subscription("tasks.release-tasks", AccountClosed, release_tasks),
    Subscription("tasks.take-back", EmailFailed, take_back),
    Subscription("tasks.note-receipt", ContributionReceived, note_receipt),
    Subscription("tasks.erase-task", TaskErased, erase_task),
    Subscription("tasks.note-erased-contribution", ContributionErased, note_erased_contribution),
    Subscription("tasks.note-erased-folder", FolderErased, note_erased_folder),
    Subscription("tasks.note-erased-emails", EmailsErased, note_erased_emails),
)
