"""A whole private portal for tests, started the way a person starts one: `./portal up`."""

import asyncio
import json
import os
import signal
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from chassis.shared_keys import BodySeal
from commands.parts.instance import Instance
from commands.parts.part import is_ready
from commands.parts.ports import pick
from commands.parts.processes import is_same
from commands.parts.secrets import keys_of
from tests.support.engines import ROOT
from tests.support.eventually import wait_until
from tests.support.mail import Mail

_COMMAND_SECONDS = 330


@dataclass
class Portal:
    """One instance: its own data directory, its own ports, a clock that tests move."""

    data: Path
    port: int
    extra: dict[str, str]
    replicas: int = 1

    @classmethod
    def at(cls, data: Path, *, replicas: int = 1, **extra: str) -> "Portal":
        """A portal that is not started yet; `extra` goes into its environment."""
        return cls(data, pick(["gateway"], {})["gateway"], extra, replicas)

    @property
    def gateway(self) -> str:
        """The address of its pages."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def clock_file(self) -> Path:
        """What every service adds to its clock."""
        return self.data / "clock"

    @property
    def bodies(self) -> BodySeal:
        """What opens the messages of its services."""
        return BodySeal(SecretStr(keys_of(Instance(self.data))["EVENTS_KEY"]))

    @property
    def mail(self) -> Mail:
        """Its mail catcher."""
        return Mail(**self.addresses["mail"])

    def command(self, *words: str, given: str | None = None, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run `./portal ...` about this instance."""
        name, *rest = words
        environment = {
            **os.environ,
            "PORTAL_ENV": "test",
            "PORTAL_CLOCK_FILE": str(self.clock_file),
            **self.extra,
        }
        done = subprocess.run(
            [str(ROOT / "portal"), name, "--data", str(self.data), *rest],
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        assert not check or done.returncode == 0, f"./portal {' '.join(words)}: {done.stdout}\n{done.stderr}"
        return done

    def up(self, *, demo: bool = False) -> None:
        """Start it and wait until it is ready."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.set_clock("PT0S")
        options = ["--port", str(self.port), "--replicas", str(self.replicas), "--detach"]
        self.command("up", *options, *([] if demo else ["--no-demo"]))

    def down(self) -> None:
        """Stop it."""
        self.command("down")

    def status(self) -> dict[str, Any]:
        """What `./portal status --json` says."""
        return dict(json.loads(self.command("status", "--json", check=False).stdout))

    @cached_property
    def addresses(self) -> dict[str, Any]:
        """The same, asked once: where everything is stays as it was, and each time costs a process."""
        return self.status()

    def wait_until_ready(self, *, within: float = 60) -> None:
        """Wait until every part takes work again."""
        wait_until(lambda: all(asyncio.run(is_ready(row["probe"])) for row in self.parts().values()), within=within)

    def set_clock(self, duration: str) -> None:
        """Move every service's clock: `P31D` is 31 days from now."""
        self.clock_file.write_text(duration)

    def kill(self, part: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a part; return the process that it hit."""
        pid = int(self.parts()[part]["pid"])
        os.kill(pid, number)
        return pid

    def parts(self) -> dict[str, dict[str, Any]]:
        """Every process under its supervisor, the scanner and the mail catcher too."""
        return dict(Instance(self.data).state()["parts"])

    def lives(self, rows: dict[str, dict[str, Any]]) -> list[str]:
        """Which of these processes still run."""
        return [name for name, row in rows.items() if is_same(row["pid"], row["birth"])]
