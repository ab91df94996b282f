"""What somebody has selected in a list, by its boxes."""

from contracts.api.re_assigning import MOST_AT_ONCE
from contracts.api.tasks import Tab
from services.gateway.kit.form_parsing import SubmittedForm
from services.gateway.tasks.views.narrowing import CHOICES, TaskFilter, address
from services.gateway.tasks.views.re_assign import Origin

LONGEST_ID = 64
_LONGEST = 1000


def selected_tasks(form: SubmittedForm) -> list[str]:
    """The ids of the forms whose boxes are ticked, as many as are taken at once."""
    return [task_id for task_id in form.texts("task") if len(task_id) <= LONGEST_ID][:MOST_AT_ONCE]


def nothing_selected(form: SubmittedForm, tab: Tab) -> str:
    """The address of the list as it was, which says so."""
    wanted = TaskFilter(**{name: form.text(name)[:_LONGEST] for name in (*CHOICES, "name")})
    return address("/tasks", wanted, tab=tab, page=form.text("page")[:5] or "1", none=1)


def origin_of(text: str) -> Origin:
    """The list that something was selected in, as its form or an address says."""
    return "group-tasks" if text == "group-tasks" else "tasks"
