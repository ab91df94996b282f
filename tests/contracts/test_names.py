"""One word for a thing: no class name has two meanings, and what the documents call something in code is there."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path for folder in ("contracts", "chassis", "services", "commands") for path in (ROOT / folder).rglob("*.py")
]
SAME = {
    "AccountRegistered": "one fact, as the services hear it and as a council does",
    "ContributionSubmitted": "one fact, as the services hear it and as a council does",
    "Settings": "what one service reads from its environment",
    "Stores": "all stores of one service",
}
"""Names that stand in several places and mean the same there, and what that is."""


def definitions() -> Iterator[tuple[str, ast.AST, Path]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, node, path.relative_to(ROOT)


DEFINITIONS = list(definitions())
NAMES = {
    *(name for name, _, _ in DEFINITIONS),
    *(path.stem for path in SOURCES),
    *(path.parent.name for path in SOURCES),
    *(path.name for path in (ROOT / "services/gateway").rglob("*.mjs")),
}


def test_no_class_name_has_two_meanings() -> None:
    places = defaultdict(list)
    for name, node, path in DEFINITIONS:
        if isinstance(node, ast.ClassDef) and not name.startswith("_"):
            places[name].append(str(path))
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert {name: where for name, where in twice.items() if name not in SAME} == {}
    assert sorted(SAME) == sorted(name for name in twice if name in SAME)


def rows(document: str) -> list[list[str]]:
    """The tables of a document, each row by its cells; heads are left out."""
    lines = (ROOT / document).read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [
        row for row, following in zip(cells, [*cells[1:], [""]], strict=True) if not {row[0], following[0]} & {"---"}
    ]


GLOSSARY = rows("docs/glossary.md")


@pytest.mark.parametrize("row", GLOSSARY, ids=lambda row: str(row[0]))
def test_what_the_glossary_calls_something_in_code_is_there(row: list[str]) -> None:
    """A third cell says how the word is written in code; it is empty for what stands in none."""
    word, meaning, code = row
    assert word
    assert meaning
    assert re.sub(r"`[\w.]+`|, ", "", code) == ""
    assert [name for name in re.findall(r"`([\w.]+)`", code) if name not in NAMES] == []


def test_the_glossary_says_each_word_once() -> None:
    words = [row[0] for row in GLOSSARY]
    assert [word for word in words if words.count(word) > 1] == []


def parts() -> list[str]:
    """What stands directly in the chassis and in each service: modules and packages."""
    folders = [ROOT / "chassis", *(path for path in (ROOT / "services").iterdir() if (path / "app.py").exists())]
    return sorted(
        {
            path.stem
            for folder in folders
            for path in folder.iterdir()
            if path.stem != "__init__" and (path.suffix == ".py" or (path / "__init__.py").exists())
        }
    )


@pytest.mark.parametrize("part", parts())
def test_the_architecture_says_what_each_part_is_for(part: str) -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert re.search(rf"`(?:\w+/)?{part}(?:\.py)?`", text)
