"""Whether a posted form is this portal's own, made for the session or browser that posts it."""

from starlette.requests import Request

from services.gateway.kit.cookies import CookieJar
from services.gateway.kit.encryption import CookieEncryptor
from services.gateway.kit.hosts import origin_of


class CsrfTokens:
    """The tokens of the forms of one request: bound to the session, before that to the browser."""

    def __init__(self, request: Request, cookies: CookieJar, encryptor: CookieEncryptor, *, is_https: bool) -> None:
        self._request = request
        self._cookies = cookies
        self._encryptor = encryptor
        self._is_https = is_https

    @property
    def _bound_to(self) -> tuple[str, str]:
        token = self._cookies.session_token
        return ("session", token) if token else ("browser", self._cookies.browser.nonce)

    @property
    def token(self) -> str:
        """Stands in every form of the answer."""
        return self._encryptor.token("csrf", *self._bound_to)

    def verify(self, token: str) -> bool:
        """Whether a form was made for this session or browser."""
        return self._encryptor.verify_token(token, "csrf", *self._bound_to)

    def is_own_origin(self) -> bool:
        """Whether a page of this portal sent the request, as far as the browser says; one that says nothing may."""
        headers = self._request.headers
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None and site not in ("same-origin", "none"):
            return False
        return origin is None or origin == origin_of(self._request, is_https=self._is_https)
