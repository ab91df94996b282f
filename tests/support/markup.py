"""Whether HTML is valid, by the Nu Html Checker: one JVM for all that is asked at once."""

import fcntl
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.engines import ROOT

_FOLDER = ROOT / "tests" / "browser"
_JAR = _FOLDER / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
# Puts the lock beside it into node_modules. No script of a package runs: this one's would look for a Java to download.
_INSTALL = ("npm", "ci", "--omit=optional", "--no-audit", "--no-fund", "--ignore-scripts")
_SECONDS = 240
_QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss4m")
"""It runs for seconds: compiling it well takes longer than that. The stack is what the checker asks for, and more."""
# A table that the stylesheet lays out as cards is no table to a browser any more, unless the roles say that it is one.
_TABLE_ROLES = re.compile(
    "The “role” attribute must not be used on a “(tr|td|th)” element which has a “table” ancestor"
)


def faults(pages: Mapping[str, str | bytes], folder: Path) -> list[str]:
    """What is wrong with these pages, each fault once: the page, the line, the checker's words and where it looked."""
    names = dict(enumerate(pages))
    for number, name in names.items():
        markup = pages[name]
        (folder / f"{number}.html").write_bytes(markup if isinstance(markup, bytes) else markup.encode())
    options = ("--stdout", "--exit-zero-always", "--format", "json")
    command = ["java", *_QUICK_START, "-jar", str(_checker()), *options, str(folder)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True).stdout
    found: dict[str, str] = {}
    for message in json.loads(said)["messages"]:
        words = message["message"]
        if message["type"] != "info" and not _TABLE_ROLES.match(words):
            name = names[int(Path(message["url"]).stem)] if "url" in message else "the checker"
            extract = " ".join(message.get("extract", "").split())
            found.setdefault(words, f"{name}, line {message.get('lastLine')}: {words} {extract}")
    return [*found.values()]


def _checker() -> Path:
    """The checker that the lock names, installed when it is first asked for; two runs at once wait for each other."""
    wanted = json.loads((_FOLDER / "package.json").read_text())["devDependencies"]["vnu-jar"]
    with (_FOLDER / "package-lock.json").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if _installed() != wanted:
            assert shutil.which("npm"), "Please install Debian's npm: the HTML checker is a package of its"
            done = subprocess.run(_INSTALL, cwd=_FOLDER, capture_output=True, text=True, timeout=_SECONDS, check=False)
            assert done.returncode == 0, f"{' '.join(_INSTALL)}: {done.stdout}\n{done.stderr}"
    assert shutil.which("java"), "Please install Debian's default-jre-headless: the HTML checker runs on Java"
    return _JAR


def _installed() -> str:
    """The version that is there; nothing where none is."""
    about = _JAR.parents[2] / "package.json"
    return str(json.loads(about.read_text())["version"]) if about.exists() and _JAR.exists() else ""
