"""What every page works with: settings, clients, encryption, limits, and three small caches."""

from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request

from chassis.authorities import Authorities
from chassis.identity import Professional
from chassis.tokens import Verifier
from contracts.api.forms import FormPage
from contracts.api.tasks import GrantView
from services.gateway.kit.cache import LruCache
from services.gateway.kit.clients import (
    AuthClient,
    CouncilMessagesClient,
    DocumentsClient,
    FilesClient,
    FormsClient,
    TasksClient,
)
from services.gateway.kit.encryption import CookieEncryptor
from services.gateway.kit.limits import ClientLimits, client_network
from services.gateway.kit.rendering import PageRenderer
from services.gateway.settings import GatewaySettings


@dataclass(frozen=True)
class Gateway:
    """At `request.app.state.service`."""

    settings: GatewaySettings
    authorities: Authorities
    renderer: PageRenderer
    encryptor: CookieEncryptor
    limits: ClientLimits
    council_tokens: Verifier
    auth: AuthClient
    tasks: TasksClient
    forms: FormsClient
    files: FilesClient
    documents: DocumentsClient
    council: CouncilMessagesClient
    people: LruCache[str, Professional] = field(default_factory=lambda: LruCache(5000))
    """Who a session token belonged to when last asked: a read starts while auth is asked again. Never trusted alone."""
    form_pages: LruCache[tuple[str, str, str], list[FormPage]] = field(default_factory=lambda: LruCache(100))
    """Pages of form versions by owner, form and version; a version never changes."""

    grants: LruCache[tuple[Professional, str], tuple[GrantView, datetime]] = field(
        default_factory=lambda: LruCache(5000)
    )
    """What tasks granted a person on a task when last asked, and when: a save that comes soon after goes by it."""

    @property
    def is_https(self) -> bool:
        """Whether browsers come by https."""
        return self.settings.public_url.startswith("https://")

    def client_key(self, request: Request) -> str:
        """The network that a request comes from, as logs and counts may hold it."""
        return self.encryptor.token("client", client_network(request))
