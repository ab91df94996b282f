"""What was released stays: old bytes fit the readers of today, and the bytes of today fit old readers."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from commands.messages import generated, schema
from contracts.catalogue import CATALOGUE
from tests.support.compatibility import differences

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
RELEASED = CONTRACTS / "released"
SCHEMAS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in RELEASED.glob("schemas/*.json")}
OLD_BYTES = sorted(RELEASED.glob("examples/*/*.json"))
NEW_BYTES = sorted(path for path in CONTRACTS.glob("examples/*/*.json") if path.parent.name in SCHEMAS)

FIRST = {
    "type": "object",
    "properties": {"name": {"$ref": "#/$defs/Name"}, "title": {"type": "string", "maxLength": 5}},
    "required": ["name"],
    "$defs": {"Name": {"type": "object", "properties": {"given": {"enum": ["a", "b"]}}, "required": ["given"]}},
}

MAY_BE_LEFT_OUT = {
    "forms.definition.published.v1": "/due_days",
    "portal.delegation.accepted.v1": "/due_on",
    "tasks.task.amended.v1": "/due_on",
    "tasks.task.opened.v1": "/due_on",
    "tasks.task.retracted.v1": "/due_on",
}
"""Never of a form that has a period, or of a delegation that has a date: what had neither could not be (ADR 0061)."""


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def faults(document: Any, against: Any) -> list[str]:
    validator = jsonschema_rs.Draft202012Validator(against, validate_formats=True)
    return [str(error) for error in validator.iter_errors(document)]


def test_what_was_released_is_there_and_is_written_by_nobody() -> None:
    assert SCHEMAS
    assert {path.parent.name for path in OLD_BYTES} == set(SCHEMAS)
    assert not [path for path in generated() if path.is_relative_to("contracts/released")]


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_released_message_changes_by_optional_fields_alone(name: str) -> None:
    assert name in CATALOGUE, "a released message is gone"
    found = differences(SCHEMAS[name], json.loads(schema(CATALOGUE[name])))
    assert found == [f"{MAY_BE_LEFT_OUT[name]} was required and is optional"] if name in MAY_BE_LEFT_OUT else not found


@pytest.mark.parametrize("path", OLD_BYTES, ids=named)
def test_old_bytes_fit_todays_readers(path: Path) -> None:
    message = CATALOGUE[path.parent.name]
    message.model_validate_json(path.read_bytes())
    assert faults(json.loads(path.read_bytes()), json.loads(schema(message))) == []


@pytest.mark.parametrize("path", NEW_BYTES, ids=named)
def test_todays_bytes_fit_old_readers(path: Path) -> None:
    assert faults(json.loads(path.read_bytes()), SCHEMAS[path.parent.name]) == []


def test_an_optional_field_and_other_words_are_no_change() -> None:
    now: dict[str, Any] = deepcopy(FIRST)
    now["properties"]["added"] = {"type": "integer"}
    now["description"] = "Other words."
    now["$defs"] = {"Called": {**now["$defs"]["Name"], "title": "Called"}}
    now["properties"]["name"] = {"$ref": "#/$defs/Called"}
    assert differences(FIRST, now) == []


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("properties",), {"name": {"$ref": "#/$defs/Name"}}, "/title is gone"),
        (("required",), [], "/name was required and is optional"),
        (("required",), ["name", "title"], "/title is required and was not"),
        (("properties", "title", "maxLength"), 6, "/title/maxLength was 5 and is 6"),
        (("properties", "title", "type"), "integer", "/title/type was 'string' and is 'integer'"),
        (("$defs", "Name", "properties"), {}, "/name/given is gone"),
        (("$defs", "Name", "properties", "given", "enum"), ["a"], "/name/given/enum was ['a', 'b'] and is ['a']"),
    ],
)
def test_any_other_change_is_told_with_its_place(place: tuple[str, ...], value: Any, told: str) -> None:
    now: dict[str, Any] = deepcopy(FIRST)
    part = now
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    assert differences(FIRST, now) == [told]
