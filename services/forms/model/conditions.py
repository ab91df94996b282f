"""Conditions: which are allowed in a definition, and what shows for given answers. No I/O."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from contracts.base import Fault
from services.forms.model.places import Place
from services.forms.model.questionnaire import Definition, EnableWhen, Item

_ANSWERS = {
    "boolean": {"answerBoolean"},
    "integer": {"answerInteger"},
    "decimal": {"answerDecimal", "answerInteger"},
    "date": {"answerDate"},
    "string": {"answerString"},
    "text": {"answerString"},
    "choice": {"answerCoding", "answerString"},
}
_ORDERED = {">", "<", ">=", "<="}
_NUMBERS = {"integer", "decimal"}


def broken_conditions(places: list[Place]) -> Iterator[Fault]:
    """Every condition that could never be decided. A condition looks back, so no two wait for each other."""
    everywhere = {place.key: place for place in places if place.key}
    earlier: dict[str, Place] = {}
    for place in places:
        conditions = place.item.get("enableWhen")
        conditions = conditions if isinstance(conditions, list) else []
        if conditions and place.parent and place.parent.is_table:
            yield place.fault("condition_in_table", "A column of a table has no condition.", "enableWhen")
        if len(conditions) > 1 and place.item.get("enableBehavior") not in {"all", "any"}:
            yield place.fault(
                "no_enable_behavior", "Say whether 'all' or 'any' of the conditions count.", "enableBehavior"
            )
        for index, condition in enumerate(conditions):
            if isinstance(condition, dict):
                yield from _condition(place, f"enableWhen/{index}", condition, earlier, everywhere)
        if place.key:
            earlier.setdefault(place.key, place)


def _condition(
    place: Place,
    at: str,
    condition: dict[str, Any],
    earlier: Mapping[str, Place],
    everywhere: Mapping[str, Place],
) -> Iterator[Fault]:
    key = condition.get("question")
    if not isinstance(key, str):
        return
    asked = earlier.get(key)
    if key not in everywhere:
        yield place.fault("condition_on_missing", f"There is no question '{key[:80]}'.", f"{at}/question")
    elif asked is None:
        yield place.fault(
            "condition_looks_ahead",
            f"'{key}' comes later in the form. Ask about an earlier question.",
            f"{at}/question",
        )
    elif asked.type not in _ANSWERS or (asked.parent and asked.parent.is_table):
        yield place.fault("condition_on_no_question", f"'{key}' has no answer of its own.", f"{at}/question")
    else:
        yield from _comparison(place, at, condition, asked)


def _comparison(place: Place, at: str, condition: dict[str, Any], asked: Place) -> Iterator[Fault]:
    operator = condition.get("operator")
    given = {name for name in condition if name.startswith("answer")}
    allowed = {"answerBoolean"} if operator == "exists" else _ANSWERS[asked.type or ""]
    if len(given) != 1 or not given <= allowed:
        names = " or ".join(f"'{name}'" for name in sorted(allowed))
        yield place.fault("bad_condition", f"Compare with exactly one {names}.", at)
    elif operator in _ORDERED and asked.type not in _NUMBERS:
        yield place.fault("bad_condition", "Only numbers are greater or less.", f"{at}/operator")
    elif asked.type == "choice" and operator != "exists":
        answer = condition[given.pop()]
        value = answer.get("code") if isinstance(answer, dict) else answer
        if value not in asked.options:
            yield place.fault("condition_on_no_option", f"'{str(value)[:80]}' is not an option of '{asked.key}'.", at)


def hidden_keys(definition: Definition, answers: Mapping[str, Any], left_out: Collection[str] = ()) -> frozenset[str]:
    """The keys of every item that does not show. A hidden question counts as not answered.

    `left_out`: the keys of the pages that are not asked for any more, with all that stands on them.
    """
    hidden: set[str] = set()
    for item in definition.item:
        _hide(item, answers, hidden, inherited=item.link_id in left_out)
    return frozenset(hidden)


def _hide(item: Item, answers: Mapping[str, Any], hidden: set[str], *, inherited: bool) -> None:
    is_hidden = inherited or not _shows(item, answers, hidden)
    if is_hidden:
        hidden.add(item.link_id)
    for inner in item.item:
        _hide(inner, answers, hidden, inherited=is_hidden)


def _shows(item: Item, answers: Mapping[str, Any], hidden: set[str]) -> bool:
    if not item.enable_when:
        return True
    decided = (
        _holds(condition, None if condition.question in hidden else answers.get(condition.question))
        for condition in item.enable_when
    )
    return any(decided) if item.enable_behavior == "any" else all(decided)


def _holds(condition: EnableWhen, answer: Any) -> bool:
    if condition.operator == "exists":
        return (answer is not None) == condition.answer
    if answer is None:
        return condition.operator == "!="
    wanted = condition.answer
    if condition.operator in {"=", "!="}:
        same = wanted in answer if isinstance(answer, list) else _same(wanted, answer)
        return same == (condition.operator == "=")
    return isinstance(wanted, int | float) and _ordered(condition.operator, answer, wanted)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _ordered(operator: str, answer: Any, wanted: float) -> bool:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return False
    if operator in {">", ">="}:
        return answer > wanted or (operator == ">=" and answer == wanted)
    return answer < wanted or (operator == "<=" and answer == wanted)
