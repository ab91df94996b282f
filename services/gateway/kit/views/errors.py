"""What a person reads when something did not work: what happened, what is safe, what to do next. Pure."""

from dataclasses import dataclass, field

from chassis.errors import Refused

Texts = list[tuple[str, str]]
"""Labels with what was typed under them."""


@dataclass(frozen=True)
class Link:
    """Where to go from here."""

    href: str
    text: str


@dataclass(frozen=True)
class ErrorPage:
    """An error in the portal's own frame."""

    title: str
    lines: list[str]
    reference: str
    links: list[Link] = field(default_factory=list)
    typed: Texts = field(default_factory=list)
    """What was typed and could not be taken."""
    task_id: str = ""
    """The form that is over for this person: their browser may keep what they typed on it."""


TASKS = Link("/tasks", "Go to your tasks")
HELP = Link("/help", "Get help")

_NOTHING_CHANGED = "Nothing was changed."
_SAFE = "What you saved before is safe."

_BY_STATUS: dict[int, tuple[str, list[str]]] = {
    400: (
        "Something is wrong with that request",
        [f"The portal could not read it. {_NOTHING_CHANGED}", "Go back and try again."],
    ),
    403: (
        "You cannot do that",
        [
            f"The portal could not make sure that the request came from you. {_NOTHING_CHANGED}",
            "Go back, load the page again, and try once more.",
        ],
    ),
    404: (
        "Page not found",
        [
            f"There is no such page, or it is not yours to see. {_NOTHING_CHANGED}",
            "If you typed the address, check it.",
            "If you followed a link in an email, sign in with the address that the email was sent to.",
        ],
    ),
    405: ("Page not found", [f"That address cannot be used in this way. {_NOTHING_CHANGED}"]),
    408: (
        "That took too long",
        ["What you sent did not arrive in time. Nothing was changed.", "Check your connection, then try again."],
    ),
    409: (
        "That is no longer possible",
        ["Something changed before your request arrived. Nothing that you saved is lost."],
    ),
    413: (
        "That is too large",
        [f"What you sent is larger than the portal takes. {_SAFE}", "Go back and upload fewer or smaller files."],
    ),
    421: (
        "Page not found",
        [
            "The portal is not at that address.",
            "Use the link in an email from the council, or the address it gave you.",
        ],
    ),
    429: ("Too many requests", [f"There were very many requests from your network. {_SAFE}"]),
    500: (
        "Sorry, something went wrong",
        [
            f"The portal made a mistake. {_SAFE}",
            "Try again. If it happens again, tell us the reference below.",
        ],
    ),
    503: (
        "Sorry, the portal is not available right now",
        [f"A part of the portal does not answer. {_SAFE}", "Wait a moment, then load the page again."],
    ),
}

_BY_CODE: dict[str, tuple[str, list[str]]] = {
    "retracted": (
        "This form was withdrawn",
        [
            "The council has withdrawn this form, so there is nothing more for you to do.",
            "You find it under Recently Retracted Tasks.",
        ],
    ),
    "declined": (
        "You declined this form",
        [
            "The council decides. Until it has answered, nobody can change the form.",
            f"You hear of it by email. {_SAFE}",
        ],
    ),
    "app_needed": (
        "This form needs a stronger sign-in",
        [
            "Its council shows forms only to whoever signs in with an authenticator app's code, or with a passkey.",
            "Log out, then sign in at the address that this council gave you.",
        ],
    ),
    "no_longer_shown": (
        "This form can no longer be seen here",
        [
            "It was submitted or withdrawn, and the time for which the portal shows it after that is over.",
            "The council has what was submitted. Ask the council for a copy.",
        ],
    ),
    "addendum_over": (
        "The time to add to this form is over",
        [
            "What you had begun to add was not submitted in time, so the council has not got it.",
            "What you submitted before stands. Tell the council what you wanted to add.",
        ],
    ),
    "submitted": (
        "This form has been submitted",
        ["It was submitted before your last change arrived, so that change is not part of it."],
    ),
    "unknown_task": (
        "This form is not with you",
        [
            f"There is no such form, or somebody else has it now. {_NOTHING_CHANGED}",
            "If you followed a link in an email, sign in with the address that the email was sent to.",
        ],
    ),
    "not_picked_up": (
        "Nobody has picked up this form yet",
        ["It waits in your work group. Press Pickup beside it in your tasks to open it."],
    ),
    "not_open": (
        "This form is over",
        [f"It was submitted, withdrawn or declined, so that cannot be done any more. {_NOTHING_CHANGED}"],
    ),
    "no_due_date": (
        "This form has no due date",
        [f"You need no more time: complete it when you can. {_NOTHING_CHANGED}"],
    ),
    "too_many_moves": (
        "This form stays where it is",
        [
            f"It has changed hands 500 times, which is as often as it can. {_NOTHING_CHANGED}",
            "Ask the council for help.",
        ],
    ),
    "manages_no_group": (
        "You cannot re-assign this form",
        [f"Only somebody who manages a work group can re-assign a form. {_NOTHING_CHANGED}"],
    ),
    "not_to_them": (
        "That is not a work group or user of yours",
        [
            f"Only groups you manage and users within groups you manage can be selected. {_NOTHING_CHANGED}",
            "The council may have changed the work group a moment ago. Go back and select somebody else.",
        ],
    ),
    "not_ready": (
        "The form is being prepared",
        ["It arrived a moment ago. Nothing is lost.", "Load this page again in a few seconds."],
    ),
    "grant_outdated": (
        "This form has changed hands",
        ["Somebody else has this form now. What you saved before is part of it."],
    ),
    "typed_by_another": (
        "That was typed by somebody else",
        ["What was kept was typed with another account, so it was not saved."],
    ),
    "too_much_text": (
        "That is too much text",
        [
            "You sent more than a form holds, so your last changes were not saved. What you saved before is safe.",
            "Copy what you typed, go back, and save less of it at once. Attach long texts as documents.",
        ],
    ),
    "foreign_form": ("You cannot do that", [f"The request came from another website. {_NOTHING_CHANGED}"]),
}


OVER = frozenset({403, 404, 409, 410})
"""A form that answers so is withdrawn, submitted, moved, or another person's: typing on is of no use."""


def own_words(refused: Refused) -> tuple[str, list[str]] | None:
    """Title and lines for a refusal that has words of its own."""
    if refused.code == "already_picked_up":
        holder = refused.holder or "Somebody else in your work group"
        words = f"{holder} has picked up this form, so it is no longer in your work group's list."
        return f"{holder} has this form", [words, _NOTHING_CHANGED]
    if refused.code == "re_assigned":
        lines = [f"{refused.detail} You can no longer open it.", "What you saved in it is kept, and is part of it."]
        return f"{refused.holder} has this form now", lines
    return _BY_CODE.get(refused.code)


def error_page(
    refused: Refused, reference: str, *, is_signed_in: bool, typed: Texts | None = None, task_id: str = ""
) -> ErrorPage:
    """The page for a refusal."""
    links = [TASKS if is_signed_in else Link("/sign-in", "Go to sign in"), HELP]
    title, lines = own_words(refused) or _BY_STATUS.get(refused.status) or _BY_STATUS[500]
    if refused.retry_after and refused.status == 429:  # noqa: PLR2004 - too many requests
        lines = [*lines, f"Wait {_wait(refused.retry_after)}, then try again."]
    return ErrorPage(title, lines, reference, links, typed or [], task_id if refused.status in OVER else "")


def _wait(seconds: int) -> str:
    if seconds <= 90:  # noqa: PLR2004 - people count short waits in seconds
        return f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes"
