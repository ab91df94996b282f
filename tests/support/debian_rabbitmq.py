"""Unpacks the RabbitMQ of another Debian release, so that the tests can be run on it: no package is installed.

    python -m tests.support.debian_rabbitmq forky DIR
    PORTAL_RABBITMQ_HOME=DIR ./portal test component

The packages come by this machine's own apt sources, with the release's name in place of ours. What is unpacked is laid
over /usr in a mount namespace of the broker's own: it has its own C library, and sees all other directories as we do.
Needs Linux on Debian, and root or user namespaces.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

PACKAGES = (
    "rabbitmq-server",
    "bash",
    "dash",
    "coreutils",
    "sed",
    "grep",
    "findutils",
    "gawk",
    "util-linux",
    "hostname",
)
_SOURCES = Path("/etc/apt")
_OURS = re.compile(r'^VERSION_CODENAME="?(\w+)', re.MULTILINE)

_START = """\
#!/bin/sh
# Runs the broker's script of this name with {usr} in place of /usr, seen by it and its children alone.
user=--user\\ --map-current-user
[ "$(id -u)" != 0 ] || user=
exec unshare $user --mount -- /bin/sh -ec 'mount --bind "$1" /usr; shift; exec /bin/sh -e "$@"' sh \\
    {usr} {scripts}/"$(basename "$0")" "$@"
"""
_SCRIPTS = ("rabbitmq-server", "rabbitmqctl")


def unpack(suite: str, folder: Path) -> Path:
    """Fetch and unpack; return the folder of its scripts."""
    _apt(suite, folder, "update", "-q")
    _apt(suite, folder, "install", "-y", "-q", "--download-only", "--no-install-recommends", *PACKAGES)
    root = folder / "root"
    for package in sorted((folder / "cache/archives").glob("*.deb")):
        subprocess.run(["dpkg-deb", "--extract", str(package), str(root)], check=True)
    usr = root / "usr"
    (server,) = usr.glob("lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server")
    for name in _SCRIPTS:
        script = folder / "sbin" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text(_START.format(usr=usr, scripts=f"/usr/{server.parent.relative_to(usr)}"))
        script.chmod(0o755)
    return folder / "sbin"


def _apt(suite: str, folder: Path, *words: str) -> None:
    """apt with directories of its own; where it knows no package as installed, it fetches all of them."""
    for name in ("etc/sources.list.d", "etc/preferences.d", "state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    _sources(suite, folder / "etc")
    options = {
        "Dir::Etc": folder / "etc",
        "Dir::Etc::trusted": _SOURCES / "trusted.gpg",
        "Dir::Etc::trustedparts": _SOURCES / "trusted.gpg.d",
        "Dir::State": folder / "state",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
    }
    given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    subprocess.run(["apt-get", *given, *words], check=True, stdout=sys.stderr, env={**os.environ, "LC_ALL": "C"})


def _sources(suite: str, etc: Path) -> None:
    """Our own sources, of the other release; the pockets that only a stable release has are left out."""
    found = _OURS.search(Path("/etc/os-release").read_text(encoding="utf-8"))
    ours = found[1] if found else "stable"
    files = (
        _SOURCES / "sources.list",
        *_SOURCES.glob("sources.list.d/*.list"),
        *_SOURCES.glob("sources.list.d/*.sources"),
    )
    for file in filter(Path.exists, files):
        # One entry is a line in a .list, a paragraph in a .sources.
        between = "\n\n" if file.suffix == ".sources" else "\n"
        entries = re.sub(rf"\b{ours}-\w+", "", file.read_text(encoding="utf-8")).split(between)
        kept = [re.sub(rf"\b{ours}\b", suite, entry) for entry in entries if re.search(rf"\b{ours}\b", entry)]
        (etc / file.relative_to(_SOURCES)).write_text(between.join(kept) + "\n")


if __name__ == "__main__":
    sys.stdout.write(f"{unpack(sys.argv[1], Path(sys.argv[2]).absolute())}\n")
