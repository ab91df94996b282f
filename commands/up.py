"""Start everything on this machine: broker, database, scanner, mail catcher, services, gateway, a demo council."""

import argparse
import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

from commands.parts import ports
from commands.parts.instance import ROOT, Instance, State, add_data_option
from commands.parts.portal import Plan, plan
from commands.parts.processes import end_all
from commands.parts.run import supervise
from commands.parts.trouble import Trouble
from commands.status import describe_running

_DETACH_SECONDS = 300
_LEFT_OVER_SECONDS = 30.0
_STOP_SECONDS = 75


def describe(parser: argparse.ArgumentParser) -> None:
    """The options of `./portal up`."""
    add_data_option(parser)
    parser.add_argument("--port", type=int, default=8000, help="the gateway's port (default: 8000)")
    parser.add_argument("--replicas", type=int, choices=range(1, 10), default=1, help="processes of each service (1)")
    parser.add_argument("--no-demo", action="store_true", help="no demo council, people or forms")
    parser.add_argument("--detach", action="store_true", help="leave it running; ./portal down stops it")
    parser.add_argument("--fresh", action="store_true", help="empty the data first")


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C, or until ready with --detach."""
    instance = Instance(arguments.data)
    if arguments.detach:
        return _detach(instance, arguments)
    started = time.monotonic()
    with instance.alone():
        # A supervisor that was killed left no time to its parts.
        end_all(instance.state().get("parts", {}).values(), seconds=_LEFT_OVER_SECONDS)
        instance.state_file.unlink(missing_ok=True)
        instance.prepare(fresh=arguments.fresh)
        if not ports.is_free(arguments.port):
            raise Trouble(f"Port {arguments.port} is taken by another program: choose one with --port.")
        print("Starting the portal ...", flush=True)
        what = plan(instance, gateway_port=arguments.port, replicas=arguments.replicas)

        def announce() -> None:
            _announce(what, time.monotonic() - started)

        asyncio.run(supervise(what, demo=not arguments.no_demo, on_complete=announce))
    print("Stopped.")
    return 0


def _announce(what: Plan, seconds: float) -> None:
    print(f"Ready in {seconds:.1f} s.\n\n{describe_running(what.instance.state())}\n\nCtrl-C stops it.", flush=True)


def _detach(instance: Instance, arguments: argparse.Namespace) -> int:
    """Start the same command as a process of its own and wait until it is ready."""
    if instance.is_held():
        raise Trouble(f"A portal already runs with its data in {instance.data}: ./portal down stops it.")
    instance.shut()
    command = [sys.executable, "-m", "commands", "up", "--data", str(instance.data), "--port", str(arguments.port)]
    command += ["--replicas", str(arguments.replicas)]
    command += ["--no-demo"] if arguments.no_demo else []
    command += ["--fresh"] if arguments.fresh else []
    log = instance.data / "up.log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        state = _wait(instance, child, log)
    except BaseException:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            child.wait(_STOP_SECONDS)
        raise
    print(describe_running(state))
    return 0


def _wait(instance: Instance, child: "subprocess.Popen[bytes]", log: Path) -> State:
    until = time.monotonic() + _DETACH_SECONDS
    while time.monotonic() < until:
        state = instance.state()
        if state.get("pid") == child.pid and state.get("complete"):
            return state
        if child.poll() is not None:
            raise Trouble(log.read_text(errors="replace").strip() or "The portal did not start.")
        time.sleep(0.1)
    raise Trouble(f"The portal was not ready within {_DETACH_SECONDS} seconds; its logs are in {instance.logs}.")
