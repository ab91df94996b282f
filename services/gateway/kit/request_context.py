"""One request of a person: to whose portal, in which session, from which browser; and its answers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis import clock
from chassis.context import Actor, act_as
from chassis.errors import Forbidden, Refused, Unauthorised
from chassis.identity import Professional
from contracts.api.auth import SessionCreated, SessionView
from contracts.api.passkeys import Site
from contracts.authority import Authority
from services.gateway.kit.browsers import browser_of
from services.gateway.kit.clients import RequestOrigin
from services.gateway.kit.cookies import CookieJar
from services.gateway.kit.csrf import CsrfTokens
from services.gateway.kit.gateway import Gateway
from services.gateway.kit.hosts import host_of, origin_of
from services.gateway.kit.security_headers import is_inside
from services.gateway.kit.views.frame import Frame, Section, SignedIn

Read = TypeVar("Read")
ENROLMENT = "/account/security"
"""Where an authenticator app is added."""
TAKE_OVER = "/account/take-over"
"""Where the owner of an account that a council has opened chooses a password of their own."""
_FIRST = {"authenticator_needed": ENROLMENT, "own_password_needed": TAKE_OVER}
"""What is to be done before anything else, by the code of the refusal of anything else; and where."""
_MEANWHILE = ("/session/left", "/session/stay")
"""A session that has something to do first may go nowhere else, and be told how long it has."""


def what_comes_first(refused: Refused) -> str:
    """The page that a session has to go to before any other; empty where it was refused something else."""
    return _FIRST.get(refused.code, "")


def wants_json(request: Request) -> bool:
    """Whether the page's script asks, not the person's browser."""
    return "application/json" in request.headers.get("accept", "")


class RequestContext:
    """Who asks, from which browser, at whose portal."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.gateway: Gateway = request.app.state.service
        encryptor, is_https = self.gateway.encryptor, self.gateway.is_https
        self.authority: Authority = self.gateway.authorities.at_host(
            host_of(request), self.gateway.settings.default_authority
        )
        self.cookies = CookieJar(request, encryptor, is_https=is_https)
        self.csrf = CsrfTokens(request, self.cookies, encryptor, is_https=is_https)
        self.session: SessionView | None = None

    @property
    def origin(self) -> RequestOrigin:
        """The network, as a keyed hash, and the accounts that know this browser: auth counts tries by them."""
        browser = browser_of(self.request.headers.get("user-agent", ""))
        cookies = self.cookies
        return RequestOrigin(
            self.gateway.client_key(self.request), cookies.devices, browser, cookies.trusts, cookies.session_token
        )

    @property
    def site(self) -> Site:
        """At which of the portal's addresses the browser is: passkeys are bound to it."""
        return Site(host=host_of(self.request), origin=origin_of(self.request, is_https=self.gateway.is_https))

    def holder_key(self, task_id: str, account_id: str) -> str:
        """Says on a page whose it is without saying who: what one person typed is never saved as another's."""
        return self.gateway.encryptor.token("holder", task_id, account_id)

    # The session

    async def require_person(self, *, touch: bool = True) -> Professional:
        """The signed-in person; Unauthorised where nobody is. `touch` says that they have done something."""
        token = self.cookies.session_token
        if not token:
            raise Unauthorised("signed_out")
        try:
            self.session = session = await self.gateway.auth.session(token, touch=touch)
        except Unauthorised:
            self.gateway.people.drop(token)
            raise
        self._check_first(session)
        act_as(Actor("account", session.account_id))
        person = Professional(
            session.account_id,
            session.email,
            session.name,
            session.role,
            session.organisation,
            tuple(session.withheld),
        )
        self.gateway.people.put(token, person)
        return person

    def _check_first(self, session: SessionView) -> None:
        """Forbidden where the session has something to do before this; a password of one's own comes first of all."""
        if session.must_take_over:
            refused = Forbidden("own_password_needed", "Choose a password of your own to go on.")
        elif session.must_enrol:
            refused = Forbidden("authenticator_needed", "Add an authenticator app to go on.")
        else:
            return
        if self.request.url.path not in (_FIRST[refused.code], *_MEANWHILE):
            raise refused

    async def recognise(self) -> None:
        """Who is signed in, where that can be told; for a page that shows without them too."""
        if self.cookies.session_token:
            try:
                await self.require_person(touch=False)
            except Refused:
                self.session = None

    async def reading(self, read: Callable[[Professional], Awaitable[Read]]) -> tuple[Professional, Read]:
        """The signed-in person and what they read; both are asked for at once where the person is known."""
        if (known := self.gateway.people.get(self.cookies.session_token)) is None:
            person = await self.require_person()
            return person, await read(person)
        early = asyncio.ensure_future(read(known))
        try:
            person = await self.require_person()
        except BaseException:
            early.cancel()
            await asyncio.gather(early, return_exceptions=True)
            raise
        if person == known:
            return person, await early
        early.cancel()
        await asyncio.gather(early, return_exceptions=True)
        return person, await read(person)

    def start_session(self, session: SessionCreated) -> None:
        """In this browser somebody is signed in from now on."""
        seconds = max(0, int((session.absolute_expires_at - clock.now()).total_seconds()))
        self.gateway.people.drop(self.cookies.session_token)
        self.cookies.start_session(session.session_token, seconds)
        self.cookies.set_devices(session.devices)
        if session.trusts:
            self.cookies.set_trusts(session.trusts)

    def sign_out(self, address: str) -> Response:
        """Nobody is signed in here any more, and what the browser keeps of them goes; on to `address`."""
        self.gateway.people.drop(self.cookies.session_token)
        self.end_session()
        self.cookies.forget_choice()
        response = self.redirect(address)
        response.headers["Clear-Site-Data"] = '"storage"'
        return response

    def end_session(self) -> None:
        """In this browser nobody is signed in any more."""
        self.cookies.end_session()
        self.session = None

    @property
    def idle_seconds(self) -> int:
        """How long until the session ends if nothing happens."""
        return max(0, int((self.session.idle_expires_at - clock.now()).total_seconds())) if self.session else 0

    # Answers

    @property
    def signed_in(self) -> SignedIn | None:
        """Who is signed in, as pages know them."""
        if (session := self.session) is None:
            return None
        left = max(0, int((session.absolute_expires_at - clock.now()).total_seconds()))
        key = self.gateway.encryptor.unsaved_key(session.account_id)
        return SignedIn(session.name, session.email, self.idle_seconds, left, key)

    def _frame(self, section: Section, authority: Authority | None) -> Frame:
        return Frame(
            authority=authority or self.authority,
            nonce=self.request.state.nonce,
            csrf=self.csrf.token,
            person=self.signed_in,
            section=section,
            manages=self.cookies.manages,
            is_inside=is_inside(self.request.scope),
        )

    def page(
        self, template: str, view: Any, status: int = 200, *, section: Section = "", authority: Authority | None = None
    ) -> Response:
        """A page; a browser that has no cookie yet gets one, for the form in it."""
        html = self.gateway.renderer.render(template, self._frame(section, authority), view)
        self.cookies.bind_browser()
        return self._answer(HTMLResponse(html, status_code=status))

    def fragment(self, template: str, view: Any) -> str:
        """A part of a page, for the page's script."""
        return self.gateway.renderer.render(template, self._frame("", None), view)

    def json(self, text: str) -> Response:
        """What a page's script has asked for."""
        return self._answer(Response(text, media_type="application/json"))

    def redirect(self, address: str) -> Response:
        """On to another page, by GET."""
        return self._answer(RedirectResponse(address, status_code=303))

    def _answer(self, response: Response) -> Response:
        self.cookies.apply(response)
        return response
