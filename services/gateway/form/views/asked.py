"""What its holder has asked of the council about a form, and what it has answered (M5). Pure."""

from contracts.api.tasks import AskView
from services.gateway.kit.views.wording import day, moment


def asked_words(ask: AskView | None, council: str) -> str:
    """What stands above a form of which something was asked; nothing where nothing was."""
    if ask is None:
        return ""
    if ask.asked == "part-decline":
        said = f"You declined parts of this form ({', '.join(ask.sections)}) on {moment(ask.asked_at)}."
        refused = f"{council} asks you to complete them all the same."
    elif ask.asked == "decline":
        said = f"You declined this form on {moment(ask.asked_at)}."
        refused = f"{council} asks you to complete it all the same."
    else:
        said = f"You asked for more time until {day(ask.until) if ask.until else 'later'} on {moment(ask.asked_at)}."
        refused = f"{council} cannot give you more time."
    if ask.decision is None:
        return f"{said} {council} has not answered yet."
    if ask.decision == "re-delegated":
        return ""
    answer = f"{council} has agreed." if ask.decision == "accepted" else refused
    return " ".join(part for part in (said, answer, ask.comments) if part)
