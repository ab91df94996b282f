"""Legacy Word documents (.doc, OLE files): no macros, no embedded programs, not locked."""

import re

import olefile

from services.files.model.refusal import Code, Unacceptable

WORD_97 = 0xA5EC
"""The first number of a Word 97-2003 document."""

ENCRYPTED = 0x0100
HEADER = 12

_MACROS = frozenset({"macros", "vba", "_vba_project", "_vba_project_cur", "vbaproject"})
_EMBEDDED = frozenset({"\x01ole10native", "objectpool", "package"})
_DDE = re.compile(rb"\x13\s*DDE(AUTO)?\s|\x13\0(\s\0)*D\0D\0E\0(A\0U\0T\0O\0)?\s\0", re.IGNORECASE)


def check_doc(content: bytes) -> None:
    """Refuses what is not a Word document, is locked, or holds macros or embedded programs."""
    try:
        with olefile.OleFileIO(content) as ole:
            parts = {part.casefold() for path in ole.listdir(streams=True, storages=True) for part in path}
            if "encryptedpackage" in parts:
                raise Unacceptable(Code.PASSWORD_PROTECTED)
            if "worddocument" not in parts:
                raise Unacceptable(Code.WRONG_TYPE)
            _check_text(ole.openstream("WordDocument").read())
    except (OSError, ValueError, IndexError) as broken:
        raise Unacceptable(Code.WRONG_TYPE) from broken
    if parts & (_MACROS | _EMBEDDED):
        raise Unacceptable(Code.ACTIVE_WORD)


def _check_text(text: bytes) -> None:
    if len(text) < HEADER or int.from_bytes(text[:2], "little") != WORD_97:
        raise Unacceptable(Code.WRONG_TYPE)
    if int.from_bytes(text[10:12], "little") & ENCRYPTED:
        raise Unacceptable(Code.PASSWORD_PROTECTED)
    if _DDE.search(text):
        raise Unacceptable(Code.ACTIVE_WORD)
