"""A submitted contribution as FHIR R4 QuestionnaireResponse. No I/O."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from services.forms.model.questionnaire import Definition, Item

_VALUES = {
    "boolean": "valueBoolean",
    "decimal": "valueDecimal",
    "integer": "valueInteger",
    "date": "valueDate",
    "string": "valueString",
    "text": "valueString",
}


def questionnaire_response(
    definition: Definition, answers: Mapping[str, Any], *, contribution_id: str, submitted_at: datetime
) -> dict[str, Any]:
    """The answers in FHIR's shape: groups as they stand in the form, a table's rows as one group each."""
    return {
        "resourceType": "QuestionnaireResponse",
        "identifier": {"value": contribution_id},
        "questionnaire": definition.canonical,
        "status": "completed",
        "authored": submitted_at.isoformat(),
        "item": list(_items(definition.item, answers)),
    }


def _items(items: tuple[Item, ...], answers: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in items:
        head = {"linkId": item.link_id, "text": item.text}
        if item.is_table:
            for row in answers.get(item.link_id, []):
                yield {**head, "item": list(_items(item.item, row))}
        elif item.type == "group":
            inner = list(_items(item.item, answers))
            if inner:
                yield {**head, "item": inner}
        elif item.is_question and item.link_id in answers:
            value = answers[item.link_id]
            values = value if isinstance(value, list) else [value]
            yield {**head, "answer": [_answer(item, each) for each in values]}


def _answer(item: Item, value: Any) -> dict[str, Any]:
    if item.type != "choice":
        return {_VALUES[item.type]: value}
    option = next((each for each in item.answer_option if each.value == value), None)
    if option is None or option.value_coding is None:
        return {"valueString": value}
    return {"valueCoding": {"code": option.value, "display": option.label}}
