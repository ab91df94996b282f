"""The pages before sign-in: sign-in itself, registration, reset (requirements F20-F30, F37-F40, F50-F53). Pure."""

from dataclasses import dataclass, field
from typing import Literal

from services.gateway.kit.views.frame import FormErrors

CodeSource = Literal["email", "app", "either"]
"""What the code page of a sign-in asks for: an emailed code, the app's, or the app's where an emailed one will do."""
_NO_EMAIL = "No email after a few minutes? Look in your spam or junk folder."
_NEW_CODE = "We have sent you a new code. The code before it no longer works."


@dataclass(frozen=True)
class SignInPage:
    """Secure login - step 1."""

    errors: FormErrors = field(default_factory=FormErrors)
    email: str = ""
    next: str = ""
    unsaved: str = ""
    left: tuple[str, ...] = ()
    """The names of documents that were chosen and cannot be kept."""
    timed_out: bool = False
    signed_out: bool = False


@dataclass(frozen=True)
class CodePage:
    """A page that asks for an emailed code."""

    title: str
    lines: list[str]
    action: str
    button: str
    back: str = ""
    resend: str = ""
    resend_words: str = _NO_EMAIL
    """What is said beside the button that sends another code."""
    resend_button: str = "Please send me a new code"
    hint: str = "8 digits, for example 7685 0798"
    inputmode: str = "numeric"
    errors: FormErrors = field(default_factory=FormErrors)
    unsaved: str = ""
    sent: str = ""
    """What is said of a new code that was asked for."""
    trusted_days: int = 0
    """For how many days this browser may be trusted; nothing is offered where it may not be."""
    is_trusted: bool = False
    """Whether that was ticked."""

    @property
    def trust_words(self) -> str:
        """What is beside the box."""
        days = "1 day" if self.trusted_days == 1 else f"{self.trusted_days} days"
        return f"Do not ask for a code in this browser for {days}"


def sign_in_code_page(
    email: str, minutes: int, errors: FormErrors | None = None, *, unsaved: str = "", sent: bool = False
) -> CodePage:
    """Secure login - step 2; `email` is what this browser has typed, an address or a user name."""
    return CodePage(
        title="Secure login - step 2",
        lines=[
            "We have just sent you an email to confirm your account. Please enter the code this contains below.",
            f"The email went to {_mailbox(email)}. Its code works for {minutes} minutes.",
        ],
        action="/sign-in/code",
        button="Finish",
        resend="/sign-in/code/new",
        errors=errors or FormErrors(),
        unsaved=unsaved,
        sent=_NEW_CODE if sent else "",
    )


def _is_name(typed: str) -> bool:
    return bool(typed) and "@" not in typed


def _mailbox(typed: str) -> str:
    """Where a code went, as far as whoever typed this knows."""
    return "the email address of your account" if _is_name(typed) else typed or "your address"


def app_code_page(errors: FormErrors | None = None, *, unsaved: str = "", may_email: bool) -> CodePage:
    """Secure login - step 2, with an authenticator app."""
    return CodePage(
        title="Secure login - step 2",
        lines=[
            "Please enter the code that your authenticator app shows for this portal.",
            "Without your phone you can enter one of your recovery codes instead.",
        ],
        action="/sign-in/code",
        button="Finish",
        resend="/sign-in/code/new" if may_email else "",
        resend_words="No phone and no recovery code?",
        resend_button="Please email me a code",
        hint="6 digits, or a recovery code, for example AB3DE-FG4HJ",
        inputmode="text",
        errors=errors or FormErrors(),
        unsaved=unsaved,
    )


def registration_code_page(
    email: str, minutes: int, errors: FormErrors | None = None, *, sent: bool = False
) -> CodePage:
    """Register a new account - step 3."""
    return CodePage(
        title="Register a new account - step 3",
        lines=[
            "We have just sent you an email to confirm your account. Please enter the code this contains below.",
            f"The email went to {email}. Its code works for {minutes} minutes.",
            "If the address is wrong, go back, change it and try again.",
        ],
        action="/register/3",
        button="Next",
        back="/register/2",
        resend="/register/3/new",
        errors=errors or FormErrors(),
        sent=_NEW_CODE if sent else "",
    )


def reset_code_page(email: str, minutes: int, errors: FormErrors | None = None, *, sent: bool = False) -> CodePage:
    """Reset password - step 2; the same whether the address, or user name, has an account or not."""
    typed, where = email or "your address", "to its address" if _is_name(email) else "there"
    return CodePage(
        title="Reset password - step 2",
        lines=[
            "Please enter the verification code that we emailed to you.",
            f"If {typed} has an account, the email went {where}. Its code works for {minutes} minutes.",
        ],
        action="/reset/2",
        button="Next",
        resend="/reset/2/new",
        errors=errors or FormErrors(),
        sent="A new code is on its way, if the address has an account. Use the newest email." if sent else "",
    )
