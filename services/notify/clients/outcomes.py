"""What becomes of an email that is handed to whoever delivers it, and how long that may take."""

from datetime import datetime
from typing import Protocol

from services.notify.model import EmailMessage, FailurePage

SEND_SECONDS = 10
"""The longest that one email may take, connecting included (reliability R11)."""


class Bounced(Exception):  # noqa: N818 - an outcome, not an error
    """The email will never be taken for its address."""


class Deferred(Exception):  # noqa: N818 - an outcome, not an error
    """The email is not taken now."""


class Away(Exception):  # noqa: N818 - an outcome, not an error
    """There is nobody to talk to."""


class Provider(Protocol):
    """Whoever delivers emails."""

    is_away: bool
    """Nothing is worth sending before `probe` has found it again."""

    async def send(self, mail: EmailMessage) -> None:
        """Returns when the email was taken; raises Bounced, Deferred or Away."""
        ...

    async def later_failures(self, since: datetime, older_than: str = "", /) -> FailurePage:
        """A page of what it took since then and could not deliver after all; raises Deferred."""
        ...

    async def probe(self) -> None:
        """Looks whether it is there again."""
        ...

    async def close(self) -> None:
        """Lets go of the kept connections."""
        ...
