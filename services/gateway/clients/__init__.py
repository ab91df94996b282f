"""The services behind the gateway, asked over HTTP: who asks is signed, every wait has an end."""

from services.gateway.clients.auth import AuthClient, Caller
from services.gateway.clients.council import CouncilClient
from services.gateway.clients.documents import DocumentsClient
from services.gateway.clients.files import FilesClient
from services.gateway.clients.forms import FormsClient
from services.gateway.clients.tasks import TasksClient
from services.gateway.clients.transport import Asker, Download, Identities, Transport

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
