"""The mail catcher as its own process, for the tests that send mail."""

import json
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 20


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return cast(int, probe.getsockname()[1])


@dataclass
class MailCatcher:
    """A running catcher, and how to stop and start it again on the same ports."""

    data: Path
    smtp_port: int
    http_port: int
    kept: int = 5_000
    process: subprocess.Popen[bytes] | None = None

    @property
    def smtp_url(self) -> str:
        """Where to send."""
        return f"smtp://127.0.0.1:{self.smtp_port}"

    def start(self) -> None:
        """Run the process and wait until it answers."""
        ports = ["--smtp-port", str(self.smtp_port), "--http-port", str(self.http_port)]
        command = [
            sys.executable,
            "-m",
            "commands.parts.mailbox",
            *ports,
            "--data",
            str(self.data),
            "--keep",
            str(self.kept),
        ]
        self.process = subprocess.Popen(command, cwd=ROOT)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.text("/readyz")
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)
            self.process = None

    def text(self, path: str, method: str = "GET", body: object = None) -> str:
        """Ask the catcher's API."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.http_port}{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return cast(bytes, answer.read()).decode()

    def json(self, path: str, method: str = "GET", body: object = None) -> dict[str, Any]:
        """Ask the catcher's API for JSON."""
        return cast(dict[str, Any], json.loads(self.text(path, method, body)))

    def sent_to(self, address: str) -> list[dict[str, Any]]:
        """Every message to this address, whole, oldest first."""
        query = urllib.parse.quote(f"to:{address}")
        rows = self.json(f"/api/v1/search?query={query}&limit=1000")["messages"]
        return [self.json(f"/api/v1/message/{row['ID']}") for row in reversed(rows)]
