"""A row of the task lists as their pages show it (requirements F70, F76)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chassis.clock import day_of
from contracts.api.tasks import Progress, TaskRow
from services.gateway.kit.views.wording import day, due_words, moment

STATUSES: dict[Progress, tuple[str, str]] = {
    "not_started": ("Not started", "govuk-tag govuk-tag--grey"),
    "in_progress": ("In progress", "govuk-tag"),
    "returned": ("Returned", "govuk-tag govuk-tag--orange"),
    "declined": ("Declined", "govuk-tag govuk-tag--purple"),
}
"""What the status of a task is called, and the classes of its tag."""
LONGEST_COMMENTS = 160
"""Of more than so many characters of comments a row shows the beginning."""


@dataclass(frozen=True)
class TaskLine:
    """One task."""

    number: int
    task_id: str
    reference: str
    form: str
    name: str
    council: str
    due: str
    """Empty where there is no date (requirement F71)."""
    due_words: str
    late: bool
    status: str
    status_classes: str
    comments: str
    work_group: str
    professional: str
    can_re_assign: bool
    at: str
    received: str
    """The day on which whoever has it got it; empty where an older version did not note it."""
    news: str
    """Whether it came, or was changed, since the person had signed in before, and they have not opened it since."""
    back: str
    """The day on which a hidden one comes back; empty where it is not hidden."""
    added_since: str
    """Since when its author adds to what was submitted; empty where they do not."""

    @property
    def comments_begin(self) -> str:
        """The first words of comments that are too long for a row; empty where they are not."""
        if len(self.comments) <= LONGEST_COMMENTS:
            return ""
        return self.comments[:LONGEST_COMMENTS].rpartition(" ")[0] or self.comments[:LONGEST_COMMENTS]


def task_line(  # noqa: PLR0917 - a row, and who looks at it when
    number: int,
    task: TaskRow,
    today: date,
    manages: Sequence[str],
    council: str = "",
    since: datetime | None = None,
) -> TaskLine:
    """A row; what happened to the task stands in `at`, why in `comments`. What is news is so since that moment."""
    at = task.submitted_at or task.retracted_at
    status, status_classes = STATUSES[task.progress] if task.progress else ("", "")
    return TaskLine(
        number=number,
        task_id=task.task_id,
        reference=task.reference,
        form=task.form_title,
        name=task.subject_name,
        council=council,
        due=day(task.due_on) if task.due_on else "",
        due_words=due_words(task.due_on, today) if task.due_on else "",
        late=task.due_on is not None and task.due_on < today,
        status=status,
        status_classes=status_classes,
        comments=task.retraction_reason if task.retracted_at else task.comments,
        work_group=task.work_group_name,
        professional=task.holder_name,
        # A form that was picked up can go back to its group, whoever has it.
        can_re_assign=task.progress != "declined" and (task.authority in manages or bool(task.work_group_name)),
        at=moment(at) if at else "",
        received=day(day_of(task.received_at)) if task.received_at else "",
        news=_news(task, since),
        back=day(task.snoozed_until) if task.snoozed_until and task.snoozed_until > today else "",
        added_since=moment(task.addendum_started_at) if task.addendum_started_at else "",
    )


def _news(task: TaskRow, since: datetime | None) -> str:
    """What has happened to an open form since then, and since it was opened; nothing to whoever is new here."""
    if since is None or task.progress is None:
        return ""
    seen = max(since, task.seen_at) if task.seen_at else since
    if task.came_at and task.came_at > seen:
        return "New"
    return "Changed" if task.changed_at and task.changed_at > seen else ""
