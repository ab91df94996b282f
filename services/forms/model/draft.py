"""A draft is edits: how they merge so that nothing that somebody typed vanishes. No clock, no I/O."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from contracts.api.forms import Edit
from contracts.base import Fault, FrozenModel, Sealed
from contracts.council import Subject
from services.forms.model.answers import TableRow
from services.forms.model.paths import split
from services.forms.model.questionnaire import Definition
from services.forms.model.schema import ROW_LIMIT

COUNCIL = "council"
"""Who gave an answer that came with the delegation."""
BATCHES_KEPT = 50
"""How many saves back a repeated batch is known; later it merges as new, which loses nothing either."""
TYPED_LIMIT = 4_000_000
"""The most characters of a draft, versions set aside included: what one document of the database holds."""
VERSIONS_KEPT = 20
"""How many set-aside values a field may have before somebody has to choose."""


class Kept(FrozenModel):
    """A value that was set aside, until somebody chooses; `revision` says since when."""

    value: Sealed[Any]
    by: str
    at: datetime
    revision: int


class Cell(FrozenModel):
    """An answer: its value, who gave it when, and the values set aside."""

    value: Sealed[Any]
    revision: int
    by: str
    at: datetime
    batch: str = ""
    others: tuple[Kept, ...] = ()


class Row(FrozenModel):
    """A row of a table; a removed one keeps what was typed."""

    position: int
    owner: str
    removed: int | None = None
    removed_batch: str = ""
    cells: dict[str, Cell] = {}


class Draft(FrozenModel):
    """What has been typed so far, and the revision that the last save made."""

    revision: int = 0
    answers: dict[str, Cell] = {}
    tables: dict[str, dict[str, Row]] = {}
    batches: tuple[str, ...] = ()
    typed: int = 0
    """How many characters it holds at most; exact after a merge."""
    saved_at: datetime | None = None

    def values(self) -> dict[str, Any]:
        """The standing value of every question."""
        return {key: cell.value for key, cell in self.answers.items()}

    def rows(self, table: str) -> list[tuple[str, Row]]:
        """A table's rows that stand, in their order."""
        standing = [(row_id, row) for row_id, row in self.tables.get(table, {}).items() if row.removed is None]
        return sorted(standing, key=lambda pair: (pair[1].position, pair[0]))

    def table_rows(self) -> dict[str, list[TableRow]]:
        """Every table's standing rows with their values."""
        return {
            table: [
                TableRow(row_id, {column: cell.value for column, cell in row.cells.items()})
                for row_id, row in self.rows(table)
            ]
            for table in self.tables
        }

    @property
    def is_begun(self) -> bool:
        """Whether somebody has given an answer: what the council filled in is none."""
        return any(cell.by != COUNCIL for cell in self._cells())

    def texts(self) -> Iterator[Any]:
        """Every value it holds, standing or set aside, of removed rows too."""
        for cell in self._cells():
            yield cell.value
            yield from (kept.value for kept in cell.others)

    def _cells(self) -> Iterator[Cell]:
        rows = (row for table in self.tables.values() for row in table.values())
        return chain(self.answers.values(), *(row.cells.values() for row in rows))

    def contested(self) -> Iterator[tuple[str, Cell]]:
        """The path and the cell of every answer with values set aside."""
        for key, cell in self.answers.items():
            if cell.others:
                yield key, cell
        for table in self.tables:
            for row_id, row in self.rows(table):
                for column, cell in row.cells.items():
                    if cell.others:
                        yield f"{table}/{row_id}/{column}", cell


class Batch(FrozenModel):
    """Edits that were sent together.

    An `id` of the form `<page>:<rest>` says which open page sent it, so that a page never contradicts itself;
    where `rest` counts the page's saves, an old request that arrives late changes nothing.
    """

    id: str
    seen: int
    by: str
    at: datetime
    edits: tuple[Edit, ...]

    @property
    def typed(self) -> int:
        """How many characters it brings."""
        return sum(size(edit.value) for edit in self.edits)

    @property
    def is_plain(self) -> bool:
        """It only sets answers: a store may save it in one write where nothing overlaps."""
        return all(edit.op == "set" for edit in self.edits)


def merge(draft: Draft, batch: Batch) -> Draft:
    """The draft with a batch in it; the same batch twice is once."""
    if batch.id in draft.batches:
        return draft
    revision = draft.revision + 1
    answers, tables = dict(draft.answers), {key: dict(rows) for key, rows in draft.tables.items()}
    for index, edit in enumerate(batch.edits):
        key, row_id, column = split(edit.path)
        if not row_id:
            answers[key] = _set(answers.get(key), edit, batch, revision)
        else:
            rows = tables.setdefault(key, {})
            row = rows.get(row_id) or Row(position=revision * 10_000 + index, owner=batch.by)
            rows[row_id] = _change_row(row, column, edit, batch, revision)
    merged = draft.model_copy(
        update={
            "revision": revision,
            "answers": answers,
            "tables": tables,
            "batches": (*draft.batches, batch.id)[-BATCHES_KEPT:],
            "saved_at": batch.at,
        }
    )
    return merged.model_copy(update={"typed": sum(size(value) for value in merged.texts())})


def overfull(draft: Draft) -> list[Fault]:
    """What has grown beyond its limit: choose, or remove rows, before more is saved."""
    faults = [
        Fault(path=path, code="too_many_versions", message="Choose one of the versions of this answer first.")
        for path, cell in draft.contested()
        if len(cell.others) > VERSIONS_KEPT
    ]
    if draft.typed > TYPED_LIMIT:
        faults.append(Fault(path="", code="too_much", message=f"A form holds {TYPED_LIMIT:,} characters or fewer."))
    return faults + [
        Fault(path=table, code="too_many_rows", message=f"A table has {ROW_LIMIT} rows or fewer.")
        for table, rows in draft.tables.items()
        if len(rows) > ROW_LIMIT * 2 or len(draft.rows(table)) > ROW_LIMIT
    ]


def size(value: Any) -> int:
    """How many characters a value takes."""
    return sum(map(len, value)) if isinstance(value, list) else len(value) if isinstance(value, str) else 1


def safe_revision(batch: Batch, revision: int) -> int:
    """The revision that the author may claim to have seen: the new one, unless somebody else saved in between."""
    return revision if revision == batch.seen + 1 else min(batch.seen, revision)


def _set(cell: Cell | None, edit: Edit, batch: Batch, revision: int) -> Cell:
    if cell is None:
        return Cell(value=edit.value, revision=revision, by=batch.by, at=batch.at, batch=batch.id)
    others = cell.others
    if edit.op == "resolve":
        others = tuple(kept for kept in others if kept.revision > batch.seen)
    if cell.value == edit.value or _is_late(batch.id, cell.batch):
        return cell.model_copy(update={"others": others})
    if not _has_seen(cell, batch) and cell.value not in (None, "", []):
        aside = Kept(value=cell.value, by=cell.by, at=cell.at, revision=revision)
        others = (*(kept for kept in others if kept.value != cell.value), aside)
    others = tuple(kept for kept in others if kept.value != edit.value)
    return Cell(value=edit.value, revision=revision, by=batch.by, at=batch.at, batch=batch.id, others=others)


def _change_row(row: Row, column: str, edit: Edit, batch: Batch, revision: int) -> Row:
    if edit.op == "add_row":
        return _put_back(row, batch)
    if edit.op == "remove_row":
        unseen = any(not _has_seen(cell, batch) for cell in row.cells.values())
        if row.removed is not None or unseen:
            return row
        return row.model_copy(update={"removed": revision, "removed_batch": batch.id})
    cells = {**row.cells, column: _set(row.cells.get(column), edit, batch, revision)}
    return _put_back(row.model_copy(update={"cells": cells}), batch)


def _put_back(row: Row, batch: Batch) -> Row:
    """A removed row that somebody adds or types into again is there again, with all that stood in it."""
    if row.removed is None or _is_late(batch.id, row.removed_batch):
        return row
    return row.model_copy(update={"removed": None, "removed_batch": ""})


def _has_seen(cell: Cell, batch: Batch) -> bool:
    return cell.revision <= batch.seen or _page(cell.batch) == _page(batch.id)


def _page(batch_id: str) -> str:
    page, colon, _ = batch_id.rpartition(":")
    return page if colon else batch_id


def _is_late(batch_id: str, earlier: str) -> bool:
    """The same page has sent something newer already: an old request that took the long way round."""
    if _page(batch_id) != _page(earlier):
        return False
    number, other = batch_id.rpartition(":")[2], earlier.rpartition(":")[2]
    are_counts = all(re.fullmatch("[0-9]{1,9}", each) for each in (number, other))
    return are_counts and int(number) < int(other)


def with_subject(definition: Definition, subject: Subject | None, prefill: Mapping[str, Any]) -> dict[str, Any]:
    """What the council filled in, and what is known of the child where a question asks for it."""
    known = subject.model_dump(mode="json") if subject else {}
    asked = {key: known.get(item.from_subject) for key, item in definition.questions.items() if item.from_subject}
    return {**{key: value for key, value in asked.items() if value}, **prefill}


def prefilled(definition: Definition, prefill: Mapping[str, Any], at: datetime) -> Draft:
    """The draft that a contribution starts with: what was filled in and the professional may change."""
    answers = {
        key: Cell(value=prefill[key], revision=0, by=COUNCIL, at=at)
        for key, item in definition.questions.items()
        if key in prefill and not item.read_only
    }
    tables = {
        key: {
            f"prefill-{index}": Row(
                position=index,
                owner=COUNCIL,
                cells={column: Cell(value=value, revision=0, by=COUNCIL, at=at) for column, value in row.items()},
            )
            for index, row in enumerate(prefill[key])
        }
        for key in definition.tables
        if key in prefill
    }
    return Draft(answers=answers, tables=tables)
