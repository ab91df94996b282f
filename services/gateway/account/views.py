"""The pages of one's own account (requirements F49). Pure."""

from dataclasses import dataclass, field

from chassis.identity import Professional
from services.gateway.kit.views.frame import FormErrors


@dataclass(frozen=True)
class AccountPage:
    """Update account."""

    lines: list[tuple[str, str]]
    notice: str = ""


@dataclass(frozen=True)
class AddressPage:
    """Change your email address - step 1."""

    present: str
    email: str = ""
    errors: FormErrors = field(default_factory=FormErrors)


@dataclass(frozen=True)
class AddressCodesPage:
    """Change your email address - step 2."""

    present: str
    email: str
    minutes: int
    errors: FormErrors = field(default_factory=FormErrors)


def account_page(person: Professional, *, is_changed: bool) -> AccountPage:
    """Who is signed in, as others see them."""
    lines = [("Name", person.name), ("Role", person.role), ("Organisation", person.organisation)]
    notice = "Your email address is changed. Your forms and your work groups follow in a moment." if is_changed else ""
    return AccountPage([line for line in lines if line[1]] + [("Email", person.email)], notice)
