"""The local mail catcher as a part. What it does is in `commands.parts.mailbox`."""

import re
import sys
from collections.abc import Mapping

from commands.parts.instance import ROOT, Instance
from commands.parts.part import Part

# On a line of its own: the addresses of other emails hold eight digits in a row now and then.
_CODE = re.compile(r"^\s*(\d{4}) ?(\d{4})\s*$", re.MULTILINE)


def code_in(text: str) -> str | None:
    """The eight digits that an email tells; None where it tells none."""
    found = _CODE.search(text)
    return "".join(found.groups()) if found else None


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
