"""A council asks for an account to be opened again: of somebody whom it has named, and of nobody else."""

from tests.component.tasks.conftest import Tasks
from tests.component.tasks.test_delegations import ACCEPTED, new_email, new_id
from tests.component.tasks.test_leaving import Leaver
from tests.support.broker import Broker

RESET = "council.account.reset.v1"
ASKED = "tasks.account-reset.asked.v1"
REJECTED = "portal.message.rejected.v1"


async def test_of_somebody_whom_it_has_named_and_of_nobody_else(tasks: Tasks, shared_broker: Broker) -> None:
    named, stranger, delegation_id = Leaver(tasks, shared_broker), Leaver(tasks, shared_broker), new_id()
    for each in (named, stranger):
        await each.register()
        await each.is_known()
    await tasks.council.delegate(delegation_id, named.email)
    await tasks.recorder.expect(ACCEPTED, delegation_id=delegation_id)
    await tasks.council.publish(RESET, {"email": named.email.upper(), "what": "second-factor"})
    told = await tasks.recorder.expect(ASKED, account_id=named.account_id)
    assert (told["authority"], told["what"]) == ("bristol", "second-factor")
    for email in (stranger.email, new_email()):
        message_id = await tasks.council.publish(RESET, {"email": email, "what": "dormancy"})
        refused = await tasks.recorder.expect(REJECTED, message_id=message_id)
        assert (refused["code"], refused["field"]) == ("unknown_account", "/email")
    assert not tasks.recorder.of(ASKED, account_id=stranger.account_id)
