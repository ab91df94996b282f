"""A private SecantusDB, which speaks MongoDB's protocol, as its own process: where no mongod can be had."""

import sys
from collections.abc import Mapping
from pathlib import Path

from commands.parts.part import Part


def part(home: Path, files: Path, ports: Mapping[str, int]) -> Part:
    """The database on its port, with its files under the instance's directory."""
    # A configuration file of its own keeps it from finding somebody else's.
    configuration = home / "secantusd.toml"
    configuration.touch()
    options = {
        "--config": str(configuration),
        "--host": "127.0.0.1",
        "--port": str(ports["database"]),
        "--storage-path": str(files),
        "--cache-size": "512M",
        "--noop-heartbeat-seconds": "10",
        "--log-level": "WARNING",
    }
    url = f"mongodb://127.0.0.1:{ports['database']}/?directConnection=true"
    return Part(
        name="database",
        command=(
            str(Path(sys.executable).with_name("secantusd-py")),
            *(word for pair in options.items() for word in pair),
        ),
        url=url,
        probe=url,
        cwd=home,
    )
