"""Word documents (.docx): no macros, no embedded programs, nothing fetched, no fields that start programs."""

import re

from services.files.checks.package import Package, is_local
from services.files.model.refusal import Code, Unacceptable

DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

_MACROS = ("macroenabled", "vbaproject", "vbadata", "activex", "oleobject")
_EMBEDDED = frozenset({"oleobject", "afchunk", "control", "subdocument", "vbaproject", "externallink"})
_DDE = re.compile(r"\bDDE(AUTO)?\b|\bQUOTE(\s+\d{2,3}){2,}", re.IGNORECASE)
"""A field that starts a program, plain or spelt out in character codes."""


def check_docx(content: bytes) -> None:
    """Refuses what is not a Word document, is locked, or holds something that acts."""
    with Package(content) as package:
        _check_main(package, DOCUMENT)
        _check_parts(package)
        for kind, target, outside in package.relationships():
            if kind in _EMBEDDED or (outside and kind != "hyperlink" and not is_local(target)):
                raise Unacceptable(Code.ACTIVE_WORD)
            if kind == "package" and not outside:
                _check_chart(package, target)
        _check_fields(package)


def _check_main(package: Package, kind: str) -> None:
    kinds = package.kinds()
    if any(word in declared for declared in kinds for word in _MACROS):
        raise Unacceptable(Code.ACTIVE_WORD)
    if not any(package.kind(name) == kind for name in package.names):
        raise Unacceptable(Code.WRONG_TYPE)


def _check_parts(package: Package) -> None:
    """Looks at the parts' names too: a part that no relationship names can still be meant for somebody."""
    charts = {target for kind, target, outside in package.relationships() if kind == "package" and not outside}
    for name in package.names:
        folded = name.casefold()
        if any(word in folded for word in _MACROS) or ("/embeddings/" in folded and name not in charts):
            raise Unacceptable(Code.ACTIVE_WORD)


def _check_chart(package: Package, name: str) -> None:
    """A chart carries its figures as a small workbook: accepted where that holds figures only."""
    if name not in package.names:
        raise Unacceptable(Code.WRONG_TYPE)
    try:
        with Package(package.read(name)) as workbook:
            _check_main(workbook, WORKBOOK)
            related = any(kind in {*_EMBEDDED, "package"} or away for kind, _, away in workbook.relationships())
            holds_more = related or any("/embeddings/" in part.casefold() for part in workbook.names)
    except Unacceptable as found:
        raise Unacceptable(Code.ACTIVE_WORD) from found
    if holds_more:
        raise Unacceptable(Code.ACTIVE_WORD)


def _check_fields(package: Package) -> None:
    for name in package.names:
        if package.kind(name).endswith("xml") and not name.casefold().endswith(".rels"):
            fields = _Fields()
            package.parse(name, fields.start, fields.end, fields.text)
            if _DDE.search("".join(fields.said)):
                raise Unacceptable(Code.ACTIVE_WORD)


class _Fields:
    """What the fields of a part say: a field may be spread over many runs, so runs are joined and fields kept apart."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._inside = False

    def start(self, element: str, its: dict[str, str]) -> None:
        word = element.rpartition(" ")[2]
        if word == "instrText":
            self._inside = True
        elif word == "fldChar":
            self.said.append(" ")
        elif word == "fldSimple":
            self.said += [" ", *(value for key, value in its.items() if key.endswith(" instr")), " "]

    def end(self, element: str, _: dict[str, str]) -> None:
        if element.endswith(" instrText"):
            self._inside = False

    def text(self, text: str) -> None:
        if self._inside:
            self.said.append(text)
