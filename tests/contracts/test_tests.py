"""What the tests themselves keep to."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_MAKERS = {"contextmanager", "asynccontextmanager"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _managers(source: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function) and _MAKERS & {ast.unparse(one).split(".")[-1] for one in node.decorator_list}:
            yield node


def _forgets(statements: list[ast.stmt]) -> bool:
    """Whether something stands behind a yield, where an exception at the yield passes over it."""
    for number, statement in enumerate(statements):
        if not any(isinstance(node, ast.Yield) for node in ast.walk(statement)):
            continue
        if isinstance(statement, ast.Try) and (statement.finalbody or _catches_all(statement)):
            return False
        inner = getattr(statement, "body", [])
        return number < len(statements) - 1 or _forgets(inner)
    return False


def _catches_all(statement: ast.Try) -> bool:
    return any(isinstance(one.type, ast.Name) and one.type.id == "BaseException" for one in statement.handlers)


def test_what_is_forgotten_after_a_failure_is_seen() -> None:
    forgets = "@contextmanager\ndef made():\n    start()\n    with a():\n        yield 1\n        stop()\n"
    keeps = "@contextmanager\ndef made():\n    start()\n    try:\n        yield 1\n    finally:\n        stop()\n"
    assert [_forgets(one.body) for source in (forgets, keeps) for one in _managers(source)] == [True, False]


@pytest.mark.parametrize("folder", ["tests", "bench", "commands", "chassis", "services"])
def test_what_a_test_starts_is_stopped_when_the_test_fails(folder: str) -> None:
    """A service that a failed test leaves behind takes the messages of all tests after it."""
    left = [
        f"{path.relative_to(ROOT)}:{one.name}"
        for path in (ROOT / folder).rglob("*.py")
        for one in _managers(path.read_text(encoding="utf-8"))
        if _forgets(one.body)
    ]
    assert left == []
