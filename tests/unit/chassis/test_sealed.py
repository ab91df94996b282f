"""What is sealed says nothing, and opens with its own key and for its own purpose alone."""

import pytest
from pydantic import SecretStr

from chassis.sealed import Seal
from tests.support.service import new_key


def test_what_is_sealed_opens_again_and_says_nothing() -> None:
    key = SecretStr(new_key())
    first, second = (Seal(key).close("76850798", "code-1") for _ in range(2))
    assert first != second
    assert "76850798" not in first
    assert Seal(key).open(first, "code-1") == "76850798"


def test_nothing_opens_with_another_key_or_about_something_else() -> None:
    key = SecretStr(new_key())
    sealed = Seal(key).close("76850798", "code-1")
    for seal, text, about in (
        (Seal(SecretStr(new_key())), sealed, "code-1"),
        (Seal(key), sealed, "code-2"),
        (Seal(key), sealed[:-4] + "AAAA", "code-1"),
        (Seal(key), "", "code-1"),
        (Seal(key), "76850798", "code-1"),
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
            seal.open(text, about)
