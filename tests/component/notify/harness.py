"""What the tests of notify have at hand: events to tell it, the mail that came of them, what it keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from motor.motor_asyncio import AsyncIOMotorCollection
from pydantic import SecretStr

from chassis import clock
from chassis.shared_keys import Seal
from contracts.auth import CodeRequested
from contracts.base import Contact, Event
from contracts.council import Decision, Sender, Subject
from contracts.tasks import (
    Asked,
    CouncilQuestions,
    Holder,
    TaskDecided,
    TaskOpened,
    TaskReminded,
    TaskRetracted,
    TaskReturned,
)
from services.notify.settings import Settings
from tests.component.notify.catcher import MailCatcher
from tests.support.broker import Broker
from tests.support.events import publish
from tests.support.eventually import WITHIN_SECONDS, eventually
from tests.support.recorder import Recorder
from tests.support.service import new_key

DUE = date(2021, 9, 21)
CODE_KEY = new_key()


@dataclass
class Notify:
    """The service's surroundings."""

    broker: Broker
    recorder: Recorder
    catcher: MailCatcher
    settings: Settings
    deliveries: "AsyncIOMotorCollection[dict[str, Any]]"

    async def hears(self, *events: Event, times: int = 1) -> None:
        """Another service tells it something."""
        for event in events:
            await publish(self.broker, event.wire_name.split(".", 1)[0], event, times=times)

    async def mail_to(self, address: str, *, number: int = 1, within: float = WITHIN_SECONDS) -> list[dict[str, Any]]:
        """The emails to an address, when there are so many."""

        def found() -> list[dict[str, Any]] | None:
            sent = self.catcher.sent_to(address)
            return sent if len(sent) >= number else None

        return await eventually(found, within=within) or []

    async def all_in(self, state: str, number: int, *, within: float = WITHIN_SECONDS) -> None:
        """Waits until so many deliveries are in a state and none is queued."""

        async def settled() -> bool:
            queued = await self.deliveries.count_documents({"state": "queued"}) if state != "queued" else 0
            return not queued and await self.deliveries.count_documents({"state": state}) == number

        await eventually(settled, within=within)


def address(script: str = "") -> str:
    """An address that no other test uses; `script` is what the catcher shall do with it (`+450x2`)."""
    return f"person-{uuid4().hex[:8]}{script}@school.example"


def opened(*tell: str, task_id: str | None = None, holder: Holder | None = None) -> TaskOpened:
    """A form was delegated to the first address."""
    return TaskOpened(
        task_id=task_id or str(uuid4()),
        authority="bristol",
        delegation_id=f"LCS-{uuid4().hex[:6]}",
        task_version=1,
        form="ehc-needs-assessment-contributions",
        form_version="1",
        form_title="EHC needs assessment contributions",
        subject=Subject(person_id="P-10023", name="Gabriel Example", date_of_birth=date(2008, 4, 26)),
        sender=Sender(name="Chloe Caseworker"),
        person=holder or Holder(kind="person", email=tell[0]),
        tell=[Contact(email=one) for one in tell],
        received_on=date(2021, 7, 25),
        due_on=DUE,
        comments="Please complete the report about Gabriel",
        prefill={"first_name": "Gabriel"},
        opened_at=clock.now(),
    )


def retracted(event: TaskOpened) -> TaskRetracted:
    """That delegation was withdrawn."""
    return TaskRetracted(
        **event.model_dump(include={"task_id", "authority", "delegation_id", "form_title", "tell", "person"}),
        task_version=2,
        due_on=DUE,
        retracted_at=clock.now(),
    )


def returned(event: TaskOpened, contribution_id: str = "c-1") -> TaskReturned:
    """What was submitted of that delegation was sent back."""
    return TaskReturned(
        **event.model_dump(include={"task_id", "authority", "delegation_id", "form_title", "tell", "person"}),
        task_version=3,
        access_version=2,
        contribution_id=contribution_id,
        questions=CouncilQuestions(comments="Is Gabriel at home?", fields=["here_and_now"], asked_at=clock.now()),
        sender=event.sender,
        due_on=DUE,
        comments=event.comments,
        prefill=event.prefill,
    )


def decided(event: TaskOpened, asked: Asked, decision: Decision) -> TaskDecided:
    """The council has answered what the holder of that delegation asked."""
    return TaskDecided(
        **event.model_dump(include={"task_id", "authority", "delegation_id", "form_title", "tell", "person"}),
        task_version=3,
        access_version=2,
        ask_id=uuid4().hex,
        asked=asked,
        decision=decision,
        sender=event.sender,
        due_on=DUE,
        comments=event.comments,
        prefill=event.prefill,
        decided_at=clock.now(),
    )


def reminded(event: TaskOpened, step: int, managers: Sequence[str] = ()) -> TaskReminded:
    """It is time to remind whoever has that delegation."""
    return TaskReminded(
        **event.model_dump(include={"task_id", "authority", "delegation_id", "form_title", "tell", "person"}),
        task_version=3,
        step=step,
        due_on=DUE,
        managers=[Contact(email=each) for each in managers],
        reminded_at=clock.now(),
    )


def unbegun(event: TaskOpened, since: date, step: int | None, due_on: date | None = DUE) -> TaskReminded:
    """It is time to say that nobody has begun that delegation."""
    said = {"unbegun_since": since, "step": step, "due_on": due_on, "task_version": 4}
    return reminded(event, 0).model_copy(update=said)


def code_for(email: str, *, lasting: timedelta = timedelta(minutes=10)) -> CodeRequested:
    """Somebody signs in."""
    expires_at: datetime = clock.now() + lasting
    code_id = str(uuid4())
    return CodeRequested(
        code_id=code_id,
        authority="bristol",
        purpose="sign_in",
        person=Contact(email=email),
        code=Seal(SecretStr(CODE_KEY)).close("76850798", code_id),
        expires_at=expires_at,
    )
