"""Options that count before and after a command's verb alike: `dead --data X list` is `dead list --data X`."""

import argparse
from typing import Any

from commands.parts.instance import DEFAULT_DATA, directory


class Options:
    """A command with verbs, and the options that all of them share."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parser = parser
        self._again = argparse.ArgumentParser(add_help=False)
        self._verbs: Any = None
        self.add("--data", type=directory, default=DEFAULT_DATA, help="its data directory (default: .portal/)")

    def add(self, name: str, *, default: Any, **how: Any) -> None:
        """One option for all verbs; to be called before the first `verb`."""
        self._parser.add_argument(name, default=default, **how)
        # Unset behind the verb must not undo what stands before it.
        self._again.add_argument(name, default=argparse.SUPPRESS, **how)

    def verb(self, name: str, does: str) -> argparse.ArgumentParser:
        """One verb; its own arguments are added to what this returns."""
        if self._verbs is None:
            self._verbs = self._parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        parser: argparse.ArgumentParser = self._verbs.add_parser(
            name, help=does, description=does, parents=[self._again]
        )
        return parser
