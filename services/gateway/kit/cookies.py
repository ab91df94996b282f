"""The portal's cookies: what a browser brought with a request, and what it is given with the answer."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.kit.encryption import CookieEncryptor

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""256 bits as auth writes them; whatever else stands in a cookie is no session."""
_DEVICES = re.compile(r"[\w.~-]{1,600}", re.ASCII)
_BROWSER_SECONDS = 2 * 60 * 60
_MANAGES_SECONDS = 12 * 60 * 60
_DEVICES_SECONDS = 180 * 24 * 60 * 60
_TRUSTS_SECONDS = 90 * 24 * 60 * 60
"""The most that an authority may grant; when each ends, auth knows."""
_CHOICE_SECONDS = 30 * 24 * 60 * 60
_SAVED_SECONDS = 60


@dataclass(frozen=True)
class BrowserState:
    """What a browser holds before anybody is signed in: it binds codes and forms to this browser (login CSRF)."""

    nonce: str
    sign_in: str = ""
    registration: str = ""
    reset: str = ""
    address_change: str = ""
    passkey: str = ""
    """The challenge that its authenticator is to answer."""
    next: str = ""
    factor: str = ""
    """Where the code of a sign-in comes from: the mailbox, an app, or an app or the mailbox."""
    trusted_days: str = ""
    """For how many days this browser may be trusted after that code; empty where it may not be."""
    email: str = ""
    """What was typed at step 1, for step 2 to say."""


@dataclass(frozen=True)
class _Cookie:
    value: str
    seconds: int
    is_for_script: bool = False


class CookieJar:
    """The cookies of one request. What is changed goes out with the answer: whoever makes one calls `apply`."""

    def __init__(self, request: Request, encryptor: CookieEncryptor, *, is_https: bool) -> None:
        self._brought = request.cookies
        self._encryptor = encryptor
        self._is_https = is_https
        prefix = "__Host-" if is_https else ""
        self._session, self._browser = f"{prefix}portal_session", f"{prefix}portal_browser"
        self._devices, self._manages = f"{prefix}portal_devices", f"{prefix}portal_manages"
        self._trusts, self._saved = f"{prefix}portal_trusts", f"{prefix}portal_saved"
        self._choice = f"{prefix}portal_list"
        self._changes: dict[str, _Cookie | None] = {}
        self.session_token = self._read(self._session, _TOKEN)
        """Empty where nobody is signed in."""
        self.devices = self._read(self._devices, _DEVICES)
        """Which accounts know this browser, as auth wrote it."""
        self.trusts = self._read(self._trusts, _DEVICES)
        """Which accounts trust it."""
        self.manages = bool(self.session_token) and encryptor.verify_token(
            self._brought.get(self._manages, ""), "manages", self.session_token
        )
        """Whether the navigation bar offers Group member tasks; whose page it is, tasks decides."""
        known = self._decrypted_browser()
        self._is_known = known is not None
        self.browser = known or BrowserState(nonce=secrets.token_urlsafe(24))

    def _read(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self._brought.get(name, "")
        return value if pattern.fullmatch(value) else ""

    def _decrypted_browser(self) -> BrowserState | None:
        text = self._brought.get(self._browser, "")
        content = self._encryptor.decrypt("browser", text, _BROWSER_SECONDS) if text else None
        return BrowserState(**{name: value for name, value in content.items() if name != "at"}) if content else None

    def start_session(self, token: str, seconds: int) -> None:
        """Outlives the browser's window (requirements F44). What the browser held before is over."""
        self.session_token = token
        self._changes[self._session] = _Cookie(token, seconds)
        self._changes[self._browser] = None

    def end_session(self) -> None:
        """What follows is for a browser in which nobody is signed in."""
        self.session_token, self.manages = "", False
        self._changes[self._session] = self._changes[self._manages] = None

    def remember(self, **changes: str) -> None:
        """Changes what the browser holds before sign-in."""
        self.browser = replace(self.browser, **changes)
        content = {name: value for name, value in vars(self.browser).items() if value}
        self._changes[self._browser] = _Cookie(self._encryptor.encrypt("browser", content), _BROWSER_SECONDS)

    def set_manages(self, *, manages: bool) -> None:
        """For the rest of this session, whether the person manages a work group."""
        self.manages = manages
        if manages:
            mark = self._encryptor.token("manages", self.session_token)
            self._changes[self._manages] = _Cookie(mark, _MANAGES_SECONDS)
        elif self._manages in self._brought:
            self._changes[self._manages] = None

    def set_devices(self, devices: str) -> None:
        """Which accounts know this browser; it outlives the session and opens nothing."""
        self._changes[self._devices] = _Cookie(devices, _DEVICES_SECONDS)

    def set_trusts(self, trusts: str) -> None:
        """Which accounts ask for no code here."""
        self._changes[self._trusts] = _Cookie(trusts, _TRUSTS_SECONDS)

    def set_choice(self, account_id: str, choice: Mapping[str, str]) -> None:
        """What a person last chose of their list. It outlives the session, and is nothing to whoever else signs in."""
        if choice:
            kept = self._encryptor.encrypt(_choice_of(account_id), dict(choice))
            self._changes[self._choice] = _Cookie(kept, _CHOICE_SECONDS)
        else:
            self.forget_choice()

    def choice(self, account_id: str) -> dict[str, str]:
        """The same, as they left it in this browser; empty where they chose nothing."""
        text = self._brought.get(self._choice, "")
        content = self._encryptor.decrypt(_choice_of(account_id), text, _CHOICE_SECONDS) if text else None
        return {name: value for name, value in content.items() if name != "at"} if content else {}

    def forget_choice(self) -> None:
        """The list is whole, and by due date."""
        if self._choice in self._brought:
            self._changes[self._choice] = None

    def set_saved(self, page_id: str) -> None:
        """Tells the browser's copy of a page that the page was saved; for its script, so readable by it."""
        if page_id:
            self._changes[self._saved] = _Cookie(page_id, _SAVED_SECONDS, is_for_script=True)

    def bind_browser(self) -> None:
        """Before a page goes out: a browser without a cookie gets one, to which the form in the page is bound."""
        if not self.session_token and not self._is_known:
            self.remember()

    def apply(self, response: Response) -> None:
        """Sends what was changed."""
        for name, cookie in self._changes.items():
            if cookie is None:
                response.delete_cookie(name, path="/", secure=self._is_https, httponly=True, samesite="lax")
            else:
                response.set_cookie(
                    name,
                    cookie.value,
                    max_age=cookie.seconds,
                    path="/",
                    secure=self._is_https,
                    httponly=not cookie.is_for_script,
                    samesite="strict" if cookie.is_for_script else "lax",
                )


def _choice_of(account_id: str) -> str:
    return f"list of {account_id}"
