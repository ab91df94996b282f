"""The text of a legacy Word document, by its piece table, so that fields are looked for in text alone."""

import struct
from collections.abc import Iterator

_FIB_CLX = 0x01A2
"""Where the first block of a Word 97-2003 document says where the piece table lies, and how long it is."""
_TABLE_1 = 0x0200
_FORMATTING, _PIECES = 1, 2
_EIGHT_BIT, _PLACE = 0x4000_0000, 0x3FFF_FFFF


def table_name(document: bytes) -> str:
    """The stream that holds the piece table."""
    return "1Table" if int.from_bytes(document[10:12], "little") & _TABLE_1 else "0Table"


def text_of(document: bytes, table: bytes) -> str | None:
    """All text of the document, its fields marked by U+0013, U+0014, U+0015; None where it cannot be read."""
    try:
        start, length = struct.unpack_from("<II", document, _FIB_CLX)
        pieces = _pieces(table[start : start + length])
        return "".join(_piece(document, *piece) for piece in pieces) if pieces else None
    except (struct.error, IndexError, ValueError):
        return None


def _pieces(clx: bytes) -> list[tuple[int, int]]:
    """Each piece: how many characters, and where they lie."""
    at = 0
    while at < len(clx) and clx[at] == _FORMATTING:
        at += 3 + int.from_bytes(clx[at + 1 : at + 3], "little")
    if at >= len(clx) or clx[at] != _PIECES:
        return []
    length = int.from_bytes(clx[at + 1 : at + 5], "little")
    plc = clx[at + 5 : at + 5 + length]
    count = (len(plc) - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", plc)
    return [(places[index + 1] - places[index], offset) for index, offset in enumerate(_offsets(plc, count))]


def _offsets(plc: bytes, count: int) -> Iterator[int]:
    for index in range(count):
        yield struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * index + 2)[0]


def _piece(document: bytes, characters: int, offset: int) -> str:
    if characters < 0:
        raise ValueError("a piece of less than nothing")
    if offset & _EIGHT_BIT:
        start = (offset & _PLACE) // 2
        return document[start : start + characters].decode("cp1252", "replace")
    start = offset & _PLACE
    return document[start : start + 2 * characters].decode("utf-16-le", "replace")
