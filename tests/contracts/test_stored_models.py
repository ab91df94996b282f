"""What services keep about people: every text of a stored model is sealed, or stands here with why it need not be."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from contracts.base import SEALED, Sealed, Value
from services.files.model.folder import Folder
from services.forms.model.contribution import Contribution
from services.notify.model import DigestChoice, EmailDelivery
from services.tasks.model.listing import ListedRow
from services.tasks.model.person import RegisteredPerson
from services.tasks.model.task import Task
from services.tasks.model.work_group import WorkGroup

ROOT = Path(__file__).resolve().parents[2]
_STORERS = {"Mapper", "sealed_fields"}
STORED: list[type[BaseModel]] = [
    *(Task, ListedRow, WorkGroup, RegisteredPerson, Contribution, Folder),
    *(EmailDelivery, DigestChoice),
]
OF_NOBODY = {"OfferedForm"}
"""What a form is, and whose: nothing about a person."""
PARTS = {"Author"}
"""Of one in the list."""
IDS = {"account_id", "authority", "contribution_id", "delegation_id", "document_id", "file_id", "owner", "task_id"}
IDS |= {
    "contributions",
    "sent_back",
    "replaced",
    "addendum_id",
    "ask_id",
    "added_by",
    "removed_by",
    "delivery_id",
    "work_group_id",
    "content_id",
    "batch",
    "batches",
    "removed_batch",
    "by",
    "kind",
    "name_tokens",
    "code_id",
}
"""Of things, and of whoever did something: an id of an account is no address."""
KINDS = {"form", "form_version", "form_owner", "form_title", "reference", "extension", "media_type", "url", "purpose"}
"""Which form it is, and in which format a file."""
MARKS = {"sha256", "receipt", "digest", "address_hash"}
"""Hashes of what is sealed, or random."""
TECHNICAL = {"erased_by", "trace", "sealed"}
"""Names of services; ids of spans; a code that is sealed for its email."""
HARMLESS = IDS | KINDS | MARKS | TECHNICAL


def sealed_models(source: str) -> set[str]:
    """The names of the models that a module stores: those that it gives to a `Mapper`, or seals by hand."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    return {ast.unparse(call.args[0]) for call in calls if ast.unparse(call.func).partition("[")[0] in _STORERS}


def test_every_model_that_is_stored_stands_in_the_list() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "services").rglob("*.py")]
    found = set[str]().union(*map(sealed_models, sources))
    assert found == {model.__name__ for model in STORED} | OF_NOBODY | PARTS


def test_a_model_is_found_however_it_is_given_to_its_mapper() -> None:
    assert sealed_models(
        "a = Mapper[Task](Task, id_field='x')\nb = Repository(c, Mapper(Other))\nsealed_fields(Row)"
    ) == {
        *("Task", "Other", "Row"),
    }


def texts(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, str]]:
    """Every text that stands in clear, by its place and the name of its field."""
    for name, field in model.model_fields.items():
        if SEALED not in field.metadata:
            yield from _inside(field.annotation, name, f"{path}.{name}")


def _inside(annotation: Any, name: str, path: str) -> Iterator[tuple[str, str]]:
    origin, given = get_origin(annotation), get_args(annotation)
    if annotation in {str, Any, object}:
        yield path, name
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from texts(annotation, path)
    elif origin is Annotated:
        if SEALED not in given[1:]:
            yield from _inside(given[0], name, path)
    elif origin is not Literal:
        # The names of a mapping's items are keys of questions, rows and authors: ids.
        for each in given[1:] if origin is dict else given:
            if each not in {NoneType, ...}:
                yield from _inside(each, name, path)


@pytest.mark.parametrize("model", STORED, ids=lambda model: model.__name__)
def test_every_text_is_sealed_or_known_to_be_harmless(model: type[BaseModel]) -> None:
    assert [path for path, name in texts(model) if name not in HARMLESS] == []


def test_a_text_that_nobody_thought_of_is_found_wherever_it_stands() -> None:
    class Inner(Value):
        remark: str | None = None
        secret: Sealed[str] = ""

    class Outer(Value):
        by_row: dict[str, list[Inner]] = {}
        whole: Sealed[Inner | None] = None
        anything: Any = None

    assert [path for path, _ in texts(Outer)] == [".by_row.remark", ".anything"]
