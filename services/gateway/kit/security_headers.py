"""What every answer tells a browser about what it may do with it."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Scope

_INSIDE = ("/sign-in", "/signed-in")
_HSTS = "max-age=63072000; includeSubDomains"


def is_inside(scope: Scope) -> bool:
    """Whether a page of ours shows this one in itself: signing in again over what is on the screen, no other."""
    headers = Headers(scope=scope)
    asked_by = headers.get("sec-fetch-site"), headers.get("sec-fetch-dest")
    return asked_by == ("same-origin", "iframe") and scope["path"].startswith(_INSIDE)


def content_policy(nonce: str, *, inside: bool = False) -> str:
    """Nothing from elsewhere, no inline code but the one script that carries this answer's nonce; in no other page."""
    ancestors = "'self'" if inside else "'none'"
    return (
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce}'; "
        "style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; "
        f"frame-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors {ancestors}"
    )


class SecurityHeaders:
    """The headers of every answer. One that an answer has set itself is left alone."""

    def __init__(self, *, is_https: bool) -> None:
        self._headers = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
            "Cache-Control": "no-store",
        }
        if is_https:
            self._headers["Strict-Transport-Security"] = _HSTS

    def add_to(self, headers: MutableHeaders, nonce: str, *, inside: bool) -> None:
        """Completes an answer's headers; `nonce` is that of the page's own script, `inside` what `is_inside` says."""
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", content_policy(nonce, inside=inside))
