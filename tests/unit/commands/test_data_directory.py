"""Nobody else on the machine reads what a portal keeps."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.parts.instance import Instance
from commands.parts.part import usable_by_others


@pytest.fixture
def instance() -> Iterator[Instance]:
    """One that a portal of before has left open, where everybody gets to."""
    before = os.umask(0o022)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        instance = Instance(Path(folder) / "data")
        (instance.data / "broker").mkdir(parents=True)
        for name in ("up.log", "broker/definitions.json"):
            (instance.data / name).write_text("a password")
        yield instance
    os.umask(before)


def test_what_a_portal_keeps_is_its_owners_alone(instance: Instance) -> None:
    instance.prepare(fresh=False)
    (instance.logs / "auth.log").write_text("a line")
    (instance.data / "new.json").write_text("a password")
    inside = [path for path in instance.data.rglob("*") if path.parent in {instance.data, instance.logs}]
    assert len(inside) == 5
    assert [path for path in inside if path.stat().st_mode & 0o077] == []
    assert instance.data.stat().st_mode & 0o066 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_somebody_else_reads_nothing_and_lists_nothing(instance: Instance) -> None:
    instance.prepare(fresh=False)
    (instance.data / "mail.sqlite").write_text("a code")
    script = (
        "import sys, pathlib\n"
        "read = []\n"
        "for name in sys.argv[2:]:\n"
        "    try: read.append(pathlib.Path(sys.argv[1], name).read_text())\n"
        "    except PermissionError: pass\n"
        "try: read += list(pathlib.Path(sys.argv[1]).iterdir())\n"
        "except PermissionError: pass\n"
        "print(read)"
    )
    names = ("up.log", "broker/definitions.json", "mail.sqlite")
    told = subprocess.run(
        ["/usr/bin/env", "python3", "-c", script, str(instance.data), *names],
        user="nobody",
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.strip() == "[]"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its engines users of their own")
def test_an_engine_of_its_own_user_still_gets_to_its_directory(instance: Instance) -> None:
    instance.prepare(fresh=False)
    assert usable_by_others(instance.data)
