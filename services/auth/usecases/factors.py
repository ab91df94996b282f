"""What the owner of an account is told of whatever changes how one signs in to it."""

from datetime import datetime

from chassis.outbox import Outgoing, outgoing
from contracts.auth import FactorChange, FactorChanged
from services.auth.model.account import Account


def factor_changed(account: Account, authority: str, what: FactorChange, codes_left: int, at: datetime) -> Outgoing:
    """Told once for each moment and kind of change."""
    event = FactorChanged(
        account_id=account.account_id,
        authority=authority,
        person=account.person,
        what=what,
        codes_left=codes_left,
        changed_at=at,
    )
    return outgoing(event, account.account_id, what, at.isoformat())
