"""Messages that no council should send: each a name, a body, and the code that it must be answered with."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.faults.cms import REQUESTED
from tests.support.council import request

Poison = tuple[str, bytes, str]
_AMENDED = "council.delegation.amended.v1"
_RETRACTED = "council.delegation.retracted.v1"
_GROUP = "council.work-group.defined.v1"
_WRONG: tuple[Any, ...] = (None, 7, True, [], {}, ["x"], {"kind": "nobody"}, "\u0000", "x" * 20_001)


def variants(prefix: str) -> list[Poison]:
    """More than two hundred of them, the same for the same prefix."""
    return [
        *((REQUESTED, body, "not_json") for body in _unreadable(prefix)),
        *((REQUESTED, body, "too_deep") for body in _deep()),
        *((name, body, code) for name in (REQUESTED, _AMENDED) for body, code in _unfit(prefix)),
        (REQUESTED, json.dumps(_whole(prefix) | {"comments": "x" * 17_000_000}).encode(), "too_large"),
        (REQUESTED, json.dumps(_whole(prefix) | {"comments": "x" * 5_000_000}).encode(), "invalid"),
        *((REQUESTED, body, "invalid") for body in _misshapen(prefix)),
        *((_RETRACTED, json.dumps(body).encode(), "invalid") for body in ({}, {"authority": "bristol"}, {"x": 1})),
        *(
            (_GROUP, json.dumps({"authority": "bristol", "version": bad}).encode(), "invalid")
            for bad in (-1, "x", 2**60)
        ),
        *((name, b"{}", "unknown_message") for name in _unknown()),
    ]


def _whole(prefix: str) -> dict[str, Any]:
    return {**request(f"{prefix}poison", "p@school.example"), "authority": "bristol"}


def _unreadable(prefix: str) -> Iterator[bytes]:
    chance = random.Random(prefix)
    whole = json.dumps(_whole(prefix)).encode()
    yield from (
        b"",
        b"null",
        b"7",
        b'"text"',
        b"[]",
        b"[{}]",
        b"{",
        b"{]",
        b"{'a': 1}",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"\x00",
    )
    yield from (whole.decode().encode("utf-16"), whole + b"}", whole + whole, b"%PDF-1.7", b"<delegation/>")
    yield from (whole[: chance.randrange(1, len(whole))] for _ in range(30))
    yield from (chance.randbytes(200) for _ in range(30))
    for constant in (b"NaN", b"Infinity", b"-Infinity"):
        yield whole[:-1] + b', "x": ' + constant + b"}"
        yield b'{"prefill": {"a": [' + constant + b"]}}"
    yield whole[:-1] + b', "authority": "bristol"}'
    yield whole.replace(b'"subject": {', b'"subject": {"name": "twice", ')
    yield from (
        whole[:-1] + b', "x": "' + half + b'"}' for half in (b"\\ud800", b"\\udfff", b"a\\ud83d", b"\\ud83d\\ud83d")
    )
    yield whole[:-1] + b', "\\udc00": 1}'


def _unfit(prefix: str) -> Iterator[tuple[bytes, str]]:
    """What is JSON and cannot be kept, in a message that is whole otherwise."""
    whole = json.dumps({name: value for name, value in _whole(prefix).items() if name != "prefill"}).encode()[:-1]
    yield from ((whole + b', "prefill": {"a": %s}}' % number, "out_of_range") for number in (b"1" * 30, b"-1e999"))
    yield whole + b', "prefill": {"a\\u0000b": 1}}', "invalid_name"


def _deep() -> Iterator[bytes]:
    for depth in (40, 500, 100_000):
        yield b'{"authority": "bristol", "x":' + b"[" * depth + b"]" * depth + b"}"
        yield b'{"x":' * depth + b"1" + b"}" * depth


def _misshapen(prefix: str) -> Iterator[bytes]:
    whole = _whole(prefix)
    for key in ("delegation_id", "form", "subject", "assignee", "sender"):
        yield json.dumps({name: value for name, value in whole.items() if name != key}).encode()
        yield from (json.dumps(whole | {key: wrong}).encode() for wrong in _WRONG)
    for key in ("received_on", "due_on"):
        no_dates: tuple[Any, ...] = ("tomorrow", "2031-02-30", "2031-01-01T25:00:00Z", [], {})
        yield from (json.dumps(whole | {key: wrong}).encode() for wrong in no_dates)
    for key in ("comments", "prefill", "documents", "notify_email"):
        yield from (json.dumps(whole | {key: wrong}).encode() for wrong in (7, True, ["x"], "x" * 20_001))
    for key in ("person_id", "name"):
        yield json.dumps(whole | {"subject": {**whole["subject"], key: 7}}).encode()
    yield json.dumps(whole | {"comments": "x" * 4001}).encode()
    yield json.dumps(whole | {"subject": {**whole["subject"], "date_of_birth": "soon"}}).encode()


def _unknown() -> Iterator[str]:
    yield from ("council.tea.ordered.v1", "council.delegation.requested.v2", "council.delegation.requested")
    yield from ("portal.message.rejected.v1", "tasks.task.opened.v1", "x", "council..v1", "council.*.v1", "#")
    yield from (f"council.made-up-{number}.done.v1" for number in range(20))


class _Bytes(str):
    """A text of one byte a character, which goes over the wire as these bytes."""

    __slots__ = ()

    def __str__(self) -> str:
        """Itself, which a client's conversion would make an ordinary text."""
        return self

    def encode(self, *_: str) -> bytes:
        return super().encode("latin-1")


class _Moment(datetime):
    """A time that goes over the wire as any number."""

    number: int

    def timestamp(self) -> int:
        return self.number


def _moment(number: int) -> datetime:
    moment = _Moment(2026, 1, 1, tzinfo=UTC)
    moment.number = number
    return moment


def properties() -> list[tuple[dict[str, Any], str]]:
    """Properties that a client library cannot decode, or that are hard work for it; and the code of the answer."""
    broken = "\xff\xfe\xfa"
    texts = ("message_id", "type", "correlation_id", "content_type", "content_encoding", "app_id", "reply_to")
    many: dict[str, Any] = {f"h{number}": None for number in range(9000)}
    return [
        *(({name: _Bytes(broken)}, "invalid_properties") for name in texts),
        ({"message_id": _Bytes("\xff" * 127)}, "invalid_properties"),
        ({"headers": {_Bytes(broken): 1}}, "invalid_properties"),
        ({"headers": {"a": {_Bytes(broken): 1}}}, "invalid_properties"),
        *(({"timestamp": _moment(number)}, "invalid_properties") for number in (18 * 10**18, 1_763_971_200_000_000)),
        ({"headers": {"t": _moment(18 * 10**18)}}, "invalid_properties"),
        ({"headers": many}, "invalid_properties"),
        ({"routing_key": _Bytes("bristol.\xff\xfe")}, "unknown_message"),
    ]
