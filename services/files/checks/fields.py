"""Fields of Word documents, by what their instruction says: a list of those that only show or count something."""

import re

from services.files.checks.links import leads_to_web

_SHOWING = re.compile(
    "PAGE|NUMPAGES|SECTION|SECTIONPAGES|PAGEREF|REF|NOTEREF|FTNREF|STYLEREF|SEQ|TOC|TC|TOA|TA|INDEX|XE|LISTNUM|AUTONUM"
    "|AUTONUMLGL|AUTONUMOUT|DATE|TIME|CREATEDATE|SAVEDATE|PRINTDATE|EDITTIME|AUTHOR|TITLE|SUBJECT|KEYWORDS|COMMENTS|INFO"
    "|LASTSAVEDBY|FILENAME|FILESIZE|NUMWORDS|NUMCHARS|REVNUM|TEMPLATE|DOCPROPERTY|USERNAME|USERADDRESS|USERINITIALS"
    "|SYMBOL|EQ|ADVANCE|FORMTEXT|FORMCHECKBOX|FORMDROPDOWN|BIBLIOGRAPHY|CITATION|MERGEFIELD|IF|ADDIN|SHAPE|PRIVATE"
    "|BARCODE|DISPLAYBARCODE|=.*",
    re.IGNORECASE,
)
"""What programs work out from the document itself; what a citation program noted in ADDIN is read by it alone."""

_ARGUMENT = re.compile(r'["\u201c\u201d]((?:[^"\u201c\u201d\\]|\\.)*)["\u201c\u201d]|(\S+)')
_WITH_VALUE = frozenset({"\\l", "\\o", "\\t", "\\s"})


def is_harmless(instruction: str, *, is_whole: bool = True) -> bool:
    """Whether a field fetches nothing and starts nothing. `is_whole`: no other field takes part in what it says."""
    words = instruction.split(maxsplit=1)
    if not words:
        return False
    if words[0].upper() == "HYPERLINK":
        return is_whole and all(map(leads_to_web, _targets(words[1] if len(words) > 1 else "")))
    return _SHOWING.fullmatch(words[0]) is not None


def _targets(arguments: str) -> list[str]:
    """The addresses that a HYPERLINK names; a switch and its value are none."""
    targets, after_switch = [], False
    for quoted, bare in _ARGUMENT.findall(arguments):
        if bare.startswith("\\") and not bare.startswith("\\\\"):
            after_switch = bare.lower() in _WITH_VALUE
        elif after_switch:
            after_switch = False
        else:
            targets.append(re.sub(r"\\(.)", r"\1", quoted) if quoted else bare)
    return targets


class Fields:
    """Gathers the fields of a text, which may be nested and spread over many runs, and judges each when it ends."""

    def __init__(self) -> None:
        self._open: list[_Field] = [_Field()]
        self.is_harmless = True

    def begin(self) -> None:
        """A field begins; where the one around it still says what it does, that is no longer told by its text alone."""
        if not self._open[-1].has_result:
            self._open[-1].is_whole = False
        self._open.append(_Field())

    def say(self, text: str) -> None:
        """A part of an instruction. Outside every field it counts as a field too: programs mend what is broken."""
        if not self._open[-1].has_result:
            self._open[-1].said.append(text)

    def separate(self) -> None:
        """The instruction ends, its result follows."""
        self._open[-1].has_result = len(self._open) > 1

    def end(self) -> None:
        """A field ends."""
        if len(self._open) > 1:
            self._judge(self._open.pop())

    def close(self) -> bool:
        """The text ends: whether every field was harmless, one that was never ended too."""
        while len(self._open) > 1:
            self._judge(self._open.pop())
        stray = "".join(self._open[0].said)
        return self.is_harmless and (not stray.strip() or is_harmless(stray))

    def _judge(self, field: "_Field") -> None:
        said = "".join(field.said)
        # An empty field shows nothing, unless what it does was told by another inside it.
        harmless = is_harmless(said, is_whole=field.is_whole) if said.strip() else field.is_whole
        self.is_harmless = self.is_harmless and harmless


class _Field:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.has_result = False
        self.is_whole = True
