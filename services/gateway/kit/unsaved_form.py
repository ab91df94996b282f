"""What was typed and cannot be saved now, encrypted: the pages of signing in carry it along until it can be."""

import asyncio
from dataclasses import dataclass

from chassis.errors import TooLarge
from services.gateway.kit.form_parsing import SubmittedForm
from services.gateway.kit.gateway import Gateway
from services.gateway.kit.request_body import ANONYMOUS_BYTES

FIELD = "unsaved"
"""The hidden field that carries it."""
_MAX_AGE_SECONDS = 2 * 60 * 60
_ENCRYPTED_BYTES = ANONYMOUS_BYTES - 20 * 1024
"""What is preserved must come back in the body of a sign-in, beside its other fields."""
_NOT_PRESERVED = frozenset({"csrf", FIELD})


@dataclass(frozen=True)
class UnsavedForm:
    """A posted form, and the address of the page that it was posted to."""

    path: str
    form: SubmittedForm


async def preserve(gateway: Gateway, unsaved: UnsavedForm) -> str:
    """As text that a page can carry; TooLarge where it cannot. Of files only the names can be carried."""
    form = unsaved.form
    fields = {name: values for name, values in form.fields.items() if name not in _NOT_PRESERVED}
    if sum(len(name) + sum(map(len, values)) for name, values in fields.items()) > ANONYMOUS_BYTES:
        raise TooLarge("too_large")
    content = {"path": unsaved.path, "fields": fields, "left": form.chosen}
    encrypted = await asyncio.to_thread(gateway.encryptor.encrypt, FIELD, content)
    if len(encrypted) > _ENCRYPTED_BYTES:
        raise TooLarge("too_large")
    return encrypted


async def restore(gateway: Gateway, encrypted: str) -> UnsavedForm | None:
    """What was typed, and on which page; None where there is nothing or it is too old."""
    content = await asyncio.to_thread(gateway.encryptor.decrypt, FIELD, encrypted, _MAX_AGE_SECONDS)
    return (
        UnsavedForm(content["path"], SubmittedForm(content["fields"], [], tuple(content["left"]))) if content else None
    )
