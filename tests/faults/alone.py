"""A gateway alone, as a process of its own: for attacks that need nobody behind it. Ends with the test."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from chassis.tokens import public_key_of
from commands.parts.instance import ROOT
from commands.parts.ports import pick
from commands.parts.services import _command
from contracts.registry import stored
from tests.support.eventually import wait_until
from tests.support.service import new_key

NOWHERE = "http://127.0.0.1:9"


@dataclass
class Alone:
    """The running process: where it is, how much memory it has taken at most, what it has logged."""

    port: int
    process: "subprocess.Popen[bytes]"
    log: Path
    secret: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def peak_mb(self) -> float:
        """The most memory that it ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def open_files(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))


@dataclass
class Stalls:
    """Asks /livez all the time from a thread of its own; `longest` is its slowest answer meanwhile."""

    url: str
    longest: float = 0.0
    asked: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator["Stalls"]:
        thread = threading.Thread(target=self._ask, daemon=True)
        thread.start()
        wait_until(lambda: self.asked > 2, within=30)
        self.longest = 0.0
        try:
            yield self
            asked = self.asked
            wait_until(lambda: self.asked > asked + 1, within=60)
        finally:
            self._over.set()
            thread.join()

    def _ask(self) -> None:
        with httpx2.Client(timeout=60) as client:
            while not self._over.is_set():
                began = time.perf_counter()
                client.get(f"{self.url}/livez").raise_for_status()
                self.longest = max(self.longest, time.perf_counter() - began)
                self.asked += 1
                time.sleep(0.005)


@contextmanager
def gateway(folder: Path, **extra: str) -> Iterator[Alone]:
    """Started as `./portal up` starts it; the services that it names do not exist."""
    port, secret = pick(["gateway"], {})["gateway"], new_key()
    settings = {
        "GATEWAY_SERVICE_URLS": json.dumps(dict.fromkeys(stored(), NOWHERE)),
        "GATEWAY_SIGNING_KEY": new_key(),
        "GATEWAY_AUTH_PUBLIC_KEY": public_key_of(new_key()),
        "GATEWAY_SECRET": secret,
        "GATEWAY_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORTAL_ENV": "test",
    }
    log = folder / "gateway.log"
    command = [
        word for word in _command("gateway", port) if word != "--no-proxy-headers" or "FORWARDED_ALLOW_IPS" not in extra
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **settings, **extra}, stdout=output, stderr=output
        )
    alone = Alone(port, process, log, secret)
    try:
        with httpx2.Client() as client:
            wait_until(lambda: _lives(client, alone.url), within=60)
        yield alone
    finally:
        process.terminate()
        process.wait(40)


def _lives(client: httpx2.Client, url: str) -> bool:
    try:
        return client.get(f"{url}/livez").status_code == 200
    except httpx2.TransportError:
        return False
