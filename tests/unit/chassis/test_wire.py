import struct

import pytest
from pamqp import commands, frame
from pamqp.header import ContentHeader

from chassis import wire

wire.install()
USER = 0x0010
FLAGS = {"headers": 0x2000, "correlation_id": 0x0400, "message_id": 0x0080, "timestamp": 0x0040, "message_type": 0x0020}


def short(raw: bytes) -> bytes:
    return bytes([len(raw)]) + raw


def table(raw: bytes) -> bytes:
    return struct.pack(">I", len(raw)) + raw


def nested(depth: int) -> bytes:
    inner = table(b"")
    for _ in range(depth):
        inner = table(short(b"d") + b"F" + inner)
    return inner


def properties(**raw: bytes) -> commands.Basic.Properties:
    """As they come from the wire; `user_id` is always among them."""
    flags = USER + sum(FLAGS[name] for name in raw)
    payload = struct.pack(">HHQH", 60, 0, 2, flags) + b"".join(raw[name] for name in FLAGS if name in raw)
    payload += short(b"bristol")
    whole = struct.pack(">BHI", 2, 1, len(payload)) + payload + b"\xce"
    read = frame.unmarshal(whole)[2]
    assert isinstance(read, ContentHeader)
    assert read.properties
    return read.properties


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("message_id", short(b"\xff\xfe\xfa")),
        ("message_type", short(b"\xff" * 255)),
        ("correlation_id", short(b"a\xc3")),
        ("timestamp", struct.pack(">Q", 18 * 10**18)),
        ("timestamp", struct.pack(">Q", 1_763_971_200_000_000)),
        ("timestamp", struct.pack(">Q", 2**64 - 1)),
        ("headers", table(short(b"\xff\xfe") + b"V")),
        ("headers", table(short(b"t") + b"T" + struct.pack(">Q", 2**63))),
        ("headers", table(short(b"a") + b"F" + table(short(b"\xff") + b"V"))),
        ("headers", table(b"".join(short(b"h%d" % number) + b"V" for number in range(9000)))),
        ("headers", nested(1500)),
    ],
)
def test_a_property_that_cannot_be_read_is_named_and_the_others_are_read(name: str, raw: bytes) -> None:
    others = {"correlation_id": short(b"c-1"), "message_type": short(b"t-1")}
    read = properties(**{**others, name: raw})
    assert getattr(read, name) in (None, {wire.UNREADABLE: name})
    assert read.headers == {wire.UNREADABLE: name}
    assert read.user_id == "bristol"
    assert read.message_type == (None if name == "message_type" else "t-1")


def test_properties_that_can_be_read_are_read_as_before() -> None:
    read = properties(
        headers=table(short(b"a") + b"I" + struct.pack(">i", 7)),
        message_id=short("ä".encode()),
        timestamp=struct.pack(">Q", 1_763_971_200),
    )
    assert (read.headers, read.message_id, read.user_id) == ({"a": 7}, "ä", "bristol")
    assert read.timestamp is not None


def test_a_routing_key_that_is_no_text_keeps_its_length() -> None:
    deliver = commands.Basic.Deliver("tag", 1, exchange="council.inbox", routing_key="bristol.xx")
    whole = frame.marshal(deliver, 1).replace(b"bristol.xx", b"bristol.\xff\xfe")
    read = frame.unmarshal(whole)[2]
    assert isinstance(read, commands.Basic.Deliver)
    assert read.routing_key == "bristol.??"
