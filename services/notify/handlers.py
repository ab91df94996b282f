"""Messages in: one function a queue, each tells its use case and nothing else."""

from chassis.messaging import Delivery, Subscription
from contracts.auth import CodeRequested, PasswordReset, RegistrationRefused
from contracts.tasks import TaskAmended, TaskAssigned, TaskCompleted, TaskOpened, TaskRetracted
from services.notify import usecases
from services.notify.usecases import Desk


async def send_code(event: CodeRequested, _: Delivery, desk: Desk) -> None:
    """A code was asked for: it is emailed."""
    await usecases.send_code(desk, event)


async def tell_account_owner(event: RegistrationRefused, _: Delivery, desk: Desk) -> None:
    """An address was registered twice: its owner is told by email."""
    await usecases.tell_account_owner(desk, event)


async def confirm_password_change(event: PasswordReset, _: Delivery, desk: Desk) -> None:
    """A password was reset: its owner is told by email."""
    await usecases.confirm_password_change(desk, event)


async def announce_task(event: TaskOpened, _: Delivery, desk: Desk) -> None:
    """A form was delegated: its person or inbox is told by email."""
    await usecases.announce_task(desk, event)


async def announce_new_holder(event: TaskAssigned, _: Delivery, desk: Desk) -> None:
    """A task was re-assigned: whoever has it now is told by email."""
    await usecases.announce_new_holder(desk, event)


async def announce_change(event: TaskAmended, _: Delivery, desk: Desk) -> None:
    """A delegation was changed: whoever has it is told by email."""
    await usecases.announce_change(desk, event)


async def announce_retraction(event: TaskRetracted, _: Delivery, desk: Desk) -> None:
    """A delegation was retracted: whoever had it is told by email."""
    await usecases.announce_retraction(desk, event)


async def send_receipt(event: TaskCompleted, _: Delivery, desk: Desk) -> None:
    """A contribution was submitted: its receipt is emailed."""
    await usecases.send_receipt(desk, event)


subscriptions = (
    Subscription("notify.send-code", CodeRequested, send_code),
    Subscription("notify.tell-account-owner", RegistrationRefused, tell_account_owner),
    Subscription("notify.confirm-password-change", PasswordReset, confirm_password_change),
    Subscription("notify.announce-task", TaskOpened, announce_task),
    Subscription("notify.announce-new-holder", TaskAssigned, announce_new_holder),
    Subscription("notify.announce-change", TaskAmended, announce_change),
    Subscription("notify.announce-retraction", TaskRetracted, announce_retraction),
    Subscription("notify.send-receipt", TaskCompleted, send_receipt),
)
