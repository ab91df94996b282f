"""Who is signed in: signs an address out everywhere, at once, and lets no browser in by the password alone any more.

Whoever knows the password and reads the mailbox signs in again.
"""

import argparse
import asyncio
from typing import Any

from commands.parts.inside import inside
from commands.parts.instance import Instance
from commands.parts.options import Options
from commands.parts.trouble import Trouble


def describe(parser: argparse.ArgumentParser) -> None:
    """`./portal sessions end --email ADDRESS`."""
    options = Options(parser)
    verb = options.verb("end", "end every session of an account, every sign-in under way, every trust in a browser")
    verb.add_argument("--email", required=True, help="the account's email address")


def run(arguments: argparse.Namespace) -> int:
    """0 where nobody is signed in to the account any more, whether or not somebody was."""
    status, answer = asyncio.run(_ask(arguments))
    if status == 404:  # noqa: PLR2004 - not found
        raise Trouble(f"No account has the email address {arguments.email}.")
    if status >= 400:  # noqa: PLR2004 - any other refusal
        raise Trouble(str(answer))
    print(f"{arguments.email} is signed out everywhere. Sessions and sign-ins that ended: {answer['ended']}.")
    return 0


async def _ask(arguments: argparse.Namespace) -> tuple[int, Any]:
    async with inside(Instance(arguments.data)) as services:
        return await services.ask("auth", "POST", "/ended-sessions", {"email": arguments.email})
