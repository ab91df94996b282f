"""Some parts of a portal without the rest, under the same supervisor: for tests. Run as a process; SIGTERM stops it."""

import argparse
import asyncio

from commands.parts.instance import Instance, directory
from commands.parts.portal import ENGINES, plan
from commands.parts.run import supervise


def main() -> None:
    """Run the named parts until a signal; the state file tells when they are ready and where they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="+", choices=ENGINES)
    parser.add_argument("--data", type=directory, required=True)
    given = parser.parse_args()
    instance = Instance(given.data)
    with instance.alone():
        instance.prepare(fresh=True)
        what = plan(instance, gateway_port=0, only=given.parts)
        asyncio.run(supervise(what, demo=False, on_complete=lambda: None))


if __name__ == "__main__":
    main()
