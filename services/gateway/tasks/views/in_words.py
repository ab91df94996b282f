"""A form in words, as pages name it that are about several. Pure."""

from datetime import date

from contracts.api.tasks import TaskRow
from services.gateway.kit.views.wording import day, due_words


def in_words(task: TaskRow, today: date) -> str:
    """Such as "Report for Gabriel Example, due 05-Sep-2021 (in 5 days)"."""
    return f"{task.form_title} for {task.subject_name}, due {day(task.due_on)} ({due_words(task.due_on, today)})"
