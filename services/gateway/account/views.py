"""The pages of one's own account (requirements F49, ASVS 7.5.2). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from chassis.authorities import Authorities
from chassis.identity import Professional
from contracts.api.accounts import SessionsView
from contracts.api.auth import AuthenticatorView, RegistrationDetails
from contracts.api.calendars import CalendarFeedView
from contracts.api.passkeys import PasskeyEntry
from services.gateway.kit.views.frame import FormErrors
from services.gateway.kit.views.wording import moment


@dataclass(frozen=True)
class AccountPage:
    """Update account."""

    lines: list[tuple[str, str]]
    notice: str = ""


@dataclass(frozen=True)
class EmailsPage:
    """How often we email you: `each` or `daily`."""

    chosen: str
    errors: FormErrors = field(default_factory=FormErrors)


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


@dataclass(frozen=True)
class ClosingPage:
    """Close your account."""

    email: str
    errors: FormErrors = field(default_factory=FormErrors)


@dataclass(frozen=True)
class SecurityPage:
    """Authenticator app: the one that there is, or how to add one."""

    must_stay: bool = False
    must_add: bool = False
    """Whether nothing else can be done before one is added."""
    may_replace: bool = False
    """Whether another one may be put in the place of the one that there is."""
    added: str = ""
    codes_left: int = 0
    qr: Markup | None = None
    uri: str = ""
    secret: str = ""
    """In groups of four, to be typed."""
    notice: str = ""
    errors: FormErrors = field(default_factory=FormErrors)


@dataclass(frozen=True)
class RecoveryCodesPage:
    """Your recovery codes: shown once."""

    codes: list[str]


@dataclass(frozen=True)
class SessionRow:
    """One browser that is signed in."""

    session_id: str
    browser: str
    opened: str
    seen: str
    is_current: bool


@dataclass(frozen=True)
class TrustRow:
    """One browser that is asked for no code."""

    browser: str
    council: str
    until: str


@dataclass(frozen=True)
class SessionsPage:
    """Where you are signed in."""

    rows: list[SessionRow]
    trusts: list[TrustRow] = field(default_factory=list)
    notice: str = ""

    @property
    def has_others(self) -> bool:
        """Whether there is another browser than this one."""
        return len(self.rows) > 1


@dataclass(frozen=True)
class CalendarPage:
    """Calendar: the address that there is, or how to make one."""

    made: str = ""
    notice: str = ""


@dataclass(frozen=True)
class CalendarAddressPage:
    """Your calendar address: shown once."""

    address: str


@dataclass(frozen=True)
class PasskeyRow:
    """One passkey; `host` is empty where the portal has one address."""

    passkey_id: str
    name: str
    host: str
    added: str
    used: str


@dataclass(frozen=True)
class PasskeysPage:
    """Passkeys: those that there are."""

    rows: list[PasskeyRow]
    host: str = ""
    """The address that the next one will be for; empty where the portal has one."""
    notice: str = ""


@dataclass(frozen=True)
class TakeOverPage:
    """Finish setting up your account."""

    details: RegistrationDetails
    rules: list[str]
    """Of the password that is asked for; none where its owner has chosen one already."""
    email: str
    errors: FormErrors = field(default_factory=FormErrors)


@dataclass(frozen=True)
class NewPasskeyPage:
    """Add a passkey: its name, then, with `options`, the browser's own questions."""

    name: str = ""
    host: str = ""
    options: str = ""
    errors: FormErrors = field(default_factory=FormErrors)


@dataclass(frozen=True)
class PasskeyRemovalPage:
    """Remove a passkey."""

    passkey_id: str
    name: str
    errors: FormErrors = field(default_factory=FormErrors)


_UNKNOWN = "A browser that we do not know"
_ENDED = {
    "ended": "Signed out. Whoever was there has to sign in again.",
    "asked": "Every browser is asked for a code again.",
}
_NOTICES = {
    "email": "Your email address is changed. Your forms and your work groups follow in a moment.",
    "details": "Your details are changed. Lists that others see follow in a moment.",
    "profile": "Your professional profile is saved. Councils that have named you see it in a moment.",
    "emails": "From now on we email you as often as you have chosen.",
    "password": "Your password is changed. You are signed out everywhere but here.",
}


def account_page(person: Professional, done: str) -> AccountPage:
    """Who is signed in, as others see them."""
    lines = [("Name", person.name), ("Role", person.role), ("Organisation", person.organisation)]
    return AccountPage([line for line in lines if line[1]] + [("Email", person.email)], _NOTICES.get(done, ""))


def calendar_page(feed: CalendarFeedView, done: str) -> CalendarPage:
    """Since when there is an address; what it is nobody knows but its owner."""
    notice = "Your calendar address has ended. Nobody reads your due dates by it any more." if done == "ended" else ""
    return CalendarPage(moment(feed.made_at) if feed.made_at else "", notice)


def security_page(
    view: AuthenticatorView, errors: FormErrors | None = None, *, is_removed: bool = False, is_another: bool = False
) -> SecurityPage:
    """What there is to say of the app; a QR code where one may be added, where there is one only once it is wanted."""
    enrolment = view.enrolment if view.added_at is None or is_another else None
    secret = enrolment.secret if enrolment else ""
    return SecurityPage(
        must_stay=view.must_stay,
        must_add=view.must_stay and view.added_at is None,
        may_replace=view.added_at is not None and view.enrolment is not None,
        added=moment(view.added_at) if view.added_at else "",
        codes_left=view.codes_left,
        qr=_qr(enrolment.uri) if enrolment else None,
        uri=enrolment.uri if enrolment else "",
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        notice="The app is removed. Codes come by email again." if is_removed else "",
        errors=errors or FormErrors(),
    )


def _qr(uri: str) -> Markup:
    """Drawn by us from what auth says: no text of anybody's stands in it but as black and white."""
    import segno  # noqa: PLC0415 - 50 ms of a start, and most people never see this page

    picture = segno.make(uri, micro=False)
    drawn = picture.svg_inline(scale=4, border=4, title="QR code for your authenticator app", light="#fff")
    return Markup(drawn)  # noqa: S704 - the library's own drawing


_PASSKEYS = {
    "added": "The passkey is added. From now on you can sign in with it. You are signed out everywhere but here.",
    "removed": "The passkey is removed. You are signed out everywhere but here.",
    "late": "That took too long. Add the passkey again.",
}


def passkeys_page(passkeys: Sequence[PasskeyEntry], host: str, done: str) -> PasskeysPage:
    """In the order in which they were added; `host` is empty where nobody has to know of addresses."""
    rows = [
        PasskeyRow(
            each.passkey_id,
            each.name,
            each.host if host else "",
            moment(each.added_at),
            moment(each.used_at) if each.used_at else "Never",
        )
        for each in passkeys
    ]
    return PasskeysPage(rows, host, _PASSKEYS.get(done, ""))


def sessions_page(view: SessionsView, authorities: Authorities, done: str) -> SessionsPage:
    """The browser that asks first, then the one last used; of those that are trusted the latest first."""
    rows = [
        SessionRow(
            session_id=session.session_id,
            browser=session.browser or _UNKNOWN,
            opened=moment(session.opened_at),
            seen=moment(session.seen_at),
            is_current=session.is_current,
        )
        for session in view.sessions
    ]
    trusts = [
        TrustRow(each.browser or _UNKNOWN, authorities.get(each.authority).brand.name, moment(each.ends_at))
        for each in view.trusts
        if each.authority in authorities
    ]
    return SessionsPage(sorted(rows, key=lambda row: not row.is_current), trusts, _ENDED.get(done, ""))
