"""The end of a contribution."""

from chassis.erasure import Eraser
from contracts.forms import ContributionErased
from contracts.tasks import TaskErased
from services.forms.store import Stores


class Erasing:
    """Answers, history and PDF of a delegation go for good."""

    def __init__(self, stores: Stores, eraser: Eraser) -> None:
        self._stores = stores
        self._eraser = eraser

    async def erase(self, event: TaskErased) -> None:
        """However often it is told."""
        await self._eraser.erase(event)
        await self._stores.erasures.tell(ContributionErased(**event.model_dump()))
