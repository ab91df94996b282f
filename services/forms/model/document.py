"""A contribution as it reads on paper: labels and words only, ready for the printer. No layout, no I/O."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from chassis.clock import LONDON, day_of
from contracts.council import Sender, Subject
from contracts.files import AttachedFile
from contracts.submission import ChangedParts, Signature
from services.forms.model.conditions import hidden_keys
from services.forms.model.questionnaire import Definition, Item
from services.forms.model.values import as_people_write, in_words

_LONGEST_WORD = re.compile(r"\S{61,}")
_LONGEST_WORD_IN_CELL = re.compile(r"\S{25,}")
_MOST_COLUMNS = 3
_LONGEST_CELL = 300
"""A table of more columns, or with a longer cell, is read row by row over the full width: some ten lines of a third
of it, and a cell that went on for pages would leave the rest of them empty."""
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They could make a line read otherwise than it stands; marks (LRM, RLM) stay."""
_KINDS = {"application/pdf": "PDF", "image/jpeg": "JPEG picture", "image/png": "PNG picture"}


@dataclass(frozen=True, slots=True)
class Banner:
    """Whom a form is about and who asks, as far as the authority's banner shows it."""

    subject: Subject
    sender: Sender
    due_on: date | None
    comments: str
    shown: Sequence[str]


@dataclass(frozen=True, slots=True)
class SentBackRound:
    """What the council asked about a submission when it sent that back, and how that had answered it."""

    asked_at: datetime
    comments: str
    fields: Sequence[str]
    answers: Mapping[str, Any]
    """All of that submission, by their keys."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a document takes the place of: submitted when, and how it differs from that.

    `reason` is its author's; None where the council has sent it back.
    """

    submitted_at: datetime
    reason: str | None
    changed: ChangedParts
    asked: Sequence[SentBackRound] = ()
    """Whenever it was sent back, the last time last."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that a document shows. The same paper gives the same bytes."""

    definition: Definition
    council: str
    portal: str
    banner: Banner
    answers: Mapping[str, Any]
    reference: str
    made_at: datetime
    attachments: Sequence[AttachedFile] | None = field(default=())
    """None where nobody has said what is attached: then the document is silent about it."""
    signatures: Sequence[Signature] = field(default=())
    replaces: Replaced | None = None
    template: ClassVar[str] = "contribution.typ"
    left_out: Collection[str] = field(default=())
    """The keys of the pages that are not asked for any more."""

    def data(self) -> dict[str, Any]:
        """What the template reads."""
        title = f"{self.definition.title}: {self.banner.subject.name}"
        return {
            "title": printable(title),
            "author": [printable(signature.name) for signature in self.signatures],
            "description": printable(f"{self.definition.title}, version {self.definition.version}"),
            "council": printable(self.council),
            "portal": printable(self.portal),
            "reference": printable(self.reference),
            "status": printable(self._status()),
            "replaces": [[label, breakable(value)] for label, value in self._replaces() if value],
            "asked": [self._thread(asked) for asked in (self.replaces.asked if self.replaces else ())],
            "child": [[label, breakable(value)] for label, value in self._child() if value],
            "sender": [[label, breakable(value)] for label, value in self._sender() if value],
            "pages": [{"title": printable(page.text), "blocks": self._on_page(page)} for page in self._pages()],
            "attachments": [
                [breakable(each.name), _KINDS.get(each.media_type, "Word document"), _size(each.size)]
                for each in self.attachments or ()
            ],
            "silent": self.attachments is None or self.definition.file_question is None,
            "signatures": [list(_signature(each)) for each in self.signatures],
            "note": "",
        }

    @property
    def file_name(self) -> str:
        """What a download is called: told apart in a folder of many, without the child's name."""
        made = day_of(self.made_at).isoformat()
        words = [self.reference, self.definition.title.replace("/", "-"), "" if self.signatures else "draft", made]
        return " ".join(filter(None, words)) + ".pdf"

    def _status(self) -> str:
        if not self.signatures and self.replaces:
            return f"Draft. What is new in this document has not been submitted to {self.council}."
        if not self.signatures:
            return f"Draft. This contribution has not been submitted to {self.council}."
        return f"Submitted to {self.council}"

    def _replaces(self) -> Iterator[tuple[str, str]]:
        """What is not as it was, first of all that stands here."""
        if self.replaces is None:
            return
        changed, items = self.replaces.changed, self.definition.questions | self.definition.tables
        yield "Replaces", f"What was submitted on {in_england(self.replaces.submitted_at)}"
        yield "Why", f"{self.council} has sent it back" if self.replaces.reason is None else self.replaces.reason
        labels = [_label(items[key]) for key in changed.answers if key in items]
        yield "Changed answers", "\n".join(labels) or "None"
        yield "Documents added", "\n".join(changed.documents_added)
        yield "Documents removed", "\n".join(changed.documents_removed)

    def _thread(self, asked: SentBackRound) -> dict[str, Any]:
        """What the council asked at one time: its words, and each question that it meant as it was answered then."""
        items = self.definition.questions | self.definition.tables
        then = [(_label(items[key]), _as_answered(items[key], asked.answers)) for key in asked.fields if key in items]
        rows = [(f"{self.council} asked", asked.comments), *((label, f"Answered then: {said}") for label, said in then)]
        return {
            "title": f"Sent back on {in_england(asked.asked_at)}",
            "rows": [[printable(label), breakable(value)] for label, value in rows if value],
        }

    def _marked(self, item: Item) -> str:
        """The label of a question, whether its answer is another one than before, and whether the council asked."""
        if self.replaces is None:
            return _label(item)
        asked = self.replaces.asked[-1:] if self.replaces.reason is None else ()
        is_asked = any(item.link_id in each.fields for each in asked)
        marks = [
            *(["asked about"] if is_asked else []),
            *(["changed"] if item.link_id in self.replaces.changed.answers else []),
        ]
        return f"{_label(item)} ({', '.join(marks)})" if marks else _label(item)

    def _child(self) -> Iterator[tuple[str, str]]:
        subject = self.banner.subject
        yield "Name", subject.name
        yield "Date of birth", as_people_write(subject.date_of_birth.isoformat()) if subject.date_of_birth else ""
        if "address" in self.banner.shown:
            yield "Address", subject.address
        yield "Form type", self.definition.title
        if "comments" in self.banner.shown:
            yield "Comments", self.banner.comments

    def _sender(self) -> Iterator[tuple[str, str]]:
        sender = self.banner.sender
        yield "Required by", as_people_write(self.banner.due_on.isoformat()) if self.banner.due_on else ""
        yield "Sent by", sender.name
        yield "Department", sender.department
        yield "Telephone", sender.telephone
        yield "Address", sender.address

    def _pages(self) -> list[Item]:
        """The pages that show something, or are left out; the page of attachments has its own place."""
        unseen = hidden_keys(self.definition, self.answers).difference(self.left_out)
        return [
            page
            for page in self.definition.item
            if page.link_id not in unseen and any(item.type != "attachment" for item in page.item)
        ]

    def _on_page(self, page: Item) -> list[dict[str, Any]]:
        if page.link_id in self.left_out:
            return [{"kind": "help", "label": printable(f"{self.council} does not ask for this part any more.")}]
        return list(self._blocks(page, 2))

    def _blocks(self, group: Item, level: int) -> Iterator[dict[str, Any]]:
        hidden = hidden_keys(self.definition, self.answers)
        for item in group.item:
            if item.link_id in hidden or item.type == "attachment":
                continue
            if item.is_table:
                yield {**self._table(item), "level": level}
            elif item.type == "group":
                yield {"kind": "heading", "label": printable(item.text), "level": level}
                yield from self._blocks(item, level + 1)
            elif item.type == "display":
                yield {"kind": "help", "label": printable(item.text)}
            else:
                value = breakable(in_words(item, self.answers.get(item.link_id)))
                yield {"kind": "answer", "label": self._marked(item), "value": value, "level": level}

    def _table(self, table: Item) -> dict[str, Any]:
        said = [
            [in_words(column, row.get(column.link_id)) for column in table.item]
            for row in self.answers.get(table.link_id, [])
        ]
        is_narrow = len(table.item) <= _MOST_COLUMNS and all(len(cell) <= _LONGEST_CELL for row in said for cell in row)
        longest = _LONGEST_WORD_IN_CELL if is_narrow else _LONGEST_WORD
        return {
            "kind": "table" if is_narrow else "rows",
            "label": self._marked(table),
            "header": [_label(column) for column in table.item],
            "widths": [2 if column.type == "text" else 1 for column in table.item],
            "rows": [[breakable(cell, longest) for cell in row] for row in said],
        }


def printable(text: str) -> str:
    """Without what no font has or what misleads: control characters, halves of pairs, non-characters."""
    spaced = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").replace("\u2028", "\n")
    return "".join(character for character in spaced if character == "\n" or _is_printable(character))


def breakable(text: str, longest: re.Pattern[str] = _LONGEST_WORD) -> str:
    """Printable, with places to break in words that are longer than a line."""
    return longest.sub(lambda word: re.sub(r".{8}", lambda part: f"{part[0]}\u200b", word[0]), printable(text))


def _is_printable(character: str) -> bool:
    is_non_character = (ord(character) & 0xFFFE) == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF  # noqa: PLR2004
    return not (is_non_character or character in _BIDI_CONTROLS or unicodedata.category(character) in {"Cc", "Cs"})


def _label(item: Item) -> str:
    return printable(item.text).strip().removesuffix(":")


def _as_answered(item: Item, answers: Mapping[str, Any]) -> str:
    """An answer in words; of a table how long it was, for it stands where it was submitted."""
    answer = answers.get(item.link_id)
    if not item.is_table:
        return in_words(item, answer) or "Not provided"
    rows = len(answer or [])
    return "1 row" if rows == 1 else f"{rows} rows"


def _signature(signature: Signature) -> Iterator[list[str]]:
    rows = {
        "Submitted by": signature.name,
        "Role": signature.role,
        "Organisation": signature.organisation,
        "Email": signature.email,
        "Submitted on": in_england(signature.signed_at),
    }
    return ([label, breakable(value)] for label, value in rows.items() if value)


def in_england(at: datetime) -> str:
    """A moment as people there write it."""
    local = at.astimezone(LONDON)
    return f"{as_people_write(local.date().isoformat())} at {local:%H:%M}"


def _size(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KB"
