"""A definition as JSON Schema 2020-12: what may be prefilled, and what a contribution holds. No sentences."""

from typing import Any

from services.forms.model.questionnaire import MAX_VALUE, MIN_VALUE, Definition, EnableWhen, Item

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ROW_LIMIT = 200
LARGEST = 2**53 - 1
"""The greatest whole number that every JSON reader keeps exact."""


def prefill_schema(definition: Definition) -> Schema:
    """What a council may send as `prefill`: any question by key, nothing required, nothing unknown."""
    return {
        "$schema": DIALECT,
        "$id": f"{definition.url}/prefill?version={definition.version}",
        "title": f"Prefill of {definition.title}",
        **_object({**_questions(definition), **_tables(definition, required=False)}),
    }


def answers_schema(definition: Definition) -> Schema:
    """What a submitted contribution holds; a question that does not show is not there."""
    conditional = _conditional(definition).items()
    required = [key for key, (item, deciding) in conditional if item.required and not deciding]
    when = [_when(key, item, deciding) for key, (item, deciding) in conditional if deciding]
    return {
        "$schema": DIALECT,
        "$id": f"{definition.url}/answers?version={definition.version}",
        "title": f"Answers of {definition.title}",
        **_object({**_questions(definition), **_tables(definition, required=True)}, required),
        **({"allOf": when} if when else {}),
    }


def _object(properties: Schema, required: list[str] | None = None) -> Schema:
    required_part = {"required": required} if required else {}
    return {"type": "object", "properties": properties, "additionalProperties": False, **required_part}


def _questions(definition: Definition) -> Schema:
    return {key: _value(item) for key, item in definition.questions.items()}


def _tables(definition: Definition, *, required: bool) -> Schema:
    return {key: _table(item, required=required) for key, item in definition.tables.items()}


def _table(table: Item, *, required: bool) -> Schema:
    columns = {column.link_id: _value(column) for column in table.item}
    needed = [column.link_id for column in table.item if column.required] if required else []
    least = {"minItems": 1} if required and table.required else {}
    return {"type": "array", "items": _object(columns, needed), "maxItems": ROW_LIMIT, **least}


def _value(item: Item) -> Schema:
    titled: Schema = {"title": item.text}
    if item.type == "choice":
        choice: Schema = {"enum": [option.value for option in item.answer_option]}
        if item.repeats:
            return {**titled, "type": "array", "items": choice, "uniqueItems": True}
        return {**titled, **choice}
    if item.type in {"integer", "decimal"}:
        return {**titled, **_number(item)}
    if item.type == "date":
        return {**titled, "type": "string", "format": "date"}
    if item.type == "boolean":
        return {**titled, "type": "boolean"}
    return {**titled, "type": "string", "maxLength": item.limit}


def _number(item: Item) -> Schema:
    least, most = item.told(MIN_VALUE), item.told(MAX_VALUE)
    return {
        "type": "integer" if item.type == "integer" else "number",
        "minimum": -LARGEST if least is None else least,
        "maximum": LARGEST if most is None else most,
    }


def _conditional(definition: Definition) -> dict[str, tuple[Item, list[Item]]]:
    """Every question and table, with the items, itself or around it, whose conditions decide over it."""
    found: dict[str, tuple[Item, list[Item]]] = {}

    def visit(item: Item, around: list[Item]) -> None:
        deciding = [*around, item] if item.enable_when else around
        if item.is_question or item.is_table:
            found[item.link_id] = (item, deciding)
        if not item.is_table:
            for inner in item.item:
                visit(inner, deciding)

    for page in definition.item:
        visit(page, [])
    return found


def _when(key: str, item: Item, deciding: list[Item]) -> Schema:
    shows = [
        {"anyOf" if each.enable_behavior == "any" else "allOf": [_holds(condition) for condition in each.enable_when]}
        for each in deciding
    ]
    needed = {"then": {"required": [key]}} if item.required else {}
    return {"if": {"allOf": shows}, **needed, "else": {"properties": {key: False}}}


def _holds(condition: EnableWhen) -> Schema:
    there: Schema = {"required": [condition.question]}
    wanted = condition.answer
    if condition.operator == "exists":
        return there if wanted else {"not": there}
    if condition.operator in {"=", "!="}:
        value = {"anyOf": [{"const": wanted}, {"type": "array", "contains": {"const": wanted}}]}
        equal = {**there, "properties": {condition.question: value}}
        return equal if condition.operator == "=" else {"not": equal}
    bound = {">": "exclusiveMinimum", "<": "exclusiveMaximum", ">=": "minimum", "<=": "maximum"}[condition.operator]
    return {**there, "properties": {condition.question: {"type": "number", bound: wanted}}}
