"""Small form definitions to test with."""

from typing import Any

from services.forms.model.answers import Form
from services.forms.model.definition import check, read

PORTAL = "https://portal.example/fhir/StructureDefinition"
FHIR = "http://hl7.org/fhir/StructureDefinition"


def item(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"linkId": key, "type": kind, "text": key.replace("_", " ").capitalize(), **more}


def page(key: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return item(key, "group", item=list(items), **more)


def table(key: str, *columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    return item(key, "group", repeats=True, item=list(columns), **more)


def choice(key: str, *options: str, **more: Any) -> dict[str, Any]:
    return item(key, "choice", answerOption=[{"valueString": option} for option in options], **more)


def when(key: str, operator: str = "=", **answer: Any) -> dict[str, Any]:
    return {"question": key, "operator": operator, **answer}


def questionnaire(*pages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Questionnaire",
        "url": "https://council.example/forms/a-form",
        "version": "1",
        "title": "A form",
        "status": "active",
        "item": list(pages),
        **more,
    }


def form(*items: dict[str, Any]) -> Form:
    return form_of(page("page", *items))


def form_of(*pages: dict[str, Any]) -> Form:
    json = questionnaire(*pages)
    assert check(json) == []
    return Form(read(json))
