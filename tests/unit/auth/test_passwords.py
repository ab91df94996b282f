"""Which passwords are taken, and what is said of the others."""

import pytest

from contracts.authority import PasswordRules
from services.auth.data import common_passwords
from services.auth.data.make import digests
from services.auth.model.common import CommonPasswords
from services.auth.model.passwords import password_faults
from services.auth.usecases.hashing import PasswordHasher

RULES = PasswordRules()
COMMON = common_passwords()


def messages(password: str, confirmation: str | None = None, rules: PasswordRules = RULES) -> dict[str, str]:
    typed_again = password if confirmation is None else confirmation
    context = ["sandra.professional@school.example", "Sandra", "Professional", "Hill View School"]
    return {
        fault.path: fault.message
        for fault in password_faults(password, typed_again, rules=rules, common=COMMON, context=context)
    }


@pytest.mark.parametrize(
    "password", ["gT7#kQ2x", "Mop-Lantern-7", "Tr0ub4dor & 3 more", "Ünïcode-Fjørd-9", "Q1!" * 3 + "wxyz" * 70]
)
def test_a_password_by_the_rules_is_taken(password: str) -> None:
    assert messages(password) == {}


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "Enter a password"),
        ("aB3$xyz", "Password must be 8 characters or more"),
        ("x" * 1001, "Password must be 1,000 characters or fewer"),
        ("MOPLANTERN-x", "Password must include a number"),
        ("mop-lantern-7", "Password must include an upper case letter"),
        ("moplanternx", "Password must include an upper case letter, a number and a special character, like ! or #"),
        ("48151623-42", "Password must include an upper case letter"),
    ],
)
def test_each_rule_has_its_sentence(password: str, sentence: str) -> None:
    assert messages(password)["password"] == sentence


@pytest.mark.parametrize(
    "password",
    [
        "Passw0rd!",
        "Password1!",
        "Qwerty12!",
        "Summer2026!",
        "School123!",
        "Welcome1!",
        "Princess123!",
        "Michael1980!",
        "Christmas2026!",
        "!2026Liverpool",
        "D.r.a.g.o.n.1",
    ],
)
def test_a_common_password_is_refused_though_it_keeps_the_rules(password: str) -> None:
    assert messages(password)["password"].startswith("Password is one of the most common ones, or close to one")


@pytest.mark.parametrize("password", ["aB3$aB3$", "Delegation-Portal-1", "Professional+Portal=7"])
def test_an_easy_password_is_refused_though_it_keeps_the_rules(password: str) -> None:
    assert messages(password)["password"].startswith("Password is too easy to guess")


def test_the_shipped_list_holds_a_hundred_thousand_passwords_in_order() -> None:
    assert len(COMMON) == 100_000
    for password in ("123456", "PASSWORD", "qwerty", "070162"):
        assert password in COMMON


def test_a_list_holds_what_it_was_made_of_in_either_case_and_nothing_else() -> None:
    lines = [f"word{number}\n" for number in range(1000)]
    made = CommonPasswords(digests([*lines, "WORD7\n", "\n"]))
    assert len(made) == 1000
    assert all(f"Word{number}" in made for number in range(1000))
    assert not any(f"other{number}" in made for number in range(1000))
    assert "word" not in CommonPasswords(b"")


def test_rules_are_the_authoritys() -> None:
    longer = PasswordRules(min_length=12, digit=False, upper_case=False, special=False)
    assert messages("mop lantern", rules=longer)["password"] == "Password must be 12 characters or more"
    assert messages("mop lantern fjord", rules=longer) == {}
    assert messages("4815-1623-42-7", rules=longer)["password"] == "Password must include a letter"


def test_the_confirmation_must_be_the_same() -> None:
    assert messages("gT7#kQ2x", "gT7#kQ2y") == {"confirm_password": "The passwords do not match"}
    assert messages("gT7#kQ2x", "") == {"confirm_password": "Confirm your password"}


async def test_a_password_is_verified_exactly_as_typed() -> None:
    hasher = PasswordHasher()
    typed = "  Mop-Läntern-7 "
    stored = await hasher.hash(typed)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await hasher.matches(stored, typed)
    for other in (typed.strip(), typed.lower(), typed[:8], typed.replace("ä", "a\u0308"), ""):
        assert not await hasher.matches(stored, other)


async def test_no_password_fits_where_there_is_no_account() -> None:
    hasher = PasswordHasher()
    assert not await hasher.matches(None, "")
    assert not await hasher.matches(None, "gT7#kQ2x")
