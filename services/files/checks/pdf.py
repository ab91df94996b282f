"""PDFs: readable, whole, open to all, and without anything that acts. No repair: what is not fit is refused."""

import io
import zipfile
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Object, Stream

from services.files.checks.links import leads_to_web
from services.files.model.refusal import Code, Unacceptable

TAIL = 2048
"""Readers look for the end mark in the last kilobyte; scanners and mail systems append some line ends."""

_ACTIVE_KEYS = frozenset(
    {"/JS", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent", "/RichMediaSettings", "/3DD", "/Collection", "/OPI"}
)
_ACTIVE_NAMES = frozenset(
    {
        "/JavaScript", "/Launch", "/GoToE", "/GoToR", "/GoTo3DView", "/ImportData", "/SubmitForm", "/Rendition",
        "/Movie", "/Sound", "/Screen", "/RichMedia", "/RichMediaExecute", "/3D", "/FileAttachment", "/EmbeddedFile",
    }
)  # fmt: skip
"""Named wherever they stand: an action that no reader would find there today may be found there tomorrow."""
_ELSEWHERE_KEYS = frozenset({"/F", "/FFilter", "/FDecodeParms", "/Ref"})
"""A stream with one of these lies in another file."""
_TURNS = frozenset({"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"})
_ACTION_KEYS = ("/A", "/PA", "/Next")


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
    return (
        bool(keys & _ACTIVE_KEYS)
        or any(str(thing[key]) in _ACTIVE_NAMES for key in ("/S", "/Subtype", "/Type") if key in keys)
        or (isinstance(thing, Stream) and bool(keys & _ELSEWHERE_KEYS))
        or ("/AA" in keys and thing["/AA"] != Dictionary())
        or ("/OpenAction" in keys and not _is_quiet(thing["/OpenAction"]))
        or ("/Base" in keys and not leads_to_web(str(thing["/Base"])))
        or any(not _is_plain(action) for key in _ACTION_KEYS if key in keys for action in _actions(thing[key]))
        or (str(thing.get("/S")) == "/URI" and not _is_plain(thing))
        or (str(thing.get("/Type")) == "/Action" and not _is_plain(thing))
    )


def _actions(value: Object) -> Iterator[Object]:
    """The actions under a key: itself, or each of a list; without a kind it is none (an attribute, a destination)."""
    for each in value if isinstance(value, Array) else [value]:
        if isinstance(each, Dictionary | Stream) and "/S" in each:
            yield each


def _is_quiet(opening: Object) -> bool:
    """Opening shows a place of the document and does nothing more."""
    return isinstance(opening, Array) or (str(opening.get("/S")) == "/GoTo" and "/Next" not in opening)


def _is_plain(action: Object) -> bool:
    """Leads to a place in the document or to the web; what follows it (`/Next`) is looked at by itself."""
    match str(action.get("/S")):
        case "/GoTo":
            return True
        case "/Named":
            return str(action.get("/N")) in _TURNS
        case "/URI":
            address = action.get("/URI")
            return isinstance(address, pikepdf.String) and leads_to_web(str(address))
        case _:
            return False
