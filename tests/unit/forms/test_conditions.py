"""What shows for given answers."""

from typing import Any

import pytest

from services.forms.model.conditions import hidden_keys
from tests.unit.forms.definitions import choice, form, form_of, item, page, when

A, B = when("a", answerBoolean=True), when("b", answerBoolean=True)


@pytest.mark.parametrize(
    ("behavior", "a", "b", "shows"),
    [
        ("any", False, False, False),
        ("any", True, False, True),
        ("any", False, True, True),
        ("any", True, True, True),
        ("all", False, False, False),
        ("all", True, False, False),
        ("all", False, True, False),
        ("all", True, True, True),
    ],
)
def test_a_question_waits_for_any_or_for_all_of_its_conditions(behavior: str, a: bool, b: bool, shows: bool) -> None:
    asked = form(
        item("a", "boolean"), item("b", "boolean"), item("q", "text", enableWhen=[A, B], enableBehavior=behavior)
    )
    assert ("q" not in hidden_keys(asked.definition, {"a": a, "b": b})) == shows


def test_what_does_not_show_is_not_answered_for_what_comes_after_it() -> None:
    asked = form(item("a", "boolean"), item("b", "boolean", enableWhen=[A]), item("c", "text", enableWhen=[B]))
    assert hidden_keys(asked.definition, {"a": True, "b": True}) == set()
    assert hidden_keys(asked.definition, {"a": False, "b": True}) == {"b", "c"}
    assert hidden_keys(asked.definition, {"b": True}) == {"b", "c"}


def test_a_page_that_does_not_show_hides_what_is_on_it() -> None:
    asked = form_of(
        page("first", item("a", "boolean")),
        page("second", item("b", "boolean"), enableWhen=[A]),
        page("third", item("c", "text", enableWhen=[B])),
    )
    assert hidden_keys(asked.definition, {"a": False, "b": True}) == {"second", "b", "c"}


@pytest.mark.parametrize(
    ("kind", "condition", "answer", "shows"),
    [
        ("integer", {"operator": "=", "answerInteger": 1}, 1, True),
        ("integer", {"operator": "=", "answerInteger": 1}, 2, False),
        ("integer", {"operator": "=", "answerInteger": 1}, True, False),
        ("integer", {"operator": "!=", "answerInteger": 1}, 2, True),
        ("integer", {"operator": "!=", "answerInteger": 1}, 1, False),
        ("integer", {"operator": "!=", "answerInteger": 1}, None, True),
        ("integer", {"operator": "=", "answerInteger": 1}, None, False),
        ("integer", {"operator": ">", "answerInteger": 1}, 2, True),
        ("integer", {"operator": ">", "answerInteger": 1}, 1, False),
        ("integer", {"operator": ">=", "answerInteger": 1}, 1, True),
        ("integer", {"operator": "<", "answerInteger": 1}, 0, True),
        ("integer", {"operator": "<", "answerInteger": 1}, 1, False),
        ("integer", {"operator": "<=", "answerInteger": 1}, 1, True),
        ("integer", {"operator": "<=", "answerInteger": 1}, 2, False),
        ("integer", {"operator": ">", "answerInteger": 0}, True, False),
        ("integer", {"operator": ">", "answerInteger": 0}, None, False),
        ("string", {"operator": "exists", "answerBoolean": True}, "x", True),
        ("string", {"operator": "exists", "answerBoolean": True}, None, False),
        ("string", {"operator": "exists", "answerBoolean": False}, None, True),
        ("string", {"operator": "exists", "answerBoolean": False}, "x", False),
    ],
)
def test_an_answer_is_compared_by_its_operator(kind: str, condition: dict[str, Any], answer: Any, shows: bool) -> None:
    asked = form(item("a", kind), item("q", "text", enableWhen=[{"question": "a", **condition}]))
    assert ("q" not in hidden_keys(asked.definition, {"a": answer})) == shows


@pytest.mark.parametrize(
    ("operator", "answer", "shows"), [("=", ["a", "b"], True), ("=", ["a"], False), ("!=", ["a"], True)]
)
def test_of_several_choices_one_is_enough(operator: str, answer: list[str], shows: bool) -> None:
    asked = form(
        choice("a", "a", "b", repeats=True), item("q", "text", enableWhen=[when("a", operator, answerString="b")])
    )
    assert ("q" not in hidden_keys(asked.definition, {"a": answer})) == shows
