"""What differs from council to council, as data (requirements 1.15). Loading it is chassis.authorities' job."""

from datetime import date, time, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from contracts.base import AuthorityCode, Email, Identifier, Line, Text, Value

Extension = Literal["doc", "docx", "pdf", "jpg", "jpeg", "png"]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class Brand(Value):
    """How the authority shows itself."""

    name: Line
    """The council's name, in the header."""
    portal_name: Line = "Professional Portal"
    """What the portal is called inside, and in emails."""
    login_name: Line = ""
    """What it is called at its door (requirements F5); `portal_name` where it has one name."""
    colour: Colour = "#1d4f6e"
    """The header's background; white text on it must reach a contrast of 4.5 to 1."""
    logo: Line | None = None
    signature: Text
    """The last lines of every email."""
    from_address: Email
    from_name: Line

    @property
    def door_name(self) -> str:
        """What whoever is not signed in reads."""
        return self.login_name or self.portal_name

    @property
    def names(self) -> list[str]:
        """Everything that the authority and its portal are called."""
        return [self.name, self.portal_name, self.login_name]


class Support(Value):
    """Where a professional finds help (requirements F166)."""

    practice: Text
    technical: Text
    privacy: Text = ""


class Legal(Value):
    """What the accessibility statement and the privacy page must say; a council's own words where they are given."""

    contact_email: Line = ""
    """Whom to tell of an accessibility problem; where empty, `support.technical` stands there."""
    contact_telephone: Line = ""
    reply_days: Annotated[int, Field(ge=1, le=30)] = 5
    """Working days within which such a report is answered."""
    compliance: Literal["fully", "partially", "not"] = "partially"
    """With WCAG 2.2 AA."""
    not_accessible: list[Text] = [
        (
            "Documents that a council or a professional attached are passed on as they are, and some may not work with "
            "a screen reader (success criteria 1.1.1, 1.3.1 and 4.1.2)."
        ),
        "A PDF of a form shows an emoji as an empty box, and says so in words (success criterion 1.1.1).",
    ]
    prepared_on: date = date(2026, 11, 24)
    lawful_basis: Text = (
        "The council asks for the information, and you give it, for a task that the law gives to the council: to "
        "assess and provide for children and young people (UK GDPR article 6(1)(e)). Information about health and the "
        "like is used for reasons of substantial public interest (article 9(2)(g))."
    )
    retention: Text = (
        "What you submit becomes part of the council's own record of the child, which the council keeps for as long as "
        "its retention schedule says."
    )
    data_protection_officer: Text = ""
    """How to reach the council's data protection officer; where empty, the council by its name."""


class PasswordRules(Value):
    """What a password must hold beside its length (requirements F27); strength is checked for everyone."""

    min_length: Annotated[int, Field(ge=8, le=64)] = 8
    letter: bool = True
    digit: bool = True
    upper_case: bool = True
    special: bool = True


class FileRules(Value):
    """What may be attached (requirements F126-F131); sizes in bytes."""

    max_size: int = 10 * 1024 * 1024
    max_total: int = 100 * 1024 * 1024
    max_count: int = 50
    extensions: list[Extension] = ["doc", "docx", "pdf", "jpg", "jpeg", "png"]


class RetentionRules(Value):
    """For how many days what is over stays here; the council has what it needs by then."""

    received_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """After a submission whose PDF the council has confirmed to have."""
    submitted_days: Annotated[int, Field(ge=1, le=3650)] = 180
    """After a submission without that."""
    retracted_days: Annotated[int, Field(ge=1, le=3650)] = 30
    warned_days: Annotated[int, Field(ge=1, le=365)] = 14
    """How long before its end the council is warned of a submission whose PDF it has not confirmed to have."""


_LONGEST_HOLIDAY = timedelta(days=92)
Step = Annotated[int, Field(ge=-365, le=365)]


class SchoolHoliday(Value):
    """The days of one, the first and the last included."""

    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if not timedelta(0) <= self.last_day - self.first_day <= _LONGEST_HOLIDAY:
            raise ValueError("a school holiday ends on its first day or later, and within three months")
        return self

    @property
    def days(self) -> list[date]:
        """All of them."""
        return [self.first_day + timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1)]


class ReminderRules(Value):
    """When whoever has a form is reminded of it (requirements M10): in days from its due date, negative before it."""

    steps: list[Step] = [-14, -7, -3, -1, 0, 1, 3, 7]
    """Nobody is reminded where there is none."""
    unbegun_days: list[Annotated[int, Field(ge=1, le=365)]] = [3, 7]
    """So many days after it was given to whoever has it, while nobody has begun it (ADR 0067); empty turns that off."""
    managers_from: Step = 1
    """From this step on the managers of its work group are told too."""
    school_forms: list[Identifier] = []
    """The codes of forms that schools and settings fill in: of these nobody is reminded in the school holidays.

    Others go on, for no holiday stops the six weeks of a health body (SI 2014/1530, regulation 8(2)).
    """
    school_holidays: list[SchoolHoliday] = []


class QuietHours(Value):
    """From one hour to another, over midnight where the second is the earlier one, on clocks in England."""

    begin: time
    end: time

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.begin == self.end:
            raise ValueError("quiet hours begin at one time and end at another")
        return self


WorksTo = Literal["due_date", "internal_date"]


class Authority(Value):
    """One council's settings; every default is the one that requirements 1.15 suggests."""

    code: AuthorityCode
    brand: Brand
    support: Support
    legal: Legal = Legal()
    reference_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    """The first three letters of every reference (BRI-4K7Q-22); None for those of the code."""
    hosts: list[Line] = []
    """The host names at which the portal shows this authority's brand."""
    code_minutes: Annotated[int, Field(ge=1, le=10)] = 10
    idle_minutes: Annotated[int, Field(ge=5, le=60)] = 30
    dormant_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """After so many days without signing in nobody resets a password without the council (requirements F55)."""
    second_factor: Literal["email", "app", "either"] = "either"
    """What is asked for beside the password: a code by email, one from an authenticator app, or what each chooses."""
    trusted_days: Annotated[int, Field(ge=0, le=90)] = 0
    """For how many days a browser that its owner trusts is asked for the password alone; 0 for none (ADR 0052)."""
    opens_accounts: bool = False
    """Whether the council may open accounts for professionals who do not register (requirements F35, ADR 0060)."""
    temporary_password_days: Annotated[int, Field(ge=1, le=30)] = 7
    """For how many days the password works that the owner of such an account is emailed."""
    password: PasswordRules = PasswordRules()
    files: FileRules = FileRules()
    receipt_days: Annotated[int, Field(ge=1, le=60)] | None = None
    """Within how many days the council itself tells a professional that it has what they submitted (requirement F66).

    They read so on the page after submitting and in the email of then; None where it promises nothing.
    """
    submitted_days: Annotated[int, Field(ge=1, le=365)] = 30
    retracted_days: Annotated[int, Field(ge=1, le=365)] = 30
    public_key: dict[str, str] | None = None
    """The council's public key as JWK (RFC 7517), of type EC or OKP: what it is told over the broker is encrypted."""
    retention: RetentionRules = RetentionRules()
    reminders: ReminderRules = ReminderRules()
    works_to: WorksTo = "due_date"
    """Which date lists, reminders and lateness towards a person go by where a form has an internal one too (ADR 0061).

    It counts for what is delegated from then on. Escalation and `portal.delegation.overdue.v1` go by the due date.
    """
    closed_on: list[date] = []
    """Days on which no reminder and no digest is sent, beside weekends and England's bank holidays."""
    quiet: QuietHours | None = None
    """When nobody is emailed about a form, but at the end of it (requirements M10). Codes and receipts go at once."""
    banner: list[Literal["name", "date_of_birth", "form", "address", "comments"]] = ["name", "date_of_birth", "form"]
    notify: Literal["person", "inbox", "both"] = "both"
    """Who is emailed when a delegation names both a person and a generic inbox."""
    go_live_on: date | None = None

    def reminding_of(self, form: str) -> Self:
        """As it is when it reminds of a form: closed in the school holidays where schools fill that in."""
        if form not in self.reminders.school_forms:
            return self
        holidays = [day for holiday in self.reminders.school_holidays for day in holiday.days]
        return self.model_copy(update={"closed_on": [*self.closed_on, *holidays]})
