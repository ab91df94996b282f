"""Whether JSON is a form definition: every fault at once, by JSON pointer. What one is: questionnaire."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contracts.base import Fault
from services.forms.model.questionnaire import ITEM_LIMIT, Definition
from services.forms.model.rules import broken_rules

DEPTH_LIMIT = 32

_SHAPES = {
    "missing": ("missing", "'{name}' is missing."),
    "type": ("unknown_type", "{value} is not a type of question that the portal has."),
    "status": ("unknown_status", "{value} is not a status. Use draft, active, retired or unknown."),
    "resourceType": ("not_a_questionnaire", "'resourceType' must be 'Questionnaire'."),
    "operator": ("unknown_operator", "{value} is not an operator. Use exists, =, !=, >, <, >= or <=."),
    "linkId": (
        "bad_key",
        "{value} is not a key. Use up to 64 letters, digits, '_' and '-', and start with a letter or digit.",
    ),
    "maxLength": ("bad_max_length", "'maxLength' must be a whole number between 1 and 20000."),
    "version": ("bad_version", "{value} is not a version. Use up to 32 letters, digits, '.', '_' and '-'."),
}


def check(json: Any) -> list[Fault]:
    """Every fault of a definition, in the order of its paths; none means that it is accepted."""
    if not isinstance(json, dict):
        return [Fault(path="", code="not_an_object", message="A form definition is a JSON object.")]
    if _is_too_deep(json):
        return [Fault(path="", code="too_deep", message=f"Nest no deeper than {DEPTH_LIMIT} levels.")]
    faults = {(fault.path, fault.code): fault for fault in [*_shape_faults(json), *broken_rules(json)]}
    return sorted(faults.values(), key=lambda fault: [_in_order(part) for part in fault.path.split("/")])


def read(json: dict[str, Any]) -> Definition:
    """A definition that has been checked."""
    return Definition.model_validate(json)


def _shape_faults(json: dict[str, Any]) -> list[Fault]:
    try:
        Definition.model_validate(json)
    except ValidationError as error:
        return [_shape_fault(each) for each in error.errors(include_url=False)]
    return []


def _shape_fault(error: ErrorDetails) -> Fault:
    name = str(error["loc"][-1]) if error["loc"] else ""
    generic = ("bad_value", f"'{name}': {error['msg'][:1].lower()}{error['msg'][1:]}.")
    code, message = _SHAPES.get("missing" if error["type"] == "missing" else name, generic)
    path = "".join(f"/{part}" for part in error["loc"])
    value = f"'{str(error['input'])[:80]}'"
    return Fault(path=path[:500], code=code, message=message.format(name=name, value=value))


def _is_too_deep(json: Any) -> bool:
    """Breadth first, since recursion is what deep JSON breaks; stops early on far too many parts."""
    level, seen = [json], 0
    for _ in range(DEPTH_LIMIT):
        level = [
            child
            for part in level
            if isinstance(part, dict | list)
            for child in (part.values() if isinstance(part, dict) else part)
        ]
        seen += len(level)
        if not level:
            return False
        if seen > ITEM_LIMIT * 1000:
            return True
    return True


def _in_order(part: str) -> tuple[int, int, str]:
    return (0, int(part), "") if part.isdigit() else (1, 0, part)
