"""What each tab of the task list is called, its heading, and what it says when it is empty. Pure."""

from contracts.api.tasks import Tab
from contracts.authority import Authority


def tab_texts(authority: Authority) -> dict[Tab, tuple[str, str, str]]:
    """Title, heading and the words for nothing, by tab."""
    retracted, submitted = authority.retracted_days, authority.submitted_days
    return {
        "assigned": ("Currently Assigned Tasks", "Currently Assigned Tasks", "There are no forms for you to complete."),
        "snoozed": ("Hidden Tasks", "Hidden Tasks", "No form is hidden from your list."),
        "retracted": (
            "Recently Retracted Tasks",
            f"Recently Retracted Forms (Last {retracted} Days)",
            f"No form was retracted in the last {retracted} days.",
        ),
        "submitted": (
            "Recently Submitted Tasks",
            f"Recently Submitted Forms (Last {submitted} Days)",
            f"You have submitted no form in the last {submitted} days.",
        ),
    }
