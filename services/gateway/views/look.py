"""A look at a work group's task before Pickup. Pure."""

from dataclasses import dataclass

from services.gateway.views.form import Banner


@dataclass(frozen=True)
class LookPage:
    """A work group's task before Pickup."""

    banner: Banner
    task_id: str
    form: str
    name: str
    comments: str
