"""A small key service on loopback: the part of Vault's transit interface that the portal speaks, with real AES-GCM.

As there, what is encrypted first makes its key, where the token may create one; anything else knows no such key.
"""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from commands.parts.ports import pick
from tests.support.eventually import eventually

TOKEN = "a-token"


class KeyService:
    """Versions of keys by name; what is asked while it is away gets no answer that helps."""

    def __init__(self) -> None:
        self.keys: dict[str, list[bytes]] = {}
        self.is_away = False
        self.may_create = True
        self.asked = 0
        self.url = ""

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/transit/encrypt/{key}", self._door(self._encrypt, self._create), methods=["POST"]),
                Route("/v1/transit/decrypt/{key}", self._door(self._decrypt, _no_key), methods=["POST"]),
                Route("/v1/transit/keys/{key}", self._door(self._look, _not_there)),
                Route("/v1/transit/keys/{key}/rotate", self._door(self._rotate, _no_key), methods=["POST"]),
            ]
        )

    def _door(
        self, answers: Callable[[list[bytes], dict[str, str]], Response], unknown: Callable[[str], Response | None]
    ) -> Any:
        async def door(request: Request) -> Response:
            self.asked += 1
            if self.is_away:
                return Response(status_code=503)
            if request.headers.get("x-vault-token") != TOKEN:
                return JSONResponse({"errors": ["permission denied"]}, 403)
            body, name = await request.json() if await request.body() else {}, request.path_params["key"]
            if name not in self.keys and (refusal := unknown(name)):
                return refusal
            return answers(self.keys[name], body)

        return door

    def _create(self, name: str) -> Response | None:
        if not self.may_create:
            return JSONResponse({"errors": ["permission denied"]}, 403)
        self.keys[name] = [os.urandom(32)]
        return None

    @staticmethod
    def _encrypt(versions: list[bytes], body: dict[str, str]) -> Response:
        nonce = os.urandom(12)
        text, about = base64.b64decode(body["plaintext"]), base64.b64decode(body["associated_data"])
        sealed = base64.b64encode(nonce + AESGCM(versions[-1]).encrypt(nonce, text, about)).decode()
        return JSONResponse({"data": {"ciphertext": f"vault:v{len(versions)}:{sealed}"}})

    @staticmethod
    def _decrypt(versions: list[bytes], body: dict[str, str]) -> Response:
        _, version, sealed = body["ciphertext"].split(":")
        raw, about = base64.b64decode(sealed), base64.b64decode(body["associated_data"])
        try:
            text = AESGCM(versions[int(version[1:]) - 1]).decrypt(raw[:12], raw[12:], about)
        except InvalidTag:
            return JSONResponse({"errors": ["cipher: message authentication failed"]}, 400)
        return JSONResponse({"data": {"plaintext": base64.b64encode(text).decode()}})

    @staticmethod
    def _look(versions: list[bytes], _: dict[str, str]) -> Response:
        return JSONResponse({"data": {"latest_version": len(versions)}})

    @staticmethod
    def _rotate(versions: list[bytes], _: dict[str, str]) -> Response:
        versions.append(os.urandom(32))
        return Response(status_code=204)


def _no_key(_: str) -> Response:
    return JSONResponse({"errors": ["encryption key not found"]}, 400)


def _not_there(_: str) -> Response:
    return JSONResponse({"errors": []}, 404)


@asynccontextmanager
async def key_service() -> AsyncIterator[KeyService]:
    """One that answers."""
    service = KeyService()
    port = pick(["keys"], {})["keys"]
    service.url = f"http://127.0.0.1:{port}/v1/transit"
    server = uvicorn.Server(uvicorn.Config(service.app(), port=port, log_level="critical"))
    serving = asyncio.create_task(server.serve())
    try:
        await eventually(lambda: server.started)
        yield service
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await serving
