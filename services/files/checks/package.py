"""The zip package around Office documents, judged by its directory before anything is unpacked. Nothing of Word."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import Self
from xml.parsers import expat

from services.files.model.refusal import Code, Unacceptable

MOST_MEMBERS = 2_000
MOST_UNPACKED = 150 * 1024 * 1024
MOST_RATIO = 200
RATIO_FROM = 4 * 1024 * 1024
"""Below this size a member is harmless however well it is packed (blank pictures are packed very well)."""

_LOCAL_FILE = re.compile(
    r"(?!.*%(2f|5c))((file:///)?([A-Za-z]:[\\/]|[^/\\:]+$)[^:]*|file://(localhost)?/[^/\\:][^:]*)", re.IGNORECASE
)
"""A path on the writer's own disk; anything else may be fetched from elsewhere when the document is opened."""

Start = Callable[[str, dict[str, str]], None]


class Package:
    """An opened package; every reading of a part is bounded by what its directory has declared."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as broken:
            raise Unacceptable(Code.WRONG_TYPE) from broken
        self._check_directory()
        self._types: dict[str, str] = {}
        self._defaults: dict[str, str] = {}
        self.parse("[Content_Types].xml", self._take_type)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _check_directory(self) -> None:
        members = self._zip.infolist()
        names = {member.filename.casefold() for member in members}
        if len(members) > MOST_MEMBERS or len(names) != len(members) or "[content_types].xml" not in names:
            raise Unacceptable(Code.WRONG_TYPE)
        if any(member.flag_bits & 1 for member in members):
            raise Unacceptable(Code.PASSWORD_PROTECTED)
        if sum(member.file_size for member in members) > MOST_UNPACKED or any(map(_is_odd, members)):
            raise Unacceptable(Code.WRONG_TYPE)

    def _take_type(self, name: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "").casefold()
        if name.endswith(" Override"):
            self._types[attributes.get("PartName", "").lstrip("/").casefold()] = kind
        elif name.endswith(" Default"):
            self._defaults[attributes.get("Extension", "").casefold()] = kind

    @property
    def names(self) -> list[str]:
        """The parts' names."""
        return [name for name in self._zip.namelist() if not name.endswith("/")]

    def kinds(self) -> set[str]:
        """Every content type that the package declares."""
        return {*self._types.values(), *self._defaults.values()}

    def kind(self, name: str) -> str:
        """The content type of a part, in lower case."""
        known = self._types.get(name.casefold())
        return known if known is not None else self._defaults.get(name.rpartition(".")[2].casefold(), "")

    def read(self, name: str) -> bytes:
        """A part whole."""
        return self.head(name, -1)

    def head(self, name: str, size: int) -> bytes:
        """The first bytes of a part."""
        try:
            with self._zip.open(name) as part:
                return part.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError) as broken:
            raise Unacceptable(Code.WRONG_TYPE) from broken

    def parse(
        self, name: str, start: Start, end: Start | None = None, text: Callable[[str], None] | None = None
    ) -> None:
        """A part's XML as events, "namespace name" each; a document type (the door to entity bombs) is refused."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = start
        parser.StartDoctypeDeclHandler = _refuse_doctype
        if end is not None:
            parser.EndElementHandler = lambda element: end(element, {})
        parser.CharacterDataHandler = text
        try:
            with self._zip.open(name) as part:
                parser.ParseFile(part)
        except (
            expat.ExpatError,
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            KeyError,
            NotImplementedError,
            LookupError,
        ) as broken:
            raise Unacceptable(Code.WRONG_TYPE) from broken

    def relationships(self) -> list[tuple[str, str, bool]]:
        """Every relationship: its type's last word, its target (a part's name, or as written), if it is outside."""
        found: list[tuple[str, str, bool]] = []
        for name in self.names:
            if name.casefold().endswith(".rels"):
                folder = posixpath.dirname(posixpath.dirname(name))
                self.parse(name, lambda element, its, at=folder: _take_relationship(found, element, its, at))  # type: ignore[misc]
        return found


def is_local(target: str) -> bool:
    """Whether an outside target lies on the writer's own disk, so that opening the document fetches nothing."""
    return _LOCAL_FILE.fullmatch(target) is not None


def _take_relationship(found: list[tuple[str, str, bool]], element: str, its: dict[str, str], folder: str) -> None:
    if not element.endswith(" Relationship"):
        return
    target, outside = its.get("Target", ""), its.get("TargetMode", "").casefold() == "external"
    if not outside:
        target = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
    found.append((its.get("Type", "").rpartition("/")[2].casefold(), target, outside))


def _is_odd(member: zipfile.ZipInfo) -> bool:
    """A bomb, a path that leaves the package, or a packing that no Office program uses."""
    return (
        (member.file_size > RATIO_FROM and member.file_size > MOST_RATIO * max(member.compress_size, 1))
        or member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
        or member.filename.startswith(("/", "\\"))
        or ".." in re.split(r"[/\\]", member.filename)
    )


def _refuse_doctype(*_: object) -> None:
    raise Unacceptable(Code.WRONG_TYPE)
