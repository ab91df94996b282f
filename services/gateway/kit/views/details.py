"""What somebody types about themselves: who they are (requirements F22, F23), and a new password (F27). Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field

from contracts.api.auth import RegistrationDetails
from contracts.authority import PasswordRules
from contracts.base import Address
from services.gateway.kit.views.frame import FormErrors

_MOST_LETTERS = 500


@dataclass(frozen=True)
class DetailsPage:
    """A page that asks who somebody is."""

    details: RegistrationDetails = field(default_factory=RegistrationDetails)
    errors: FormErrors = field(default_factory=FormErrors)


@dataclass(frozen=True)
class CredentialsPage:
    """A page that asks for a new password."""

    rules: list[str]
    email: str = ""
    errors: FormErrors = field(default_factory=FormErrors)


def typed_details(text: Callable[[str], str]) -> RegistrationDetails:
    """Who somebody is, from the fields of a form."""
    return RegistrationDetails(
        forename=text("forename"),
        surname=text("surname"),
        is_professional=text("is_professional") == "yes",
        role=text("role"),
        organisation=text("organisation"),
        address=Address.model_validate({name: text(name)[:_MOST_LETTERS] for name in Address.model_fields}),
    )


def password_rules(rules: PasswordRules) -> list[str]:
    """The password policy as printed on the page (requirements F27)."""
    asked = {
        "at least one letter": rules.letter,
        "at least one number": rules.digit,
        "at least one upper-case letter": rules.upper_case,
        "at least one special character, like ! or #": rules.special,
    }
    return [
        f"at least {rules.min_length} characters",
        *(text for text, wanted in asked.items() if wanted),
    ]
