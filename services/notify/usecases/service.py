"""What the use cases work with, and the queue: the deliveries that this process has taken on and not yet sent."""

import asyncio
import time
from dataclasses import dataclass, field
from itertools import count

from chassis.authorities import Authorities
from chassis.erasure import Erasing
from chassis.schedule import Schedule
from chassis.shared_keys import Seal, Tickets
from services.notify.clients import Provider
from services.notify.model import EmailDelivery, EmailTemplates
from services.notify.store import Stores

ROOM = 40
"""More than this waits in the database, where any process may take it."""


class SendQueue:
    """A bounded queue in memory, the urgent first. Nothing is lost with it: the database owes it all the same."""

    def __init__(self) -> None:
        self._waiting: asyncio.PriorityQueue[tuple[int, int, float, EmailDelivery]] = asyncio.PriorityQueue()
        self._order = count()
        self._held: set[str] = set()
        self.is_open = False
        """Whether somebody works it."""

    @property
    def room(self) -> int:
        """How many more it takes."""
        return max(0, ROOM - len(self._held)) if self.is_open else 0

    def put(self, delivery: EmailDelivery, until: float) -> bool:
        """Takes a delivery on, to be started before `until` (monotonic seconds); False where nobody works here."""
        if self.is_open and delivery.delivery_id not in self._held:
            self._held.add(delivery.delivery_id)
            self._waiting.put_nowait((delivery.urgency, next(self._order), until, delivery))
        return self.is_open

    async def take(self) -> EmailDelivery:
        """The next one whose time has not passed."""
        while True:
            _, _, until, delivery = await self._waiting.get()
            if time.monotonic() < until:
                return delivery
            self.done(delivery)

    def done(self, delivery: EmailDelivery) -> None:
        """It is out of this process's hands."""
        self._held.discard(delivery.delivery_id)

    def empty(self) -> list[EmailDelivery]:
        """Everything that nobody has begun."""
        left = []
        while not self._waiting.empty():
            left.append(self._waiting.get_nowait()[-1])
        return left


@dataclass(frozen=True, slots=True)
class NotifyService:
    """The service: what a use case needs at hand."""

    stores: Stores
    provider: Provider
    templates: EmailTemplates
    authorities: Authorities
    seal: Seal
    erasing: Erasing
    schedule: Schedule
    tickets: Tickets
    """Of the way back from digests, which auth reads."""
    report_domain: str = ""
    """Where reports of undelivered emails come; none, and they go to whom the email was from."""
    queue: SendQueue = field(default_factory=SendQueue)
