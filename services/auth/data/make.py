"""Makes the shipped list of common passwords anew from a text file that has one a line, the most common first.

python -m services.auth.data.make LIST.txt
"""

import sys
from pathlib import Path

from services.auth.data import FILE
from services.auth.model.common import digest_of

MOST = 100_000


def digests(lines: list[str]) -> bytes:
    """The first of them that differ by more than their case, as `CommonPasswords` reads them."""
    different = list(dict.fromkeys(line.strip().lower() for line in lines if line.strip()))[:MOST]
    return b"".join(sorted({digest_of(password) for password in different}))


if __name__ == "__main__":
    FILE.write_bytes(digests(Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace").splitlines()))
