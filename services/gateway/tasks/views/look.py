"""A look at a work group's task before Pickup. Pure."""

from dataclasses import dataclass

from services.gateway.kit.views.banner import TaskBanner


@dataclass(frozen=True)
class LookPage:
    """A work group's task before Pickup."""

    banner: TaskBanner
    task_id: str
    form: str
    name: str
    comments: str
