"""The names of files: made safe to show, to compare and to put in a header. Content is never stored under them."""

import re
import unicodedata
from urllib.parse import quote

LONGEST = 120
"""Characters of a name that are kept; the extension always is."""

_RESERVED = re.compile(r'[<>:"|?*]')
_BLANKS = re.compile(r"\s+")


def clean_name(raw: str) -> str:
    """A name fit to be shown: no folders, no control or direction characters, not too long."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", raw))[-1]
    visible = "".join(char for char in last if not unicodedata.category(char).startswith("C") or char in "\t\n\r")
    tidy = _BLANKS.sub(" ", _RESERVED.sub("_", visible)).strip().rstrip(" .")
    stem, dot, end = tidy.rpartition(".")
    if not dot:
        return tidy[:LONGEST] or "document"
    end = end[:20]
    return f"{stem.strip(' .')[: LONGEST - len(end) - 1].rstrip(' .') or 'document'}.{end}"


def extension(name: str) -> str:
    """What stands behind the last dot, in lower case; empty where there is no dot."""
    _, dot, end = name.rpartition(".")
    return end.casefold() if dot else ""


def content_disposition(name: str) -> str:
    """The header of a download (RFC 6266): an ASCII name for old readers, the whole one for all others."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r'[^ -~]|["\\%;]', "_", plain).strip(" .")
    if not plain.rpartition(".")[0]:
        plain = f"document.{extension(name)}" if extension(name).isascii() else "document"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
