"""Word documents (.docx): no macros, no embedded programs, nothing fetched, no fields that start programs."""

import re

from services.files.checks.fields import Fields, is_harmless
from services.files.checks.links import leads_to_web, stays_nearby
from services.files.checks.package import Package, is_local
from services.files.model.refusal import Code, Unacceptable

DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

_MACROS = ("macroenabled", "vbaproject", "vbadata", "activex", "oleobject")
_EMBEDDED = frozenset({"oleobject", "afchunk", "control", "subdocument", "vbaproject", "externallink"})
_BESIDE = frozenset({"attachedtemplate", "image"})
"""What Word leaves pointing at the writer's own disk; opened elsewhere it is not found, and nothing is fetched."""
_KINDS = re.compile(
    r"(image/(png|jpe?g|gif|bmp|tiff|x-emf|x-wmf|emf|wmf|svg\+xml|webp|x-icon|vnd\.ms-photo)|(application|text)/xml"
    r"|application/[a-z0-9.-]+\+xml|application/vnd\.openxmlformats-officedocument\.obfuscatedfont"
    r"|application/vnd\.openxmlformats-officedocument\.wordprocessingml\.printersettings"
    r"|application/vnd\.openxmlformats-package\.digital-signature-origin)"
)
"""The content types of parts that a document is made of."""
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0", b"#!", b"PK\x03\x04")
_HEAD = 8
_DRAWING = "urn:schemas-microsoft-com:vml "
_LINKS = frozenset({"href", "urn:schemas-microsoft-com:office:office href"})


def check_docx(content: bytes) -> None:
    """Refuses what is not a Word document, is locked, or holds something that acts."""
    with Package(content) as package:
        _check_main(package, DOCUMENT)
        related = package.relationships()
        charts = {target for kind, target, outside in related if kind == "package" and not outside}
        _check_parts(package, {target.casefold() for _, target, outside in related if not outside}, charts)
        for kind, target, outside in related:
            if kind in _EMBEDDED or (outside and not _is_safe_outside(kind, target)):
                raise Unacceptable(Code.ACTIVE_WORD)
        for chart in charts:
            _check_chart(package, chart)
        _check_text(package)


def _is_safe_outside(kind: str, target: str) -> bool:
    return leads_to_web(target) if kind == "hyperlink" else kind in _BESIDE and is_local(target)


def _check_main(package: Package, kind: str) -> None:
    kinds = package.kinds()
    if any(word in declared for declared in kinds for word in _MACROS):
        raise Unacceptable(Code.ACTIVE_WORD)
    if not any(package.kind(name) == kind for name in package.names):
        raise Unacceptable(Code.WRONG_TYPE)


def _check_parts(package: Package, related: set[str], charts: set[str]) -> None:
    """Every part is of a kind that documents are made of, and named by some relationship."""
    for name in package.names:
        folded = name.casefold()
        if folded == "[content_types].xml" or folded.endswith(".rels"):
            continue
        is_known = folded in related and not any(word in folded for word in _MACROS)
        if not is_known or (name not in charts and not _is_of_a_document(package, name)):
            raise Unacceptable(Code.ACTIVE_WORD)


def _is_of_a_document(package: Package, name: str) -> bool:
    is_apart = "/embeddings/" in name.casefold()
    return (
        not is_apart
        and bool(_KINDS.fullmatch(package.kind(name)))
        and not package.head(name, _HEAD).startswith(_PROGRAMS)
    )


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


def _check_text(package: Package) -> None:
    for name in package.names:
        if package.kind(name).endswith("xml") and not name.casefold().endswith(".rels"):
            text = _Text()
            package.parse(name, text.start, text.end, text.text)
            if not text.is_harmless():
                raise Unacceptable(Code.ACTIVE_WORD)


class _Text:
    """What of a part's XML could act: fields, addresses in the older drawing language, a mail merge's query."""

    def __init__(self) -> None:
        self._fields = Fields()
        self._inside = False
        self._is_harmless = True

    def is_harmless(self) -> bool:
        """To be asked when the part has been read."""
        return self._fields.close() and self._is_harmless

    def start(self, element: str, its: dict[str, str]) -> None:
        word = element.rpartition(" ")[2]
        if word in {"instrText", "delInstrText"}:
            self._inside = True
        elif word == "fldChar":
            self._mark({key.rpartition(" ")[2]: value for key, value in its.items()}.get("fldCharType", ""))
        elif word == "fldSimple":
            said = "".join(value for key, value in its.items() if key.endswith(" instr"))
            self._keep(is_harmless(said) or not said.strip())
        elif word in {"connectString", "query"}:
            self._keep(harmless=False)
        elif element.startswith(_DRAWING):
            followed = all(leads_to_web(value) for key, value in its.items() if key in _LINKS)
            self._keep(followed and stays_nearby(its.get("src", "")))

    def _mark(self, kind: str) -> None:
        match kind:
            case "begin":
                self._fields.begin()
            case "separate":
                self._fields.separate()
            case "end":
                self._fields.end()

    def _keep(self, harmless: bool) -> None:  # noqa: FBT001 - a finding, added to the others
        self._is_harmless = self._is_harmless and harmless

    def end(self, element: str, _: dict[str, str]) -> None:
        if element.endswith((" instrText", " delInstrText")):
            self._inside = False

    def text(self, text: str) -> None:
        if self._inside:
            self._fields.say(text)
