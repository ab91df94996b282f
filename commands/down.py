"""Stop the portal that `./portal up` started: requests in hand are finished first."""

import argparse
import time

from commands.parts.instance import Instance, add_data_option
from commands.parts.processes import end, is_same
from commands.parts.trouble import Trouble

# The services drain for up to 28 seconds, the engines under them follow.
_PATIENCE_SECONDS = 75.0


def describe(parser: argparse.ArgumentParser) -> None:
    """The options of `./portal down`."""
    add_data_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Stop the supervisor, which stops its parts; then make sure of each part by its own number."""
    instance = Instance(arguments.data)
    state = instance.state()
    if not state:
        print("No portal runs here.")
        return 0
    until = time.monotonic() + _PATIENCE_SECONDS
    if instance.is_held():
        end(state["pid"], state.get("birth"), seconds=_PATIENCE_SECONDS)
    while instance.is_held() and time.monotonic() < until:
        time.sleep(0.1)
    for row in state["parts"].values():
        if is_same(row["pid"], row["birth"]):
            end(row["pid"], row["birth"], seconds=10)
    if instance.is_held():
        raise Trouble(f"The portal did not stop; its supervisor is process {state['pid']}.")
    instance.state_file.unlink(missing_ok=True)
    print("Stopped.")
    return 0
