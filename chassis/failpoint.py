"""Where a fault test may kill the process. Dead code but for PORTAL_ENV=test with a file of points.

The file, named by PORTAL_FAILPOINTS and read afresh at each point, holds {"<service>.<point>": {"chance", "kills"}}.
"""

import json
import os
import random
from pathlib import Path


def reached(service: str, point: str) -> None:
    """Ends the process here, as kill -9 would, by the chance that is set and as often as is set."""
    path = os.environ.get("PORTAL_FAILPOINTS")
    if not path or os.environ.get("PORTAL_ENV") != "test":
        return
    points = _read(Path(path))
    chosen = points.get(f"{service}.{point}", {"chance": 0, "kills": 0})
    if chosen["kills"] < 1 or random.random() >= chosen["chance"]:  # noqa: S311 - no secret hangs on it
        return
    chosen["kills"] -= 1
    _write(Path(path), points)
    os._exit(9)


def _read(path: Path) -> dict[str, dict[str, float]]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def _write(path: Path, points: dict[str, dict[str, float]]) -> None:
    """Whole or not at all: another process may read it at the same time."""
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(points), encoding="utf-8")
    fresh.replace(path)
