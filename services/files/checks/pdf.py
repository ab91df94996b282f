"""PDFs: readable, whole, open to all, and without anything that acts. No repair: what is not fit is refused."""

import io
import zipfile
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Object, Stream

from services.files.model.refusal import Code, Unacceptable

TAIL = 2048
"""Readers look for the end mark in the last kilobyte; scanners and mail systems append some line ends."""

ACTIVE_KEYS = frozenset(
    {"/JS", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent", "/RichMediaSettings", "/3DD", "/Collection"}
)
ACTIVE_NAMES = frozenset(
    {
        "/JavaScript", "/Launch", "/GoToE", "/ImportData", "/Rendition", "/Movie", "/Sound", "/Screen",
        "/RichMedia", "/RichMediaExecute", "/3D", "/FileAttachment", "/EmbeddedFile",
    }
)  # fmt: skip


def check_pdf(content: bytes) -> None:
    """Refuses what is not a PDF, is locked, or holds scripts, actions, files or media."""
    if b"%%EOF" not in content[-TAIL:] or zipfile.is_zipfile(io.BytesIO(content)):
        raise Unacceptable(Code.WRONG_TYPE)
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            _check_open(pdf)
    except pikepdf.PasswordError as locked:
        raise Unacceptable(Code.PASSWORD_PROTECTED) from locked
    except pikepdf.PdfError as broken:
        raise Unacceptable(Code.WRONG_TYPE) from broken


def _check_open(pdf: pikepdf.Pdf) -> None:
    if pdf.is_encrypted:
        raise Unacceptable(Code.PASSWORD_PROTECTED)
    if not len(pdf.pages):
        raise Unacceptable(Code.WRONG_TYPE)
    if any(_acts(thing) for thing in _dictionaries(pdf)):
        raise Unacceptable(Code.ACTIVE_PDF)


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Object]:
    """Every dictionary of the file, wherever it hangs: an action need not stand where a reader expects it."""
    for root in (pdf.trailer, *pdf.objects):
        stack = [root]
        while stack:
            thing = stack.pop()
            if isinstance(thing, Dictionary | Stream):
                yield thing
                children = [value for _, value in thing.items()]
            elif isinstance(thing, Array):
                children = list(thing)
            else:
                continue
            stack += [child for child in children if isinstance(child, Dictionary | Array) and not child.is_indirect]


def _acts(thing: Object) -> bool:
    keys = set(thing.keys())
    if keys & ACTIVE_KEYS:
        return True
    return any(str(thing[key]) in ACTIVE_NAMES for key in ("/S", "/Subtype", "/Type") if key in keys)
