"""A form in words, as pages name it that are about several. Pure."""

from datetime import date

from contracts.api.tasks import TaskRow
from services.gateway.kit.views.wording import due_day


def in_words(task: TaskRow, today: date) -> str:
    """Such as "Report for Gabriel Example, due 05-Sep-2021 (in 5 days)"."""
    due = due_day(task.due_on, today)
    return f"{task.form_title} for {task.subject_name}" + (f", due {due}" if due else "")
