import json

import pytest

from chassis import strictjson
from chassis.errors import Refused


def refused(body: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        strictjson.read(body)
    return caught.value


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b'{"a": 9223372036854775808}', "out_of_range", "/a"),
        (b'{"a": [1, {"b/c": -9223372036854775809}]}', "out_of_range", "/a/1/b~1c"),
        (b'{"a": %s}' % (b"1" * 5000), "out_of_range", "/a"),
        (b'{"a": 1e999}', "out_of_range", "/a"),
        (b'{"a": -1e999, "b": "\\u00e4"}', "out_of_range", "/a"),
        (b'{"a": {"b\\u0000": 1}}', "invalid_name", "/a"),
        (b'{"\\u0000": 1}', "invalid_name", "/"),
        (b'{"a": 1, "a": 1}', "not_json", None),
        (b'{"a": {"b": 1, "b": 2}}', "not_json", None),
        (b'{"a": NaN}', "not_json", None),
        (b'{"a": "\\ud800"}', "not_json", None),
        (b"[]", "not_json", None),
        (b"\xff", "not_json", None),
        (b'{"a": ' * 33 + b"1" + b"}" * 33, "too_deep", None),
    ],
)
def test_what_nothing_can_keep_is_refused_with_its_place(body: bytes, code: str, field: str | None) -> None:
    error = refused(body)
    assert (error.code, error.field) == (code, field)


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 1.5, 1e300, 0, "\u0000", [], {"a": None}])
def test_what_can_be_kept_is_read_as_it_is(value: object) -> None:
    assert strictjson.read(json.dumps({"a": value}).encode()) == {"a": value}


def test_as_deep_as_allowed_is_read() -> None:
    assert strictjson.read(b'{"a": ' * 32 + b"1" + b"}" * 32)
