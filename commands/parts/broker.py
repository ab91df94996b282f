"""A private RabbitMQ from Debian's package: own directories, ports, users and epmd; never the machine's own instance.

Not here: which exchanges and queues there are (chassis.topology).
"""

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from commands.parts.instance import ROOT, Instance
from commands.parts.part import Part, own
from commands.parts.trouble import Trouble

HOME = "PORTAL_RABBITMQ_HOME"
DEFINITIONS = "definitions.json"
_STAMP = "definitions.stamp"
_SOURCES = ("commands", "services", "chassis", "contracts")
_USER = "rabbitmq"
_INSTALLATIONS = (Path("/usr/lib/rabbitmq/lib"), Path("/usr/local/opt/rabbitmq"), Path("/opt/homebrew/opt/rabbitmq"))

# Small tables and no cache of freed memory (15 MB less): this node has dozens of queues, not millions. Loopback only.
_ERLANG = "+P 65536 +t 1048576 +MMmcs 0 -kernel inet_dist_use_interface {127,0,0,1}"

CONFIGURATION = """\
listeners.tcp.default = 127.0.0.1:{port}
load_definitions = {definitions}
heartbeat = 15
max_message_size = 20971520
log.file = false
log.console = true
log.console.level = warning
vm_memory_high_watermark.relative = 0.4
disk_free_limit.absolute = 50MB
"""
"""Of a broker on this machine, beside where it listens; deploy/rabbitmq/rabbitmq.conf holds a deployed one's."""


def parts(instance: Instance, ports: Mapping[str, int]) -> list[Part]:
    """The name daemon that Erlang needs, and the broker. Writes their configuration."""
    home = instance.data / "broker"
    home.mkdir(exist_ok=True)
    _configure(home, ports)
    start = _lay_out(_server(), home / "rabbitmq")
    user = own(home, _USER)
    environment = _environment(home, ports)
    names, amqp = f"tcp://127.0.0.1:{ports['epmd']}", f"amqp://127.0.0.1:{ports['broker']}"
    daemon = ("epmd", "-port", str(ports["epmd"]), "-address", "127.0.0.1")
    return [
        Part(name="epmd", command=daemon, url=names, probe=names, cwd=home, environment=environment, user=user),
        Part(
            name="broker",
            command=(str(start),),
            url=amqp,
            probe=amqp,
            cwd=home,
            environment=environment,
            after=("epmd",),
            user=user,
            drain_seconds=20,
        ),
    ]


def _configure(home: Path, ports: Mapping[str, int]) -> None:
    settings = CONFIGURATION.format(port=ports["broker"], definitions=home / DEFINITIONS)
    (home / "rabbitmq.conf").write_text(settings)
    (home / "enabled_plugins").write_text("[].\n")
    cookie = home / ".erlang.cookie"
    if not cookie.exists():
        cookie.write_text(secrets.token_hex(20))
        cookie.chmod(0o400)


def write_definitions(instance: Instance, definitions: str, stamp: str) -> None:
    """Keep the exchanges, queues and users that the broker loads at its start; they hold passwords' hashes."""
    home = instance.data / "broker"
    file = home / DEFINITIONS
    file.touch(mode=0o600)
    file.write_text(definitions)
    (home / _STAMP).write_text(stamp)
    own(home, _USER)


def has_definitions(instance: Instance, stamp: str) -> bool:
    """Whether those that are kept were made from the same."""
    home = instance.data / "broker"
    return (home / DEFINITIONS).exists() and (home / _STAMP).exists() and (home / _STAMP).read_text() == stamp


def stamp_of(authorities: Path, passwords: Mapping[str, str]) -> str:
    """Says what definitions are made from: the code, the councils, the passwords.

    To make them anew loads every service's handlers, a second and more in which the broker waits.
    """
    sources = (path for folder in _SOURCES for path in sorted((ROOT / folder).rglob("*.py")))
    digest = hashlib.sha256(json.dumps(passwords, sort_keys=True).encode())
    for path in (*sources, *sorted(authorities.glob("*.json"))):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _server() -> Path:
    """The broker's own start script: Debian's wrapper insists on root and on the machine's instance."""
    chosen = os.environ.get(HOME)
    if chosen:
        start = Path(chosen).absolute() / "sbin/rabbitmq-server"
        if not start.exists():
            raise Trouble(f"{HOME} is {chosen}, where there is no sbin/rabbitmq-server.")
        return start
    for folder in _INSTALLATIONS:
        for found in sorted(folder.glob("**/sbin/rabbitmq-server"), reverse=True):
            return found
    other = shutil.which("rabbitmq-server")
    if other is None:
        raise Trouble("RabbitMQ is not installed: apt-get install rabbitmq-server, or set PORTAL_AMQP_URL.")
    return Path(other)


def _lay_out(server: Path, folder: Path) -> Path:
    """The start script of the same broker without its plugins: links to the libraries that it leans on.

    It looks for each of its modules in every library beside it; among those of the plugins half of its start went by.
    """
    installation = server.parents[1]
    libraries = {path.parents[1].name.rpartition("-")[0]: path for path in installation.glob("plugins/*/ebin/*.app")}
    if "rabbit" not in libraries:
        return server
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(server.parent, folder / "sbin")
    (folder / "escript").symlink_to(installation / "escript")
    (folder / "plugins").mkdir()
    needed = ["rabbit"]
    for name in needed:
        library = libraries.pop(name, None)
        if library:
            (folder / "plugins" / library.parents[1].name).symlink_to(library.parents[1])
            needed += _leaned_on(library.read_text())
    return folder / "sbin/rabbitmq-server"


def _leaned_on(application: str) -> list[str]:
    """Which others an application names in its own file."""
    listed = re.search(r"\{applications,\s*\[([^\]]*)\]", application)
    return re.findall(r"\w+", listed[1]) if listed else []


def _environment(home: Path, ports: Mapping[str, int]) -> dict[str, str]:
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_NODENAME": "portal@localhost",
        "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(home / "generated"),
        "RABBITMQ_PLUGINS_EXPAND_DIR": str(home / "plugins"),
        "RABBITMQ_FEATURE_FLAGS_FILE": str(home / "feature_flags"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
        "RABBITMQ_DIST_PORT": str(ports["erlang"]),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG,
        # The script then replaces itself with the node: our child is the broker, not a shell around it.
        "RUNNING_UNDER_SYSTEMD": "true",
        "ERL_EPMD_PORT": str(ports["epmd"]),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
