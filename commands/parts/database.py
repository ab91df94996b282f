"""Which engine keeps the local portal's data: a real mongod where this machine has one, else SecantusDB (ADR 0026)."""

import os
from collections.abc import Mapping
from pathlib import Path

from commands.parts import mongod, secantus
from commands.parts.instance import Instance
from commands.parts.part import Part
from commands.parts.trouble import Trouble

VARIABLE = "PORTAL_DATABASE"

# By engine: its directory under the instance's `database`. Neither reads what the other wrote.
FILES = {"mongod": "mongod", "secantusdb": "files"}


def part(instance: Instance, ports: Mapping[str, int]) -> Part:
    """The database on its port, with its files under the instance's directory."""
    home = instance.data / "database"
    home.mkdir(exist_ok=True)
    server = mongod.binary()
    engine = choose(os.environ.get(VARIABLE), has_mongod=server is not None)
    refuse_files_of_another(home, engine)
    files = home / FILES[engine]
    return (
        mongod.part(server, home, files, ports) if server and engine == "mongod" else secantus.part(home, files, ports)
    )


def choose(wanted: str | None, *, has_mongod: bool) -> str:
    """The engine that was asked for, or the better one that is here."""
    if wanted and wanted not in FILES:
        raise Trouble(f"{VARIABLE} is `{wanted}`; it can be {' or '.join(FILES)}.")
    if wanted == "mongod" and not has_mongod:
        raise Trouble(f"No mongod starts on this machine: unset {VARIABLE}, or name a running one in PORTAL_MONGO_URL.")
    return wanted or ("mongod" if has_mongod else "secantusdb")


def refuse_files_of_another(home: Path, engine: str) -> None:
    """Data that this engine cannot read is neither hidden behind an empty database nor lost without a word."""
    for other in FILES.keys() - {engine}:
        if (home / FILES[other]).exists():
            raise Trouble(
                f"The data in {home.parent} was written by {other}, which {engine} cannot read. "
                f"`./portal up --fresh` begins anew without it; {VARIABLE}={other} goes on with it."
            )
