"""compose.yaml brought up under a project name of its own, with secrets made for the one run, and taken down again."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from commands.containers import PORTAL_IMAGE
from commands.parts import ports
from commands.parts.instance import ROOT
from tests.support.council import Council
from tests.support.mail import Mail

UP_SECONDS = 600
SCALED = ("tasks", "forms", "notify")
FILES = ("compose.yaml", "tests/containers/compose.test.yaml")


@dataclass(frozen=True)
class Deployment:
    """One running portal; `values` is its environment file."""

    project: str
    values: dict[str, str]
    env_file: Path

    @property
    def gateway(self) -> str:
        """The address that people open."""
        return self.values["PORTAL_PUBLIC_URL"]

    @property
    def mail(self) -> Mail:
        """The mail catcher; only its reading side is open."""
        return Mail("", f"http://127.0.0.1:{self.values['MAIL_PORT']}")

    def council(self, code: str) -> Council:
        """An authority, with what the environment file holds for it."""
        password = json.loads(self.values["COUNCIL_AMQP_PASSWORDS"])[code]
        # A certificate is for names, and the door is on this machine.
        address = self.compose("port", "rabbitmq", "5671").strip().replace("127.0.0.1", "localhost")
        secret = json.loads(self.values["COUNCIL_CLIENT_SECRETS"])[code]
        url = f"amqps://{code}:{password}@{address}/?cafile={self.ca_file}"
        return Council(code, url, self.gateway, code, secret)

    @property
    def ca_file(self) -> Path:
        """What whoever speaks to the broker trusts, as an operator hands it out."""
        file = self.env_file.with_name("ca.pem")
        file.write_text(self.compose("exec", "-T", "rabbitmq", "cat", "/run/ca/ca.pem"), encoding="utf-8")
        return file

    def up(self, *more: str) -> None:
        """Start what does not run; two of each service that may run in any number."""
        two = [word for name in SCALED for word in ("--scale", f"{name}=2")]
        wait = ("--wait", "--wait-timeout", str(UP_SECONDS))
        self.compose("up", "--detach", "--no-build", *two, *wait, *more, timeout=UP_SECONDS + 60)

    def compose(self, *words: str, timeout: float = 120) -> str:
        """Run Compose on this project; what it printed. An error tells what the parts said last."""
        files = [word for name in FILES for word in ("-f", str(ROOT / name))]
        command = [compose_program(), "-p", self.project, "--env-file", str(self.env_file), *files, *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)
        if done.returncode:
            logs = "" if words[0] == "logs" else self.compose("logs", "--no-color", "--tail", "25")
            raise AssertionError(f"compose {' '.join(words)} failed\n{logs}\n{done.stderr[-4000:]}")
        return done.stdout


def compose_program() -> str:
    """The one of the lock file, beside this Python."""
    return str(Path(sys.executable).with_name("docker-compose"))


def write_environment(folder: Path) -> tuple[dict[str, str], Path]:
    """New secrets, by the command that operators use, and free ports."""
    free = ports.pick(("gateway", "mail"), {})
    made = subprocess.run(
        [sys.executable, "-m", "commands.environment", f"http://127.0.0.1:{free['gateway']}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    version = PORTAL_IMAGE.partition(":")[2]
    path = folder / "portal.env"
    path.write_text(
        f"{made}PORTAL_VERSION={version}\nPORTAL_PORT={free['gateway']}\nMAIL_PORT={free['mail']}\n", encoding="utf-8"
    )
    path.chmod(0o600)
    return {name: value or "" for name, value in dotenv_values(path).items()}, path


@contextmanager
def deployed(folder: Path) -> Iterator[Deployment]:
    """Up and healthy; afterwards nothing of it is left."""
    values, path = write_environment(folder)
    # Variables of whoever runs the tests would win over the file.
    for name in values:
        os.environ.pop(name, None)
    portal = Deployment(f"portal-test-{secrets.token_hex(4)}", values, path)
    try:
        portal.up()
        yield portal
    finally:
        portal.compose("down", "--volumes", "--timeout", "20")
