"""The certificates of a deployment, and what the portal's own connections make of them."""

import ssl
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from chassis.database import Database
from chassis.outbox import Publisher
from chassis.tokens import Signer
from commands.parts.secrets import base64url
from deploy.certificates.prepare import RENEWED_BEFORE_END, SERVER_LIFE, prepare
from services.gateway.kit.clients import IdentityTokenCache, Transport
from tests.support.eventually import WITHIN_SECONDS, eventually
from tests.support.sealing import NO_COUNCIL_KEYS

NOW = datetime.now(UTC)


def contents(
    folder: Path, files: Iterable[str] = ("ca/ca.pem", "mongo/server.pem", "rabbitmq/server.pem")
) -> list[bytes]:
    return [(folder / file).read_bytes() for file in files]


def test_a_second_run_keeps_what_the_first_one_made(tmp_path: Path) -> None:
    ends = prepare(tmp_path, ["rabbitmq", "mongo"], NOW)
    made = contents(tmp_path)
    assert prepare(tmp_path, ["rabbitmq", "mongo"], NOW + RENEWED_BEFORE_END - timedelta(days=1)) == ends
    assert contents(tmp_path) == made


def test_what_ends_within_a_year_is_made_anew_by_the_same_ca(tmp_path: Path) -> None:
    prepare(tmp_path, ["rabbitmq", "mongo"], NOW)
    ca, *servers = contents(tmp_path)
    later = NOW + SERVER_LIFE - RENEWED_BEFORE_END + timedelta(days=1)
    ends = prepare(tmp_path, ["rabbitmq", "mongo"], later)
    assert min(ends.values()) > later + RENEWED_BEFORE_END
    same_ca, *fresh = contents(tmp_path)
    assert same_ca == ca
    assert not set(fresh) & set(servers)


@pytest.mark.parametrize("lost", ["ca/ca.pem", "ca-key/key.pem"])
def test_with_a_new_ca_every_server_gets_a_new_certificate(tmp_path: Path, lost: str) -> None:
    prepare(tmp_path, ["rabbitmq", "mongo"], NOW)
    before = contents(tmp_path)
    (tmp_path / lost).write_bytes(b"")
    prepare(tmp_path, ["rabbitmq", "mongo"], NOW)
    assert not set(contents(tmp_path)) & set(before)


def test_keys_are_for_their_servers_and_for_nobody_else(tmp_path: Path) -> None:
    prepare(tmp_path, ["rabbitmq"], NOW)
    modes = {str(file.relative_to(tmp_path)): file.stat().st_mode & 0o777 for file in tmp_path.rglob("*.pem")}
    assert modes == {"ca/ca.pem": 0o644, "ca-key/key.pem": 0o600, "rabbitmq/server.pem": 0o640}


@contextmanager
def listening(folder: Path, name: str) -> Iterator[tuple[int, list[bytes]]]:
    """Somebody with that certificate, who notes what is said to them first and hangs up."""
    heard: list[bytes] = []
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(folder / name / "server.pem")

    class Listener(BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(WITHIN_SECONDS)
            with suppress(OSError), tls.wrap_socket(self.request, server_side=True) as connection:
                heard.append(connection.recv(8))

    with ThreadingTCPServer(("127.0.0.1", 0), Listener) as server:
        Thread(target=server.serve_forever).start()
        try:
            yield server.server_address[1], heard
        finally:
            server.shutdown()


async def publish(port: int, ca: Path) -> None:
    publisher = Publisher(
        f"amqps://tasks:secret@localhost:{port}/?cafile={ca}", user="tasks", service="tasks", councils=NO_COUNCIL_KEYS
    )
    try:
        await publisher.publish(b"{}", exchange="", routing_key="q", message_id="1", type="t")
    finally:
        await publisher.close()


async def find(port: int, ca: Path) -> None:
    database = Database.open(f"mongodb://localhost:{port}/?tls=true&tlsCAFile={ca}", "test")
    try:
        await database.collection("things").find_one({})
    finally:
        database.close()


async def fetch(port: int, ca: Path) -> None:
    identities = IdentityTokenCache(Signer(base64url(bytes(range(32))), issuer="gateway"))
    transport = Transport({"tasks": f"https://localhost:{port}"}, identities, ca)
    try:
        await transport.ask("tasks", "GET", "/tasks", None)
    finally:
        await transport.close()


def whole(error: BaseException | None) -> str:
    """An error and what was behind it."""
    return f"{error!r} {whole(error.__cause__ or error.__context__)}" if error else ""


@pytest.mark.parametrize("ask", [publish, find, fetch], ids=["broker", "database", "service"])
@pytest.mark.parametrize(("whose", "outcome"), [("ours", "spoken to"), ("another", "CERTIFICATE_VERIFY_FAILED")])
async def test_only_a_server_of_the_known_ca_is_spoken_to(
    tmp_path: Path, ask: Callable[[int, Path], Awaitable[None]], whose: str, outcome: str
) -> None:
    for folder in ("ours", "another"):
        prepare(tmp_path / folder, ["rabbitmq"], NOW)
    with listening(tmp_path / "ours", "rabbitmq") as (port, heard):

        async def asked() -> bool:
            with pytest.raises(Exception) as failed:  # noqa: PT011 - nobody answers; each client says so in its own way
                await ask(port, tmp_path / whose / "ca/ca.pem")
            return outcome in ("spoken to" if any(heard) else whole(failed.value))

        await eventually(asked)
    assert any(heard) == (whose == "ours")
