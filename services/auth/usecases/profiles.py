"""What somebody keeps about their work: told with the change, for the councils that name them."""

from datetime import datetime

from chassis.outbox import outgoing
from chassis.security import record
from contracts.api.accounts import ProfileBody
from contracts.auth import ProfileChanged
from services.auth.model.profile import checked_profile
from services.auth.usecases.accounts import owner
from services.auth.usecases.context import Auth


async def change(auth: Auth, token: str, typed: ProfileBody, at: datetime) -> None:
    """Another profile; an empty one is as good."""
    _, account = await owner(auth, token, at)
    profile = checked_profile(typed)
    if profile == account.profile:
        return
    event = ProfileChanged(
        account_id=account.account_id,
        authority=account.authority,
        person=account.person,
        profile=profile,
        changed_at=at,
    )
    told = outgoing(event, account.account_id, at.isoformat())
    await auth.stores.accounts.set_profile(account.account_id, profile, [told])
    record("account.profile", "ok", account_id=account.account_id)
