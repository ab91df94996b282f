"""What tasks says of a form alike, wherever it is asked for. No I/O."""

from chassis.errors import NotFound, Refused


def unknown_task() -> Refused:
    """One answer for a form that there is not and for somebody else's: nobody learns which forms there are."""
    return NotFound("unknown_task", "There is no such form, or it is not yours.")
