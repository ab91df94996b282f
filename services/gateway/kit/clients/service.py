"""What the clients share: each asks one service, and reads its answers as the contracts have them."""

from collections.abc import Mapping
from typing import ClassVar, TypedDict, TypeVar, Unpack

from pydantic import BaseModel

from chassis import loop
from services.gateway.kit.clients.transport import Principal, Transport

Answer = TypeVar("Answer", bound=BaseModel)


class RequestParts(TypedDict, total=False):
    """What a request may have beside its address and who asks."""

    grant: str
    body: BaseModel
    headers: Mapping[str, str]
    slow: bool


class ServiceClient:
    """One service, asked through the transport."""

    service: ClassVar[str]

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def _ask(
        self,
        answer: type[Answer],
        method: str,
        path: str,
        principal: Principal = None,
        **request: Unpack[RequestParts],
    ) -> Answer:
        """What the service answers."""
        content = await self._transport.ask(self.service, method, path, principal, **request)
        return await loop.work(len(content), answer.model_validate_json, content)

    async def _call(self, method: str, path: str, principal: Principal = None, **request: Unpack[RequestParts]) -> None:
        """What is answered by its success alone."""
        await self._transport.ask(self.service, method, path, principal, **request)
