"""A private clamd: with the machine's signatures where it has any, else with one test signature, and a notice."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from commands.parts.instance import Instance
from commands.parts.part import Part, own
from commands.parts.trouble import Trouble

NOTICE = (
    "The virus scanner knows the EICAR test file only: this machine has no signatures in /var/lib/clamav. "
    "freshclam fetches them."
)
_SIGNATURES = Path("/var/lib/clamav")
_USER = "clamav"

# "Name:target:offset:bytes" of the industry's harmless test file (EICAR), written so that no scanner stops at this one.
_TEST_SIGNATURE = (
    "Eicar-Test-Signature:0:*:"
    "58354f2150254041505b345c505a58353428505e2937434329377d24"
    "45494341522d5354414e444152442d414e544956495255532d544553542d46494c452124482b482a"
)

_CONFIGURATION = """\
Foreground yes
TCPSocket {port}
TCPAddr 127.0.0.1
DatabaseDirectory {signatures}
TemporaryDirectory {temporary}
LogVerbose no
MaxThreads 4
StreamMaxLength 100M
MaxFileSize 100M
MaxScanSize 400M
AlertExceedsMax yes
AlertEncrypted yes
AlertOLE2Macros yes
ConcurrentDatabaseReload no
"""


def has_signatures() -> bool:
    """Whether the machine has a real signature database."""
    return any(_SIGNATURES.glob("*.c[lv]d"))


def part(instance: Instance, ports: Mapping[str, int]) -> Part:
    """The scanner on its port. Writes its configuration."""
    home = instance.data / "scanner"
    signatures, temporary = home / "signatures", home / "temporary"
    for folder in (signatures, temporary):
        folder.mkdir(parents=True, exist_ok=True)
    (signatures / "portal-test.ndb").write_text(_TEST_SIGNATURE + "\n")
    configuration = home / "clamd.conf"
    configuration.write_text(
        _CONFIGURATION.format(
            port=ports["scanner"],
            signatures=_SIGNATURES if has_signatures() else signatures,
            temporary=temporary,
        )
    )
    return Part(
        name="scanner",
        command=(_clamd(), "--config-file", str(configuration)),
        url=f"tcp://127.0.0.1:{ports['scanner']}",
        probe=f"clamd://127.0.0.1:{ports['scanner']}",
        cwd=home,
        user=own(home, _USER),
    )


def _clamd() -> str:
    found = shutil.which("clamd") or shutil.which("/usr/sbin/clamd")
    if found is None:
        raise Trouble("clamd is not installed: apt-get install clamav-daemon, or set PORTAL_CLAMD_URL.")
    return found
