"""One request of a person: whose portal, which session, which browser; cookies, forms' tokens, and rendering."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis import clock
from chassis.errors import Refused, Unauthorised
from chassis.identity import Professional
from contracts.api.auth import SessionView
from contracts.authority import Authority
from services.gateway.kit.clients import Caller
from services.gateway.kit.gateway import Gateway
from services.gateway.kit.hosts import host_of
from services.gateway.kit.limits import client_of
from services.gateway.kit.rendering import render
from services.gateway.kit.views.frame import Frame, SignedIn

Done = TypeVar("Done")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""256 bits as auth writes them; whatever else stands in a cookie is no session."""
_BROWSER_SECONDS = 2 * 60 * 60
_MANAGES_SECONDS = 12 * 60 * 60
_DEVICES_SECONDS = 180 * 24 * 60 * 60
_DEVICES = re.compile(r"[\w.~-]{1,600}", re.ASCII)


@dataclass(frozen=True)
class Browser:
    """What a browser holds before anybody is signed in: it binds codes and forms to this browser (login CSRF)."""

    nonce: str
    sign_in: str = ""
    registration: str = ""
    reset: str = ""
    next: str = ""
    email: str = ""
    """What was typed at step 1, for step 2 to say."""


def caller_key(gateway: Gateway, request: Request) -> str:
    """The network that a request comes from, as logs and counts may hold it."""
    return gateway.seals.token("client", client_of(request))


def wants_json(request: Request) -> bool:
    """Whether the page's script asks, not the person's browser."""
    return "application/json" in request.headers.get("accept", "")


class Visit:
    """Who comes, from which browser, to whose portal."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.gateway: Gateway = request.app.state.service
        settings = self.gateway.settings
        self.authority: Authority = self.gateway.authorities.at_host(host_of(request), settings.default_authority)
        prefix = "__Host-" if self.gateway.is_https else ""
        self._session_cookie, self._browser_cookie = f"{prefix}portal_session", f"{prefix}portal_browser"
        token = request.cookies.get(self._session_cookie, "")
        self.token = token if _TOKEN.fullmatch(token) else ""
        self._devices_cookie = f"{prefix}portal_devices"
        self._manages_cookie = f"{prefix}portal_manages"
        self.manages = bool(self.token) and self._fits_session(request.cookies.get(self._manages_cookie, ""))
        self.session: SessionView | None = None
        self._held = self._open_browser()
        self.browser = self._held or Browser(nonce=secrets.token_urlsafe(24))

    def _open_browser(self) -> Browser | None:
        sealed = self.request.cookies.get(self._browser_cookie, "")
        content = self.gateway.seals.open("browser", sealed, _BROWSER_SECONDS) if sealed else None
        return Browser(**{name: value for name, value in content.items() if name != "at"}) if content else None

    # The navigation bar

    def _fits_session(self, mark: str) -> bool:
        return self.gateway.seals.fits(mark, "manages", self.token)

    def note_manages(self, response: Response, *, manages: bool) -> Response:
        """Remembers for this session whether the bar offers Group member tasks; whose page it is, tasks decides."""
        if manages:
            mark = self.gateway.seals.token("manages", self.token)
            self._set(response, self._manages_cookie, mark, _MANAGES_SECONDS)
        elif self._manages_cookie in self.request.cookies:
            self._drop(response, self._manages_cookie)
        return response

    # Forms' tokens

    @property
    def _bound_to(self) -> tuple[str, str]:
        return ("session", self.token) if self.token else ("browser", self.browser.nonce)

    @property
    def csrf(self) -> str:
        """The token of every form of this visit."""
        return self.gateway.seals.token("csrf", *self._bound_to)

    def fits(self, token: str) -> bool:
        """Whether a form was made for this session or browser."""
        return self.gateway.seals.fits(token, "csrf", *self._bound_to)

    def is_own_origin(self) -> bool:
        """Whether a page of this portal sent the request, as far as the browser says; one that says nothing may."""
        headers = self.request.headers
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None and site not in ("same-origin", "none"):
            return False
        scheme = "https" if self.gateway.is_https else self.request.url.scheme
        return origin is None or origin == f"{scheme}://{headers.get('host', '')}"

    def holder_key(self, task_id: str, account_id: str) -> str:
        """Says on a page whose it is without saying who: what one person typed is never saved as another's."""
        return self.gateway.seals.token("holder", task_id, account_id)

    # Where it comes from

    @property
    def caller(self) -> Caller:
        """The network, as a keyed hash, and the accounts that know this browser: auth counts tries by them."""
        held = self.request.cookies.get(self._devices_cookie, "")
        return Caller(caller_key(self.gateway, self.request), held if _DEVICES.fullmatch(held) else "")

    def note_devices(self, response: Response, devices: str) -> Response:
        """Remembers which accounts know this browser; it outlives the session and opens nothing."""
        self._set(response, self._devices_cookie, devices, _DEVICES_SECONDS)
        return response

    # Sessions

    async def sign_in_person(self, *, touch: bool = True) -> Professional:
        """The signed-in person; Unauthorised where nobody is."""
        if not self.token:
            raise Unauthorised("signed_out")
        try:
            self.session = session = await self.gateway.auth.session(self.token, touch=touch)
        except Unauthorised:
            self.gateway.people.drop(self.token)
            raise
        person = Professional(session.account_id, session.email, session.name, session.role, session.organisation)
        self.gateway.people.put(self.token, person)
        return person

    async def recognise(self) -> None:
        """Who is signed in, where that can be told; for a page that shows without them too."""
        if self.token:
            try:
                await self.sign_in_person(touch=False)
            except Refused:
                self.session = None

    async def reading(self, read: Callable[[Professional], Awaitable[Done]]) -> tuple[Professional, Done]:
        """The signed-in person and what they read; both are asked for at once where the person is known."""
        if (known := self.gateway.people.get(self.token)) is None:
            person = await self.sign_in_person()
            return person, await read(person)
        early = asyncio.ensure_future(read(known))
        try:
            person = await self.sign_in_person()
        except BaseException:
            early.cancel()
            await asyncio.gather(early, return_exceptions=True)
            raise
        if person == known:
            return person, await early
        early.cancel()
        await asyncio.gather(early, return_exceptions=True)
        return person, await read(person)

    @property
    def idle_seconds(self) -> int:
        """How long until the session ends if nothing happens."""
        return max(0, int((self.session.idle_expires_at - clock.now()).total_seconds())) if self.session else 0

    # Answers

    def _frame(self, authority: Authority | None, *, task_page: bool, group_page: bool) -> Frame:
        person = None
        if session := self.session:
            left = max(0, int((session.absolute_expires_at - clock.now()).total_seconds()))
            key = self.gateway.seals.unsaved_key(session.account_id)
            person = SignedIn(session.name, session.email, self.idle_seconds, left, key)
        state = self.request.state
        return Frame(
            authority=authority or self.authority,
            static=self.gateway.statics.base,
            nonce=state.nonce,
            csrf=self.csrf,
            person=person,
            task_page=task_page,
            group_page=group_page,
            manages=self.manages,
        )

    def page(
        self,
        template: str,
        page: Any,
        status: int = 200,
        *,
        task_page: bool = False,
        group_page: bool = False,
        authority: Authority | None = None,
    ) -> Response:
        """A page; a browser that has no cookie yet gets one, for the form in it."""
        html = render(template, self._frame(authority, task_page=task_page, group_page=group_page), page)
        response = HTMLResponse(html, status_code=status)
        if not self.token and self._held is None:
            self._keep_browser(response)
        return response

    def fragment(self, template: str, page: Any) -> str:
        """A part of a page, for the page's script."""
        return render(template, self._frame(None, task_page=True, group_page=False), page)

    def go(self, address: str) -> Response:
        """On to another page, by GET."""
        return RedirectResponse(address, status_code=303)

    def remember(self, response: Response, **changes: str) -> Response:
        """Changes what the browser holds before sign-in."""
        self.browser = replace(self.browser, **changes)
        self._keep_browser(response)
        return response

    def _keep_browser(self, response: Response) -> None:
        content = {name: value for name, value in vars(self.browser).items() if value}
        self._set(response, self._browser_cookie, self.gateway.seals.seal("browser", content), _BROWSER_SECONDS)

    def start_session(self, response: Response, token: str, seconds: int) -> Response:
        """The session's cookie; it outlives the browser's window (requirements F44). What was held before is over."""
        self._set(response, self._session_cookie, token, seconds)
        self._drop(response, self._browser_cookie)
        return response

    def end_session(self, response: Response) -> Response:
        """Takes the session's cookies back."""
        self._drop(response, self._session_cookie)
        self._drop(response, self._manages_cookie)
        return response

    def told_saved(self, response: Response, page_id: str) -> Response:
        """Tells the browser's copy of a page that the page was saved; for its script, so readable by it."""
        if not page_id:
            return response
        response.set_cookie(
            "portal_saved", page_id, max_age=60, path="/", secure=self.gateway.is_https, samesite="strict"
        )
        return response

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        same_site: Literal["lax"] = "lax"
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self.gateway.is_https, httponly=True, samesite=same_site
        )

    def _drop(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self.gateway.is_https, httponly=True, samesite="lax")
