"""Messages in: one function a queue, each tells its use case and nothing else."""

from chassis.messaging import Delivery, Subscription
from contracts.auth import (
    AccountClosed,
    AccountReaddressed,
    AddressCodeRequested,
    CalendarChanged,
    CodeRequested,
    DeviceAdded,
    DigestChanged,
    FactorChanged,
    PasswordReset,
    RegistrationRefused,
    ResetRefused,
    TemporaryPasswordSet,
)
from contracts.notify import EmailsErased
from contracts.tasks import (
    TaskAmended,
    TaskAssigned,
    TaskCompleted,
    TaskDecided,
    TaskErased,
    TaskOpened,
    TaskReminded,
    TaskRetracted,
    TaskReturned,
)
from services.notify import usecases
from services.notify.usecases import NotifyService


async def send_code(event: CodeRequested, _: Delivery, service: NotifyService) -> None:
    """A code was asked for: it is emailed."""
    await usecases.send_code(service, event)


async def send_address_code(event: AddressCodeRequested, _: Delivery, service: NotifyService) -> None:
    """Another address is wanted for an account: this mailbox's code for it is emailed."""
    await usecases.send_address_code(service, event)


async def send_temporary_password(event: TemporaryPasswordSet, _: Delivery, service: NotifyService) -> None:
    """A council has opened an account: its owner is emailed how to take it over."""
    await usecases.send_temporary_password(service, event)


async def confirm_address_change(event: AccountReaddressed, _: Delivery, service: NotifyService) -> None:
    """An account has another address: both mailboxes are told."""
    await usecases.confirm_address_change(service, event)


async def tell_account_owner(event: RegistrationRefused, _: Delivery, service: NotifyService) -> None:
    """An address was to have a second account: its owner is told by email."""
    await usecases.tell_account_owner(service, event)


async def refuse_reset(event: ResetRefused, _: Delivery, service: NotifyService) -> None:
    """A reset was asked for after too long an absence: the account's owner is told by email."""
    await usecases.refuse_reset(service, event)


async def confirm_password_change(event: PasswordReset, _: Delivery, service: NotifyService) -> None:
    """A password was changed: its owner is told by email."""
    await usecases.confirm_password_change(service, event)


async def tell_of_factor(event: FactorChanged, _: Delivery, service: NotifyService) -> None:
    """An authenticator app was added or removed, or got round: the account's owner is told by email."""
    await usecases.tell_of_factor(service, event)


async def tell_of_calendar(event: CalendarChanged, _: Delivery, service: NotifyService) -> None:
    """An account's calendar address was made, renewed or ended: the account's owner is told by email."""
    await usecases.tell_of_calendar(service, event)


async def confirm_closing(event: AccountClosed, _: Delivery, service: NotifyService) -> None:
    """An account was closed: whoever owned it is told by email."""
    await usecases.confirm_closing(service, event)


async def tell_of_device(event: DeviceAdded, _: Delivery, service: NotifyService) -> None:
    """An account was signed in to from a new browser: its owner is told by email."""
    await usecases.tell_of_device(service, event)


async def note_choice(event: DigestChanged, _: Delivery, service: NotifyService) -> None:
    """Somebody wants one email a day, or one for each thing again."""
    await usecases.note_choice(service, event)


async def move_digest(event: AccountReaddressed, _: Delivery, service: NotifyService) -> None:
    """An account has another address: its digests go there."""
    await usecases.move_digest(service, event)


async def end_digest(event: AccountClosed, _: Delivery, service: NotifyService) -> None:
    """An account was closed: it has no digests any more."""
    await usecases.end_digest(service, event)


async def announce_task(event: TaskOpened, _: Delivery, service: NotifyService) -> None:
    """A form was delegated: its person or inbox is told by email."""
    await usecases.announce_task(service, event)


async def announce_new_holder(event: TaskAssigned, _: Delivery, service: NotifyService) -> None:
    """A task was re-assigned: whoever has it now is told by email."""
    await usecases.announce_new_holder(service, event)


async def announce_change(event: TaskAmended, _: Delivery, service: NotifyService) -> None:
    """A delegation was changed: whoever has it is told by email."""
    await usecases.announce_change(service, event)


async def announce_retraction(event: TaskRetracted, _: Delivery, service: NotifyService) -> None:
    """A delegation was retracted: whoever had it is told by email."""
    await usecases.announce_retraction(service, event)


async def announce_return(event: TaskReturned, _: Delivery, service: NotifyService) -> None:
    """A submitted form was sent back: whoever has it is told by email."""
    await usecases.announce_return(service, event)


async def announce_decision(event: TaskDecided, _: Delivery, service: NotifyService) -> None:
    """A council has answered what somebody asked of it: they are told by email."""
    await usecases.announce_decision(service, event)


async def remind(event: TaskReminded, _: Delivery, service: NotifyService) -> None:
    """A form is due soon, or late: whoever has it is told by email."""
    await usecases.remind(service, event)


async def send_receipt(event: TaskCompleted, _: Delivery, service: NotifyService) -> None:
    """A contribution was submitted: its receipt is emailed."""
    await usecases.send_receipt(service, event)


async def erase_emails(event: TaskErased, _: Delivery, service: NotifyService) -> None:
    """A delegation's time here is over: what was noted of its emails goes."""
    await service.erasing.erase(event, EmailsErased(**event.model_dump()))


subscriptions = (
    Subscription("notify.send-code", CodeRequested, send_code),
    Subscription("notify.send-address-code", AddressCodeRequested, send_address_code),
    Subscription("notify.send-temporary-password", TemporaryPasswordSet, send_temporary_password),
    Subscription("notify.confirm-address-change", AccountReaddressed, confirm_address_change),
    Subscription("notify.tell-account-owner", RegistrationRefused, tell_account_owner),
    Subscription("notify.refuse-reset", ResetRefused, refuse_reset),
    Subscription("notify.confirm-password-change", PasswordReset, confirm_password_change),
    Subscription("notify.tell-of-device", DeviceAdded, tell_of_device),
    Subscription("notify.tell-of-factor", FactorChanged, tell_of_factor),
    Subscription("notify.tell-of-calendar", CalendarChanged, tell_of_calendar),
    Subscription("notify.confirm-closing", AccountClosed, confirm_closing),
    Subscription("notify.note-choice", DigestChanged, note_choice),
    Subscription("notify.move-digest", AccountReaddressed, move_digest),
    Subscription("notify.end-digest", AccountClosed, end_digest),
    Subscription("notify.announce-task", TaskOpened, announce_task),
    Subscription("notify.announce-new-holder", TaskAssigned, announce_new_holder),
    Subscription("notify.announce-change", TaskAmended, announce_change),
    Subscription("notify.announce-retraction", TaskRetracted, announce_retraction),
    Subscription("notify.announce-return", TaskReturned, announce_return),
    Subscription("notify.announce-decision", TaskDecided, announce_decision),
    Subscription("notify.remind", TaskReminded, remind),
    Subscription("notify.send-receipt", TaskCompleted, send_receipt),
    Subscription("notify.erase-emails", TaskErased, erase_emails),
)
