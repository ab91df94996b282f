"""What forms does by the clock; `jobs = [...]` at the bottom."""

from chassis.jobs import Job
from services.forms.usecases import FormsService


async def tidy(service: FormsService) -> None:
    """Removes the PDFs of submissions that did not come to be."""
    await service.submissions.tidy()


jobs = [Job("tidy content", 600, tidy)]
