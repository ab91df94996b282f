"""Writes the definitions that the broker loads at its start, with users whose passwords come from the environment.

    python -m deploy.rabbitmq.prepare FILE

Not here: which exchanges, queues and rights there are (chassis.topology, commands.topology).
"""
# ruff: noqa: INP001 - a job of its own, imported by nobody

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from chassis.authorities import Authorities
from commands.topology import broker_definitions
from contracts.registry import OPERATOR, stored

AUTHORITIES = Path("deploy/authorities")


def passwords(environment: Mapping[str, str]) -> dict[str, str]:
    """By user: the services' and the operator's from a variable each, the councils' from one JSON object."""
    own = {service: environment[f"{service.upper()}_AMQP_PASSWORD"] for service in stored()}
    return {**json.loads(environment["COUNCIL_AMQP_PASSWORDS"]), **own, OPERATOR: environment["OPERATOR_AMQP_PASSWORD"]}


def main(target: Path) -> None:
    """Write the document whole, or not at all."""
    document = broker_definitions(Authorities.load(AUTHORITIES), passwords(os.environ))
    fresh = target.with_suffix(".new")
    fresh.write_text(json.dumps(document), encoding="utf-8")
    fresh.replace(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
