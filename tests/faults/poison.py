"""Messages that no council should send: each a name, a body, and the code that it must be answered with."""

import json
import random
from collections.abc import Iterator
from typing import Any

from tests.faults.cms import REQUESTED
from tests.support.council import request

Poison = tuple[str, bytes, str]
_RETRACTED = "council.delegation.retracted.v1"
_GROUP = "council.work-group.defined.v1"
_WRONG: tuple[Any, ...] = (None, 7, True, [], {}, ["x"], {"kind": "nobody"}, "\u0000", "x" * 20_001)


def variants(prefix: str) -> list[Poison]:
    """More than two hundred of them, the same for the same prefix."""
    return [
        *((REQUESTED, body, "not_json") for body in _unreadable(prefix)),
        *((REQUESTED, body, "too_deep") for body in _deep()),
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
        for wrong in ("tomorrow", "2031-02-30", "2031-01-01T25:00:00Z", [], {}):
            yield json.dumps(whole | {key: wrong}).encode()
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
