"""What was typed and cannot be saved now: sealed, so that the pages of signing in can carry it along until it can."""

import asyncio

from chassis.errors import TooLarge
from services.gateway.kit.form_parsing import Form
from services.gateway.kit.request_body import ANONYMOUS_BYTES
from services.gateway.kit.request_context import Visit

_HELD_SECONDS = 2 * 60 * 60
_SEALED_BYTES = ANONYMOUS_BYTES - 20 * 1024
"""What is held must come back in the body of a sign-in, beside its other fields."""
_NOT_HELD = frozenset({"csrf", "held"})


async def hold(visit: Visit, path: str, form: Form) -> str:
    """What was typed, sealed, so that the pages of signing in can carry it along; TooLarge where they cannot.

    Of files only the names can be carried.
    """
    kept = {name: values for name, values in form.fields.items() if name not in _NOT_HELD}
    if sum(len(name) + sum(map(len, values)) for name, values in kept.items()) > ANONYMOUS_BYTES:
        raise TooLarge("too_large")
    content = {"path": path, "fields": kept, "left": form.chosen}
    sealed = await asyncio.to_thread(visit.gateway.seals.seal, "held", content)
    if len(sealed) > _SEALED_BYTES:
        raise TooLarge("too_large")
    return sealed


async def held(visit: Visit, sealed: str) -> tuple[str, Form] | None:
    """What was typed, and on which page; None where it is too old."""
    if not sealed:
        return None
    content = await asyncio.to_thread(visit.gateway.seals.open, "held", sealed, _HELD_SECONDS)
    return (content["path"], Form(content["fields"], [], tuple(content.get("left", ())))) if content else None
