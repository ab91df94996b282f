"""The life of one supervised portal: start, demo, watch, stop. Where its parts are is decided before."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable

from commands.parts import broker, forked
from commands.parts.instance import ROOT
from commands.parts.portal import Plan
from commands.parts.supervisor import Supervisor
from commands.parts.trouble import Trouble

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Record:
    """What is written down: the state file follows every change of the supervisor."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.supervisor = Supervisor(plan.parts, plan.instance.logs, self.write)
        self.is_complete = False
        self.demo: list[dict[str, str]] = []
        self.notices = list(plan.notices)

    def write(self) -> None:
        state = self.plan.state(self.supervisor)
        own = {"complete": self.is_complete, "notices": self.notices, "demo": {"accounts": self.demo}}
        self.plan.instance.keep("state.json", {**state, **own})

    async def set_up_demo(self) -> None:
        """A demo that cannot be set up is no reason to take the portal away."""
        try:
            told = await _python("commands.parts.demo", "--data", str(self.plan.instance.data))
            self.demo = json.loads(told)
        except Trouble as trouble:
            self.notices.append(f"There is no demo. {trouble}")


async def supervise(plan: Plan, *, demo: bool, on_complete: Callable[[], None]) -> None:
    """Run a portal until a signal asks it to stop, or until a part cannot be started."""
    asked = asyncio.Event()
    for number in _STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    record = _Record(plan)
    life = asyncio.create_task(_live(record, demo=demo, on_complete=on_complete))
    stop = asyncio.create_task(asked.wait())
    try:
        await asyncio.wait([life, stop], return_when=asyncio.FIRST_COMPLETED)
        if life.done():
            life.result()
    finally:
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)
        record.is_complete = False
        await record.supervisor.stop()
        plan.instance.state_file.unlink(missing_ok=True)


async def _live(record: _Record, *, demo: bool, on_complete: Callable[[], None]) -> None:
    plan = record.plan
    if any(part.is_forked for part in plan.parts):
        forked.load()
    await _prepare_broker(plan)
    await record.supervisor.start()
    record.write()
    if demo:
        await record.set_up_demo()
    record.is_complete = True
    record.write()
    on_complete()
    await record.supervisor.run()


async def _prepare_broker(plan: Plan) -> None:
    """Have exchanges, queues and users written down for the broker; an outside broker is told over the wire."""
    folder, passwords = str(plan.authorities_folder), plan.secrets.passwords
    if any(part.name == "broker" for part in plan.parts):
        stamp = broker.stamp_of(plan.authorities_folder, passwords)
        if broker.has_definitions(plan.instance, stamp):
            return
        options = ("--users", "--authorities", folder)
        told = await _python("commands.topology", *options, given=json.dumps(passwords))
        broker.write_definitions(plan.instance, told, stamp)
    elif plan.addresses.is_broker_outside:
        request = {"passwords": passwords, "authorities": folder, "amqp": plan.addresses.amqp}
        await _python("commands.parts.outside_broker", given=json.dumps(request))


async def _python(module: str, *arguments: str, given: str = "") -> str:
    """Run a module that needs more memory than a supervisor should keep; return what it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await process.communicate(given.encode())
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        raise Trouble(err.decode(errors="replace").strip() or f"{module} ended with {process.returncode}")
    return out.decode()
