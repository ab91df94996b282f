"""Collects every service's subscriptions into the broker's definitions. `python -m commands.topology` prints them.

With --users, passwords are read from standard input as a JSON object {user: password}.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chassis.authorities import Authorities
from chassis.messaging import Subscription
from chassis.topology import definitions
from contracts.registry import broker_users, stored


def subscriptions() -> dict[str, Sequence[Subscription[Any, Any]]]:
    """What each service hears, from the table at the bottom of its handlers."""
    found: dict[str, Sequence[Subscription[Any, Any]]] = {}
    for service in stored():
        try:
            handlers = importlib.import_module(f"services.{service}.handlers")
        except ModuleNotFoundError as error:
            if error.name not in {f"services.{service}.handlers", f"services.{service}"}:
                raise
            found[service] = ()  # a service that listens to nothing has no handlers
        else:
            found[service] = handlers.subscriptions
    return found


def users(authorities: Authorities) -> list[str]:
    """Every broker user: the services, the operator, the councils."""
    return [*broker_users(), *authorities.codes]


def broker_definitions(authorities: Authorities, passwords: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The definitions of this deployment."""
    return definitions(subscriptions(), authorities.codes, passwords)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the definitions."""
    parser = argparse.ArgumentParser(prog="python -m commands.topology", description=__doc__)
    parser.add_argument("--users", action="store_true", help="with users; passwords come on standard input")
    parser.add_argument("--authorities", type=Path, default=Path("deploy/authorities"))
    options = parser.parse_args(arguments)
    passwords = json.load(sys.stdin) if options.users else None
    json.dump(
        broker_definitions(Authorities.load(options.authorities), passwords), sys.stdout, indent=1, sort_keys=True
    )
    print()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
