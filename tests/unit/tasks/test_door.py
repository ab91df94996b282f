"""The door over HTTP takes whatever the broker's takes."""

import ast
from pathlib import Path

from contracts.base import CouncilMessage
from contracts.catalogue import CATALOGUE
from services.tasks.usecases import door


def test_it_has_a_case_for_every_message_that_tasks_takes() -> None:
    """A message without one would be answered as taken, and have no effect."""
    tree = ast.parse(Path(door.__file__).read_text())
    cases = {ast.unparse(node.cls) for node in ast.walk(tree) if isinstance(node, ast.MatchClass)}
    assert cases == {
        message.__name__
        for message in CATALOGUE.values()
        if issubclass(message, CouncilMessage) and message.taken_by == "tasks"
    }
