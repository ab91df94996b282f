"""Legacy Word documents (.doc, OLE files): no macros, no embedded programs, not locked."""

import re

import olefile

from services.files.checks.fields import Fields
from services.files.checks.legacy_text import table_name, text_of
from services.files.model.refusal import Code, Unacceptable

WORD_97 = 0xA5EC
"""The first number of a Word 97-2003 document."""

ENCRYPTED = 0x0100
HEADER = 12

_MACROS = frozenset({"macros", "vba", "_vba_project", "_vba_project_cur", "vbaproject"})
_EMBEDDED = frozenset({"\x01ole10native", "objectpool", "package"})
_BEGIN, _SEPARATE, _END = "\x13", "\x14", "\x15"
_MARKS = re.compile(f"([{_BEGIN}{_SEPARATE}{_END}])")
_ACTS = rb"DDE|DDEAUTO|INCLUDEPICTURE|INCLUDETEXT|INCLUDE|IMPORT|LINK|DATABASE|MACROBUTTON|EMBED"
_FIELD = re.compile(
    rb"\x13\s*("
    + _ACTS
    + rb")\s|\x13\0(\s\0)*("
    + b"|".join(rb"\0".join(re.findall(rb".", word)) for word in _ACTS.split(b"|"))
    + rb")\0\s\0",
    re.IGNORECASE,
)
"""Fields that act, wherever they lie: for a document whose text cannot be told from its other data."""


def check_doc(content: bytes) -> None:
    """Refuses what is not a Word document, is locked, or holds macros or embedded programs."""
    try:
        with olefile.OleFileIO(content) as ole:
            parts = {part.casefold() for path in ole.listdir(streams=True, storages=True) for part in path}
            if "encryptedpackage" in parts:
                raise Unacceptable(Code.PASSWORD_PROTECTED)
            if "worddocument" not in parts:
                raise Unacceptable(Code.WRONG_TYPE)
            document = ole.openstream("WordDocument").read()
            _check_head(document)
            table = table_name(document)
            text = text_of(document, ole.openstream(table).read()) if ole.exists(table) else None
    except (OSError, ValueError, IndexError) as broken:
        raise Unacceptable(Code.WRONG_TYPE) from broken
    has_active_field = _FIELD.search(document) or (text is not None and not _is_harmless(text))
    if parts & (_MACROS | _EMBEDDED) or has_active_field:
        raise Unacceptable(Code.ACTIVE_WORD)


def _check_head(document: bytes) -> None:
    if len(document) < HEADER or int.from_bytes(document[:2], "little") != WORD_97:
        raise Unacceptable(Code.WRONG_TYPE)
    if int.from_bytes(document[10:12], "little") & ENCRYPTED:
        raise Unacceptable(Code.PASSWORD_PROTECTED)


def _is_harmless(text: str) -> bool:
    """Whether every field of the text is one that only shows something."""
    fields, depth = Fields(), 0
    for part in _MARKS.split(text):
        if part == _BEGIN:
            fields.begin()
            depth += 1
        elif part == _SEPARATE:
            fields.separate()
        elif part == _END:
            fields.end()
            depth -= 1
        elif depth > 0:
            fields.say(part)
    return fields.close()
