"""What every answer tells a browser about what it may do with it."""

from starlette.datastructures import MutableHeaders

_HSTS = "max-age=63072000; includeSubDomains"


def content_policy(nonce: str) -> str:
    """Nothing from elsewhere, no inline code but the one script that carries this answer's nonce."""
    return (
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce}'; "
        "style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
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

    def add_to(self, headers: MutableHeaders, nonce: str) -> None:
        """Completes an answer's headers; `nonce` is that of the page's own script."""
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", content_policy(nonce))
