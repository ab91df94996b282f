"""The services behind the gateway, asked over HTTP: who asks is signed, every wait has an end."""

from services.gateway.kit.clients.auth import AuthClient, Caller
from services.gateway.kit.clients.council import CouncilClient
from services.gateway.kit.clients.documents import DocumentsClient
from services.gateway.kit.clients.files import FilesClient
from services.gateway.kit.clients.forms import FormsClient
from services.gateway.kit.clients.tasks import TasksClient
from services.gateway.kit.clients.transport import Asker, Download, Identities, Transport

__all__ = [
    "Asker",
    "AuthClient",
    "Caller",
    "CouncilClient",
    "DocumentsClient",
    "Download",
    "FilesClient",
    "FormsClient",
    "Identities",
    "TasksClient",
    "Transport",
]
