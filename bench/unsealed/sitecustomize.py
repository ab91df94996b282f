"""What sealing costs is measured against services that do not seal. No setting can bring that about: this file does.

Python runs it first in every process that has this folder in PYTHONPATH; the bench's second portal has.
"""

# ruff: noqa: INP001 - Python finds it by its name in a folder, not in a package

from collections.abc import Iterable, Mapping
from typing import Any

from chassis import keys, sealing, shared_keys
from chassis.documents import Key


def _unchanged(_: Any, content: Any, *__: Any) -> Any:
    return content


async def _no_key(_: Any, key: Key, **__: Any) -> sealing.DataKey:
    return sealing.DataKey(key, bytes(32))


async def _no_keys(_: Any, asked: Iterable[Key]) -> Mapping[Key, sealing.DataKey]:
    return {key: sealing.DataKey(key, bytes(32)) for key in asked}


async def _never_destroyed(_: Any, __: Key) -> None:
    """There are no keys."""


_INSTEAD: dict[type, dict[str, Any]] = {
    sealing.DataKey: dict.fromkeys(("seal", "open", "seal_value", "open_value"), _unchanged),
    shared_keys.BodySeal: dict.fromkeys(("seal", "open"), _unchanged),
    keys.KeyRing: {"of": _no_key, "of_all": _no_keys, "confirm": _never_destroyed},
}
for owner, instead in _INSTEAD.items():
    for name, does in instead.items():
        setattr(owner, name, does)
