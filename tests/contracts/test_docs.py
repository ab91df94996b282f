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


DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "contracts").glob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_that_a_document_names_exists(document: Path) -> None:
    """Files and folders; what is written with a place left open, such as `tests/unit/<service>`, is no name."""
    named = re.findall(r"`(tests/[\w/.-]+)(?:::(\w+))?`", document.read_text(encoding="utf-8"))
    assert [path for path, _ in named if not (ROOT / path).exists()] == []
    tests = ((ROOT / path, test) for path, test in named if test)
    assert [test for path, test in tests if f"def {test}(" not in path.read_text(encoding="utf-8")] == []
