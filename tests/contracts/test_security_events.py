"""Every security event that the code can tell is told somewhere, and is looked for by a test of the real parts."""

import ast
from pathlib import Path
from typing import get_args

import pytest

from chassis.security import SecurityEvent

ROOT = Path(__file__).resolve().parents[2]


def _texts(*folders: str) -> set[str]:
    """Every text that stands in their modules by itself."""
    return {
        node.value
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if path != ROOT / "chassis/security.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


TOLD, SHOWN = _texts("chassis", "services"), _texts("tests/component", "tests/system")


@pytest.mark.parametrize("event", get_args(SecurityEvent))
def test_a_security_event_is_told_and_shown(event: str) -> None:
    assert (event in TOLD, event in SHOWN) == (True, True), "recorded by the code; looked for by a test"
