"""Finds the command and runs it. Each module has `describe(parser)` and `run(arguments)`; no command lives here."""

import argparse
import importlib
import os
import sys
from types import ModuleType

from commands.parts.trouble import Trouble

COMMANDS = {
    "up": "start everything on this machine",
    "down": "stop it",
    "status": "what runs, where, and how to sign in",
    "test": "run the tests",
    "check": "format, lint, types, import rules, unit and contract tests",
    "bench": "measure, each figure beside its floor",
    "forms": "form definitions: list, add, check",
    "messages": "write schemas, catalogue, AsyncAPI and broker definitions anew",
    "council": "a council's side, from the shell",
    "erase": "the end of a delegation's data, at once; legal holds",
    "sessions": "sign an address out everywhere",
    "keys": "wrapping keys: rotate those of an authority",
    "dead": "messages that could not be handled: look, mend, send again",
    "outbox": "facts written down and not yet told",
}


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    name = arguments[0] if arguments else ""
    if name not in COMMANDS:
        lines = "\n".join(f"  {command:<10} {summary}" for command, summary in COMMANDS.items())
        print(f"There is no command `{name}`. The commands are:\n{lines}", file=sys.stderr)
        return 2
    module = importlib.import_module(f"commands.{name}")
    parser = argparse.ArgumentParser(prog=f"./portal {name}", description=module.__doc__)
    module.describe(parser)
    try:
        return int(module.run(_parsed(module, parser, arguments[1:])) or 0)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1


def _parsed(module: ModuleType, parser: argparse.ArgumentParser, words: list[str]) -> argparse.Namespace:
    """The arguments; a command that hands its words on to another program gets them as they are."""
    if getattr(module, "PASSES_ON", False) and not {"-h", "--help"} & set(words):
        return argparse.Namespace(rest=words)
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
