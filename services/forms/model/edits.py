"""Which edits a draft takes, and as what. What is no value yet, a half-typed date, is kept as it was typed."""

import re
from typing import Any

from contracts.api.forms import Edit
from contracts.base import TEXT_LIMIT, Fault
from services.forms.model.paths import split
from services.forms.model.questionnaire import Definition
from services.forms.model.schema import LARGEST
from services.forms.model.values import kept_value

_ROW_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LIST_LIMIT = 200


def refused(definition: Definition, edits: tuple[Edit, ...]) -> list[Fault]:
    """What is wrong with edits: every fault at once."""
    return [
        Fault(path=edit.path, code=code, message=message)
        for edit in edits
        if (found := _refusal(definition, edit))
        for code, message in [found]
    ]


def kept(definition: Definition, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """The edits as the draft keeps them: what was typed as values where it is some."""
    return tuple(
        edit.model_copy(update={"value": kept_value(item, edit.value)}) if item else edit
        for edit in edits
        for item in [definition.item_at(edit.path) if edit.op in {"set", "resolve"} else None]
    )


def _refusal(definition: Definition, edit: Edit) -> tuple[str, str] | None:
    key, row_id, column = split(edit.path)
    table = definition.tables.get(key)
    if table is None:
        item = None if row_id else definition.questions.get(key)
    else:
        item = next((each for each in table.item if each.link_id == column), None)
        if not _ROW_ID.fullmatch(row_id):
            return "unknown_field", "This is not a row of the table."
        if edit.op in {"add_row", "remove_row"}:
            return ("unknown_field", "A row has no such part.") if column else None
    if item is None or edit.op in {"add_row", "remove_row"}:
        return "unknown_field", "This is not a question of the form."
    if item.read_only:
        return "read_only", "This answer comes from the council and cannot be changed."
    return _value_refusal(edit.value)


def _value_refusal(value: Any) -> tuple[str, str] | None:
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float) and abs(value) <= LARGEST:
        return None
    if isinstance(value, list) and len(value) <= _LIST_LIMIT and all(isinstance(each, str) for each in value):
        return None if sum(map(len, value)) <= TEXT_LIMIT else _TOO_LONG
    if isinstance(value, str):
        return None if len(value) <= TEXT_LIMIT else _TOO_LONG
    return "wrong_type", "This answer has a shape that no question takes."


_TOO_LONG = ("too_long", f"Your answer must be {TEXT_LIMIT:,} characters or fewer.")
