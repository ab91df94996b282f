"""The end of a delegation's data, at once: every service destroys its key and what it kept. A legal hold keeps it.

What is left are ids and times. Backups from before can be read no more, where the keys are backed up apart.
"""

import argparse
import asyncio
from urllib.parse import quote

from commands.parts.inside import inside
from commands.parts.instance import Instance, add_data_option
from commands.parts.trouble import Trouble

_DOORS = {"erase": ("PUT", "erasures"), "hold": ("PUT", "holds"), "release": ("DELETE", "holds")}
_DONE = {
    "erase": "is being erased: the council is told when every service has done so.",
    "hold": "is on hold: nothing of it is erased.",
    "release": "is on hold no longer.",
}


def describe(parser: argparse.ArgumentParser) -> None:
    """The options of `./portal erase`."""
    add_data_option(parser)
    parser.add_argument("--authority", required=True, help="whose delegation it is")
    parser.add_argument("--delegation", required=True, help="its delegation_id, as the council knows it")
    holding = parser.add_mutually_exclusive_group()
    holding.add_argument("--hold", dest="verb", action="store_const", const="hold", help="keep it (a legal hold)")
    holding.add_argument("--release", dest="verb", action="store_const", const="release", help="end a legal hold")


def run(arguments: argparse.Namespace) -> int:
    """0 where it is done or was done before."""
    verb = arguments.verb or "erase"
    status, answer = asyncio.run(_ask(arguments, *_DOORS[verb]))
    if status == 409:  # noqa: PLR2004 - a conflict
        raise Trouble(f"{arguments.delegation} is on hold. End that first, with --release.")
    if status == 404:  # noqa: PLR2004 - not found
        raise Trouble(f"{arguments.authority} has no delegation {arguments.delegation}.")
    if status >= 400:  # noqa: PLR2004 - any other refusal
        raise Trouble(str(answer))
    print(f"{arguments.delegation} {_DONE[verb]}")
    return 0


async def _ask(arguments: argparse.Namespace, method: str, door: str) -> tuple[int, object]:
    async with inside(Instance(arguments.data)) as services:
        path = f"/{door}/{quote(arguments.delegation, safe='')}"
        return await services.ask("tasks", method, path, authority=arguments.authority)
