"""What makes two JSON Schemas of one message incompatible, in either direction. Knows no message."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]

# What a reader of bytes never meets.
_WORDS = {"$id", "$schema", "$defs", "title", "description", "examples"}


def differences(released: Schema, now: Schema) -> list[str]:
    """Everything but optional fields that were added; empty where old and new bytes fit old and new readers alike."""
    return list(_Comparison(released, now).walk(released, now, ""))


@dataclass
class _Comparison:
    released: Schema
    now: Schema
    seen: set[tuple[Any, Any]] = field(default_factory=set)

    def walk(self, old: Any, new: Any, path: str) -> Iterator[str]:
        if not (isinstance(old, dict) and isinstance(new, dict)):
            yield from self._values(old, new, path)
            return
        both = (old.get("$ref"), new.get("$ref"))
        if any(both):
            if both in self.seen:
                return
            self.seen.add(both)
        old, new = _resolved(self.released, old), _resolved(self.now, new)
        yield from _required(old, new, path)
        yield from self._fields(old.get("properties", {}), new.get("properties", {}), path)
        for key in sorted((old.keys() | new.keys()) - _WORDS - {"required", "properties"}):
            yield from self.walk(old.get(key), new.get(key), f"{path}/{key}")

    def _fields(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        for name, schema in old.items():
            if name in new:
                yield from self.walk(schema, new[name], f"{path}/{name}")
            else:
                yield f"{path}/{name} is gone"

    def _values(self, old: Any, new: Any, path: str) -> Iterator[str]:
        if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            for number, pair in enumerate(zip(old, new, strict=True)):
                yield from self.walk(*pair, f"{path}/{number}")
        elif old != new:
            yield f"{path} was {old!r} and is {new!r}"


def _required(old: Schema, new: Schema, path: str) -> Iterator[str]:
    before, after = set(old.get("required", ())), set(new.get("required", ()))
    yield from (f"{path}/{name} was required and is optional" for name in sorted(before - after))
    yield from (f"{path}/{name} is required and was not" for name in sorted(after - before))


def _resolved(root: Schema, schema: Schema) -> Schema:
    """A schema with what it refers to in its place."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    return {**root["$defs"][reference.removeprefix("#/$defs/")], **{k: v for k, v in schema.items() if k != "$ref"}}
