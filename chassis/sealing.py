"""Sealing: AES-256-GCM around whatever must be unreadable to disks, backups, journals and queues (ADR 0038).

Which fields of a document are sealed their model says, by `Sealed[...]` of contracts.base.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, NamedTuple, TypeAlias, Union, get_args, get_origin

import bson
from bson.codec_options import CodecOptions
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel

from chassis.documents import Document, Key
from contracts.base import SEALED

_NONCE_BYTES = 12
_FORMAT: Final = b"\x01"
"""What every sealed value begins with; another way to seal will have another."""
_CODEC: CodecOptions[Document] = CodecOptions(tz_aware=True)


class NotOpened(Exception):  # noqa: N818 - a finding
    """It was sealed with another key or about something else, or is damaged.

    No ValueError: what we cannot open is no fault of whoever wrote to us.
    """


def sealed(cipher: AESGCM, content: bytes, about: str) -> bytes:
    """The content, unreadable, with its nonce in front."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, content, about.encode())


def opened(cipher: AESGCM, content: bytes, about: str) -> bytes:
    """What was sealed with this key about this; NotOpened for anything else."""
    try:
        return cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError) as error:
        raise NotOpened(about) from error


class DataKey:
    """The key of what is kept about one thing. What was sealed in one place opens in no other."""

    def __init__(self, key: Key, raw: bytes) -> None:
        self._cipher = AESGCM(raw)
        self._about = "\x1f".join(key)

    def seal(self, content: bytes, place: str) -> bytes:
        """The content, unreadable; `place` says where it will stand."""
        return _FORMAT + sealed(self._cipher, content, self._at(place))

    def open(self, content: bytes, place: str) -> bytes:
        """The content; NotOpened where it is not what was sealed for this place."""
        if not content.startswith(_FORMAT):
            raise NotOpened(place)
        return opened(self._cipher, content[len(_FORMAT) :], self._at(place))

    def seal_value(self, value: Any, place: str) -> Any:
        """The same for a value as it would stand in a document; what is empty has nothing to hide."""
        return value if _is_empty(value) else self.seal(bson.encode({"": value}), place)

    def open_value(self, kept: Any, place: str) -> Any:
        """The value. What is not sealed was empty, or is from a version that did not seal."""
        if not isinstance(kept, bytes):
            return kept
        return bson.decode(self.open(kept, place), _CODEC)[""]

    def _at(self, place: str) -> str:
        return f"{self._about}\x1f{place}"


class Sealing(NamedTuple):
    """With which key something is sealed, and in which collection it stands."""

    key: DataKey
    collection: str

    def value(self, value: Any, path: str) -> Any:
        """A value that will stand at this path of a document."""
        return self.key.seal_value(value, f"{self.collection}.{path}")


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


@dataclass(frozen=True, slots=True)
class _Each:
    """Of a list's or mapping's items."""

    items: "Plan"


Plan: TypeAlias = "Mapping[str, Plan] | _Each | None"
"""Which fields are sealed: None means the whole; by name within a model; alike for each item of a container."""


class SealedFields:
    """The fields of a model that are sealed, however deep they stand."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._fields = _fields(model)

    def __bool__(self) -> bool:
        return bool(self._fields)

    def are_in(self, document: Document) -> bool:
        """Whether any of them holds something."""
        found: list[bool] = []
        _changed(self._fields, document, "", lambda value, _: found.append(not _is_empty(value)))
        return any(found)

    def seal(self, document: Document, sealing: Sealing, path: str = "") -> Document:
        """A document with these fields sealed; `path` says where it stands within another one."""
        changed: Document = _changed(self._fields, document, _joined(sealing.collection, path), sealing.key.seal_value)
        return changed

    def open(self, document: Document, sealing: Sealing, path: str = "") -> Document:
        """The document as it was."""
        changed: Document = _changed(self._fields, document, _joined(sealing.collection, path), sealing.key.open_value)
        return changed


@cache
def sealed_fields(model: type[BaseModel]) -> SealedFields:
    """Those of a model."""
    return SealedFields(model)


def _joined(place: str, path: str) -> str:
    return f"{place}.{path}" if path else place


_NOTHING: Final[dict[str, Plan]] = {}


def _fields(model: type[BaseModel]) -> dict[str, Plan]:
    """By name; without those that hold nothing to seal."""
    found = {}
    for name, field in model.model_fields.items():
        plan = None if SEALED in field.metadata else _plan(field.annotation)
        if plan is None or plan:
            found[name] = plan
    return found


def _plan(annotation: Any) -> Plan:
    origin, given = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return None if SEALED in given[1:] else _plan(given[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _fields(annotation)
    plans = [plan for plan in map(_plan, given) if plan is None or plan]
    if not plans:
        return _NOTHING
    if len(plans) > 1:
        raise TypeError(f"{annotation}: seal the whole, its kinds cannot be told apart")
    return plans[0] if origin in {Union, UnionType} else _Each(plans[0])


def _changed(plan: Plan, value: Any, place: str, change: Callable[[Any, str], Any]) -> Any:
    """Items of a list share a place: they move."""
    if plan is None:
        return change(value, place)
    if isinstance(plan, _Each):
        if isinstance(value, Mapping):
            return {name: _changed(plan.items, inner, f"{place}.{name}", change) for name, inner in value.items()}
        return [_changed(plan.items, inner, place, change) for inner in value or ()]
    if value is None:
        return None
    inside = ((name, inner) for name, inner in plan.items() if name in value)
    return {**value, **{name: _changed(inner, value[name], f"{place}.{name}", change) for name, inner in inside}}
