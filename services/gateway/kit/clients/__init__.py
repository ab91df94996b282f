"""The services behind the gateway, asked over HTTP: who asks is signed, every wait has an end."""

from services.gateway.kit.clients.auth import AuthClient, RequestOrigin
from services.gateway.kit.clients.council import CouncilMessagesClient
from services.gateway.kit.clients.documents import DocumentsClient
from services.gateway.kit.clients.files import FilesClient
from services.gateway.kit.clients.forms import FormsClient
from services.gateway.kit.clients.tasks import TasksClient
from services.gateway.kit.clients.transport import Download, IdentityTokenCache, Principal, Transport

__all__ = [
    "AuthClient",
    "CouncilMessagesClient",
    "DocumentsClient",
    "Download",
    "FilesClient",
    "FormsClient",
    "IdentityTokenCache",
    "Principal",
    "RequestOrigin",
    "TasksClient",
    "Transport",
]
