"""Messages that could not be handled: look at them, mend them, send them again, or drop them.

A dead letter is named by its message id, or all of a queue by the queue's name. Looking changes nothing.
"""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from chassis.sealing import NotOpened
from chassis.shared_keys import BodySeal
from commands.parts.dead_letters import DeadLetter, chosen, opened
from commands.parts.instance import Instance, State
from commands.parts.options import Options
from commands.parts.secrets import keys_of
from commands.parts.table import print_rows
from commands.parts.trouble import Trouble
from commands.topology import subscriptions

_COLUMNS = ("queue", "message_id", "type", "code", "reason", "attempts", "first_seen")
_VERBS = {
    "list": "what is there",
    "show": "a message whole, body and all",
    "replay": "send to the queue where it died, as a first attempt",
    "drop": "remove for good",
}


def describe(parser: argparse.ArgumentParser) -> None:
    """`./portal dead list|show|replay|drop`."""
    options = Options(parser)
    options.add("--json", action="store_true", default=False, help="for programs")
    options.add("--limit", type=int, default=1000, help="how many to read of each queue (default: 1000)")
    for verb, does in _VERBS.items():
        one = options.verb(verb, does)
        one.add_argument("which", nargs="*", help="message ids or names of queues")
        one.add_argument("--all", action="store_true", help="every dead letter")
        if verb == "replay":
            one.add_argument("--body", type=Path, help="a file with the mended body, for one message")


def run(arguments: argparse.Namespace) -> int:
    """Do it, and print the rows that it was done to."""
    instance = Instance(arguments.data)
    state, keys = instance.running(), keys_of(instance)
    if arguments.verb != "list" and not arguments.which and not arguments.all:
        raise Trouble("Which? Name message ids or queues, or say --all.")
    rows = asyncio.run(_do(state, BodySeal(SecretStr(keys["EVENTS_KEY"])), arguments))
    if arguments.json or arguments.verb == "show":
        print(json.dumps(rows, indent=2))
    else:
        print_rows(rows, _COLUMNS, none="No dead letters.")
    return 0 if rows or arguments.verb == "list" else 1


async def _do(state: State, bodies: BodySeal, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    queues = [subscription.queue for own in subscriptions().values() for subscription in own]
    everything = arguments.all or (arguments.verb == "list" and not arguments.which)
    is_meant = chosen(arguments.which, everything=everything)
    async with opened(state["amqp"]["url"], queues) as morgue:
        letters = [letter async for letter in morgue.read(arguments.limit) if is_meant(letter)]
        match arguments.verb:
            case "show":
                return [_whole(letter, bodies) for letter in letters]
            case "replay":
                body = _mended(arguments.body, len(letters))
                for letter in letters:
                    await morgue.replay(letter, body and bodies.seal(body, "", letter.raw.type or ""))
            case "drop":
                for letter in letters:
                    await letter.raw.ack()
    return [letter.row for letter in letters]


def _whole(letter: DeadLetter, bodies: BodySeal) -> dict[str, Any]:
    try:
        text = bodies.open(letter.raw.body, letter.raw.type or "").decode(errors="replace")
    except NotOpened:
        text = "(sealed with a key that is not here)"
    try:
        body = json.loads(text)
    except ValueError:
        body = text
    headers = {
        name: value if isinstance(value, int | str) else str(value) for name, value in letter.raw.headers.items()
    }
    return {**letter.row, "user_id": letter.raw.user_id, "headers": headers, "body": body}


def _mended(file: Path | None, count: int) -> bytes | None:
    if file is None:
        return None
    if count != 1:
        raise Trouble(f"--body mends one message; this names {count}.")
    return file.read_bytes()
