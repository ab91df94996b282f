"""What notify tells the other services."""

from typing import ClassVar

from contracts.base import Erased


class EmailsErased(Erased):
    """What was noted of a delegation's emails is gone."""

    wire_name: ClassVar[str] = "notify.emails.erased.v1"
