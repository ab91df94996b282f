"""Parts of a download."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ranges import OutOfRange, asked_range


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-", "bytes 0-99/100"),
        ("bytes=10-19", "bytes 10-19/100"),
        ("bytes=90-500", "bytes 90-99/100"),
        ("bytes=-10", "bytes 90-99/100"),
        ("bytes=-500", "bytes 0-99/100"),
    ],
)
def test_a_part_is_given(header: str, part: str) -> None:
    found = asked_range(header, 100)
    assert found is not None
    assert found.content_range == part


@pytest.mark.parametrize(
    "header", [None, "", "bytes=-", "bytes=5-2", "pages=1-2", "bytes=0-1,5-6", "bytes=a-b", "bytes=٣-٤"]
)
def test_what_is_no_range_gives_the_whole(header: str | None) -> None:
    assert asked_range(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_behind_the_end_is_out_of_range(header: str) -> None:
    with pytest.raises(OutOfRange):
        asked_range(header, 100)


@given(st.text("0123456789-=bytes, ", max_size=40), st.integers(1, 10**9))
def test_a_part_never_leaves_the_file(header: str, size: int) -> None:
    try:
        part = asked_range(header, size)
    except OutOfRange:
        return
    assert part is None or 0 <= part.start <= part.end < size
