"""A clamd for tests: it knows the EICAR test file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.engines import local

EICAR = bytes.fromhex(
    "58354f2150254041505b345c505a58353428505e2937434329377d24"
    "45494341522d5354414e444152442d414e544956495255532d544553542d46494c452124482b482a"
)
"""The industry's harmless test file, written so that no scanner stops at this one."""


@contextmanager
def scanner(data: Path) -> Iterator[str]:
    """The address of the scanner of this test run; in a container only where PORTAL_CLAMD_URL names it."""
    outside = os.environ.get("PORTAL_CLAMD_URL")
    if outside:
        yield outside
    else:
        with local("scanner", data) as state:
            yield state["scanner"]
