"""What tasks are found by says nothing to whoever has not the key."""

from services.tasks.store.found_by import FoundBy
from tests.support.sealing import FINDER
from tests.unit.tasks.test_task import BLANK, a_request

FOUND_BY = FoundBy(FINDER)


def tokens(authority: str) -> set[str]:
    task = BLANK.model_copy(update={"authority": authority}).with_request(a_request())
    return set(FOUND_BY.task(task)["row"].name_tokens)


def test_the_same_name_is_found_by_other_tokens_in_another_authority_and_none_can_be_read() -> None:
    ours, theirs = tokens("bristol"), tokens("oxfordshire")
    assert len(ours) == len(theirs) == len("abriel") + len("xample")
    assert not ours & theirs
    assert all(len(token) == 16 and int(token, 16) for token in ours)
    assert FOUND_BY.name("bristol", "gab") in ours
