"""Which part of a document a download asks for (RFC 9110, 14). One range at most: more are answered with the whole."""

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


@dataclass(frozen=True)
class ByteRange:
    """Bytes `start` to `end`, both included, of `size`."""

    start: int
    end: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes that is."""
        return self.end - self.start + 1

    @property
    def content_range(self) -> str:
        """The header of a partial answer."""
        return f"bytes {self.start}-{self.end}/{self.size}"


class OutOfRange(Exception):  # noqa: N818 - an answer of its own (416)
    """The range begins behind the end."""


def asked_range(header: str | None, size: int) -> ByteRange | None:
    """The part that a Range header asks for; None means the whole, which is also the answer to what is no range."""
    found = _ONE.fullmatch((header or "").replace(" ", ""))
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        start, end = max(size - int(found[2]), 0), size - 1
    else:
        start, end = int(found[1]), min(int(found[2] or size - 1), size - 1)
        if found[2] and int(found[2]) < start:
            return None
    if start >= size or end < start:
        raise OutOfRange
    return ByteRange(start, end, size)
