"""The local mail catcher as a part. What it does is in `commands.parts.mailbox`."""

import sys
from collections.abc import Mapping

from commands.parts.instance import ROOT, Instance
from commands.parts.part import Part


def part(instance: Instance, ports: Mapping[str, int]) -> Part:
    """The mail catcher: SMTP on one port, Mailpit's API on the other."""
    home = instance.data / "mail"
    home.mkdir(exist_ok=True)
    options = {"--smtp-port": str(ports["smtp"]), "--http-port": str(ports["mail"]), "--data": str(home)}
    url = f"http://127.0.0.1:{ports['mail']}"
    return Part(
        name="mail",
        command=(sys.executable, "-m", "commands.parts.mailbox", *(word for pair in options.items() for word in pair)),
        url=url,
        probe=f"{url}/readyz",
        cwd=ROOT,
    )
