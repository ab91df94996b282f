"""What every page works with: settings, clients, seals, limits, and two small memories."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from chassis.authorities import Authorities
from chassis.identity import Professional
from chassis.tokens import Verifier
from contracts.api.forms import FormPage
from services.gateway.kit.assets import Statics
from services.gateway.kit.clients import (
    AuthClient,
    CouncilClient,
    DocumentsClient,
    FilesClient,
    FormsClient,
    TasksClient,
)
from services.gateway.kit.encryption import Seals
from services.gateway.kit.limits import ClientLimits
from services.gateway.settings import GatewaySettings

Key = TypeVar("Key")
Kept = TypeVar("Kept")


class Memory(Generic[Key, Kept]):
    """The last few things by key; whatever is not in it is asked for again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def get(self, key: Key) -> Kept | None:
        """What was kept, or None."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: Key, value: Kept) -> None:
        """Keeps it; the one not used for longest goes."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, key: Key) -> None:
        """Forgets it."""
        self._kept.pop(key, None)


@dataclass(frozen=True)
class Gateway:
    """At `request.app.state.service`."""

    settings: GatewaySettings
    authorities: Authorities
    statics: Statics
    seals: Seals
    limits: ClientLimits
    council_tokens: Verifier
    auth: AuthClient
    tasks: TasksClient
    forms: FormsClient
    files: FilesClient
    documents: DocumentsClient
    council: CouncilClient
    people: Memory[str, Professional] = field(default_factory=lambda: Memory(5000))
    """Who a session token belonged to when last asked: a read starts while auth is asked again. Never trusted alone."""
    form_pages: Memory[tuple[str, str, str], list[FormPage]] = field(default_factory=lambda: Memory(100))
    """Pages of form versions by owner, form and version; a version never changes."""

    @property
    def is_https(self) -> bool:
        """Whether browsers come by https."""
        return self.settings.public_url.startswith("https://")
