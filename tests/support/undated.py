"""A form that has no period of its own, so that it may be due on no day (requirement F71)."""

from uuid import uuid4

from tests.support.council import Council

UNDATED = "School visit"


async def publish_undated(council: Council) -> str:
    """One page with one question, published by a council; its code."""
    code = f"visit-{uuid4().hex[:8]}"
    question = {"linkId": "seen", "type": "string", "text": "What did you see?", "required": True}
    await council.publish_form(
        code,
        {
            "resourceType": "Questionnaire",
            "url": f"https://council.example/forms/{code}",
            "version": "1",
            "title": UNDATED,
            "status": "active",
            "extension": [{"url": "https://portal.example/fhir/StructureDefinition/due-days", "valueCode": "none"}],
            "item": [{"linkId": "visit", "type": "group", "text": "The visit", "item": [question]}],
        },
    )
    return code
