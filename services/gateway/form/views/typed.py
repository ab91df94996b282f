"""What a person typed on a page that can no longer be saved, to be read and copied. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts.api.forms import FormPage
from services.gateway.form.edits import ANSWER, Seen, digest
from services.gateway.form.questions import flat, plain_text
from services.gateway.kit.views.errors import Texts

TYPED = frozenset({"line", "text", "number", "date"})


@dataclass(frozen=True)
class UnsavedPage:
    """A save that could not be made now: Try again sends what was typed once more."""

    unsaved: str
    left: tuple[str, ...]
    """The names of documents that were chosen and cannot be kept."""
    why: str
    """What kept the page from being saved, where that is known."""


def labels_of(page: FormPage) -> str:
    """The labels of what is typed on a page: it carries them along, since a form that was withdrawn tells none."""
    labels = {}
    for question in flat(page.questions):
        if question.type in TYPED:
            labels[question.key] = question.label
        for column in question.columns:
            if column.type in TYPED:
                labels[f"{question.key}/{column.key}"] = f"{question.label} {column.label}"
    return json.dumps(labels, separators=(",", ":"))


def typed_texts(fields: Mapping[str, list[str]]) -> Texts:
    """What a posted page holds that it had not shown, by its own labels; nothing where it carries none."""
    try:
        labels = json.loads(fields.get("labels", ["{}"])[-1])
    except (ValueError, RecursionError):
        return []
    seen = Seen.load(fields.get("seen", [""])[-1])
    return list(_new(fields, labels, seen)) if isinstance(labels, dict) else []


def _new(fields: Mapping[str, list[str]], labels: Mapping[str, object], seen: Seen) -> Iterator[tuple[str, str]]:
    for name, values in fields.items():
        path = name.removeprefix(ANSWER)
        key, _, column = path.partition("/")
        label = labels.get(f"{key}/{column.rpartition('/')[2]}" if column else key)
        text = plain_text(values)
        marks = {digest(text), digest(text.strip())}
        if path != name and isinstance(label, str) and text.strip() and seen.answers.get(path) not in marks:
            yield label, text
