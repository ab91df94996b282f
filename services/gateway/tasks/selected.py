"""What somebody has selected in a list, by its boxes."""

from contracts.api.re_assigning import MOST_AT_ONCE
from services.gateway.kit.form_parsing import SubmittedForm

LONGEST_ID = 64


def selected_tasks(form: SubmittedForm) -> list[str]:
    """The ids of the forms whose boxes are ticked, as many as are taken at once."""
    return [task_id for task_id in form.texts("task") if len(task_id) <= LONGEST_ID][:MOST_AT_ONCE]
