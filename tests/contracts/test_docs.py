"""What the documents name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    line
    for line in (ROOT / "docs/architecture.md")
    .read_text(encoding="utf-8")
    .partition("| guarded by |")[2]
    .splitlines()[2:]
    if line.startswith("|")
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:40])
def test_every_guard_of_an_invariant_exists(row: str) -> None:
    guards = row.split("|")[2]
    paths = re.findall(r"`(tests/[\w/.]+)`", guards)
    numbers = [int(number) for number in re.findall(r"\bT(\d+)\b", guards)]
    assert paths or numbers
    assert [path for path in paths if not (ROOT / path).exists()] == []
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert [number for number in numbers if f"test_t{number:02}_" not in source] == []
