"""A contribution as its pages show it. No I/O."""

from contracts.api.forms import AnswerView, ConflictView, ContributionView, Judged, RowView, VersionView
from services.forms.model.answers import Form, filled_rows
from services.forms.model.contribution import Contribution
from services.forms.model.draft import Cell, Kept
from services.forms.model.left_out import declinable
from services.forms.model.pages import pages_of
from services.forms.model.paths import split
from services.forms.model.questionnaire import Item
from services.forms.model.values import as_chosen, as_typed, in_words


def view_of(contribution: Contribution, form: Form, *, file_count: int = 0) -> ContributionView:
    """The whole of it: pages, what was typed, what forms says to it."""
    submission, told = contribution.submission, judged(contribution, form, file_count=file_count)
    return ContributionView(
        **told.model_dump(),
        task_id=contribution.task_id,
        form=contribution.form,
        form_version=contribution.form_version,
        title=form.definition.title,
        state="draft" if contribution.is_open else contribution.state,
        pages=pages_of(form.definition, frozenset(contribution.prefill)),
        answers=_answers(contribution, form),
        rows=_rows(contribution, form),
        saved_at=contribution.draft.saved_at,
        submitted_at=submission.submitted_at if submission else None,
        contribution_id=submission.contribution_id if submission else None,
        receipt=submission.receipt if submission else None,
        council_questions=contribution.council_questions if contribution.state == "draft" else None,
        submitted_documents=[each.name for each in submission.attachments] if submission else [],
        declinable=declinable(form.definition, told.hidden) if contribution.state == "draft" else [],
    )


def judged(contribution: Contribution, form: Form, *, file_count: int = 0) -> Judged:
    """What does not show, what is wrong or missing, what two people have typed at once."""
    judgement = contribution.judge(form, file_count=file_count)
    return Judged(
        revision=contribution.draft.revision,
        hidden=sorted(judgement.hidden),
        left_out=sorted(contribution.left_out),
        faults=list(judgement.faults),
        conflicts=[
            _conflict(contribution, item, path, cell)
            for path, cell in contribution.draft.contested()
            if split(path)[0] not in judgement.hidden and (item := form.definition.item_at(path))
        ],
    )


def _answer(item: Item, value: object) -> AnswerView:
    typed, words = as_typed(item, value), in_words(item, value)
    return AnswerView(typed=typed, chosen=as_chosen(item, value), words="" if words == typed else words)


def _answers(contribution: Contribution, form: Form) -> dict[str, AnswerView]:
    values = contribution.values(form)
    questions = form.definition.questions.items()
    cells = {
        f"{key}/{row_id}/{column.link_id}": _answer(column, row.cells[column.link_id].value)
        for key, table in form.definition.tables.items()
        for row_id, row in contribution.draft.rows(key)
        for column in table.item
        if column.link_id in row.cells
    }
    return {key: _answer(item, values[key]) for key, item in questions if key in values} | cells


def _rows(contribution: Contribution, form: Form) -> dict[str, list[RowView]]:
    rows = contribution.draft.table_rows()
    filled = {
        key: {row.row_id for row in filled_rows(table, rows.get(key, []))}
        for key, table in form.definition.tables.items()
    }
    return {
        key: [
            RowView(row_id=row_id, owner=contribution.name_of(row.owner), is_empty=row_id not in filled[key])
            for row_id, row in contribution.draft.rows(key)
        ]
        for key in form.definition.tables
    }


def _conflict(contribution: Contribution, item: Item, path: str, cell: Cell) -> ConflictView:
    def version(given: Cell | Kept) -> VersionView:
        return VersionView(answer=_answer(item, given.value), by=contribution.name_of(given.by), at=given.at)

    return ConflictView(
        path=path,
        stands=version(cell),
        others=[version(kept) for kept in cell.others],
        by_one={kept.by for kept in cell.others} == {cell.by},
    )
