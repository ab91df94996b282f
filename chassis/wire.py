"""AMQP properties that the client library cannot decode, read as far as they go (ADR 0015).

The broker checks how a frame is built, not what its texts and times say. The library raises in the reader of the
connection: one such message would end every consumer of the process, again and again. Here it becomes a delivery that
says which of its properties could not be read, and is refused as any other bad message is.
"""

from collections.abc import Callable
from typing import Any

from pamqp import decode
from pamqp.base import BasicProperties

UNREADABLE = "x-portal-unreadable"
"""The only header of a delivery whose properties could not all be read; its value names them."""

_TABLE_LIMIT = 16_384
"""Bytes of headers: the library's time for a table grows with the square of its length."""

_Decoder = Callable[[bytes], tuple[int, Any]]
_STRICT: dict[str, _Decoder] = dict(decode.METHODS)


def install() -> None:
    """Once a process, before the first connection."""
    decode.METHODS["shortstr"] = _short_str
    BasicProperties.unmarshal = _unmarshal  # type: ignore[method-assign]


def _short_str(data: bytes) -> tuple[int, str]:
    """At most as long as it came, so that it can be sent on."""
    end = data[0] + 1
    try:
        return end, data[1:end].decode()
    except UnicodeDecodeError:
        return end, data[1:end].decode("ascii", "replace").replace("\ufffd", "?")


def _unmarshal(self: BasicProperties, flags: int, data: bytes) -> None:
    unreadable = []
    for name in self.__slots__:
        if not flags & self.flags[name]:
            continue
        kind = self.amqp_type(name)
        try:
            consumed, value = _decoded(kind, data)
        except Exception:  # noqa: BLE001 - whatever it raises ends the connection
            unreadable.append(name)
            consumed, value = _length(kind, data), None
        setattr(self, name, value)
        data = data[consumed:]
    if unreadable:
        self.headers = {UNREADABLE: ", ".join(unreadable)}  # type: ignore[attr-defined]


def _decoded(kind: str, data: bytes) -> tuple[int, Any]:
    if kind == "table" and _length(kind, data) > _TABLE_LIMIT:
        raise ValueError(kind)
    return _STRICT[kind](data)


def _length(kind: str, data: bytes) -> int:
    """How many bytes a property takes, whatever they say."""
    match kind:
        case "shortstr":
            return data[0] + 1
        case "table":
            return 4 + int.from_bytes(data[:4], "big")
        case "timestamp":
            return 8
        case _:
            return _STRICT[kind](data)[0]
