"""A contribution as its pages show it. No I/O."""

from contracts.api.forms import Conflict, ContributionView, Row, Version
from services.forms.model.answers import Form
from services.forms.model.contribution import Contribution
from services.forms.model.document import in_words
from services.forms.model.draft import Cell, Kept
from services.forms.model.pages import pages_of


def view_of(contribution: Contribution, form: Form) -> ContributionView:
    """The whole of it: pages, what was typed, what two people have typed at once."""
    submission = contribution.submission
    values = contribution.values(form)
    tables = {
        table: [
            Row(
                row_id=row_id,
                owner=contribution.name_of(row.owner),
                cells={column: cell.value for column, cell in row.cells.items()},
            )
            for row_id, row in contribution.draft.rows(table)
        ]
        for table in form.definition.tables
    }
    shown = {
        key: in_words(item, values[key])
        for key, item in form.definition.questions.items()
        if item.read_only and key in values
    }
    return ContributionView(
        task_id=contribution.task_id,
        form=contribution.form,
        form_version=contribution.form_version,
        title=form.definition.title,
        state=contribution.state,
        revision=contribution.draft.revision,
        pages=pages_of(form.definition, frozenset(contribution.prefill)),
        answers={**values, **shown, **tables},
        conflicts=conflicts_of(contribution),
        saved_at=contribution.draft.saved_at,
        submitted_at=submission.submitted_at if submission else None,
        contribution_id=submission.contribution_id if submission else None,
        receipt=submission.receipt if submission else None,
    )


def conflicts_of(contribution: Contribution) -> list[Conflict]:
    """Every answer with versions set aside, with who gave each."""

    def version(given: Cell | Kept) -> Version:
        return Version(value=given.value, by=contribution.name_of(given.by), at=given.at)

    return [
        Conflict(path=path, stands=version(cell), others=[version(kept) for kept in cell.others])
        for path, cell in contribution.draft.contested()
    ]
