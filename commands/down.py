"""Stop the portal that `./portal up` started: requests in hand are finished first."""

import argparse
import time

from commands.parts.instance import Instance, State, add_data_option
from commands.parts.processes import end, end_all
from commands.parts.trouble import Trouble

# The services drain for up to 28 seconds, the engines under them follow.
_PATIENCE_SECONDS = 75.0
_LAST_SECONDS = 10.0


def describe(parser: argparse.ArgumentParser) -> None:
    """The options of `./portal down`."""
    add_data_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Stop the supervisor, which stops its parts; then make sure of each part by its own number."""
    instance = Instance(arguments.data)
    state = _state(instance)
    if not state:
        print("No portal runs here.")
        return 0
    if instance.is_held():
        end(state["pid"], state["birth"], seconds=_PATIENCE_SECONDS)
    end_all(state["parts"].values(), seconds=_LAST_SECONDS)
    if instance.is_held():
        raise Trouble(f"The portal did not stop; its supervisor is process {state['pid']}.")
    instance.state_file.unlink(missing_ok=True)
    print("Stopped.")
    return 0


def _state(instance: Instance) -> State:
    """What was written down; a supervisor that has just begun is given the time to."""
    until = time.monotonic() + _LAST_SECONDS
    while not (state := instance.state()) and instance.is_held() and time.monotonic() < until:
        time.sleep(0.1)
    return state
