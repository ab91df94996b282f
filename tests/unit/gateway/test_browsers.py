"""Which browser a request names itself, for its owner to know it again."""

import pytest

from services.gateway.kit.browsers import browser_of

_GECKO = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0"
_CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
_EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 "
    "Safari/537.36 Edg/138.0.0.0"
)
_PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
_ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "named"),
    [
        (_GECKO, "Firefox on Windows"),
        (_CHROME, "Chrome on Linux"),
        (_EDGE, "Edge on Windows"),
        (_PHONE, "Safari on an iPhone"),
        (_ANDROID, "Chrome on Android"),
        ("Firefox", "Firefox"),
        ("curl/8.5.0", ""),
        ("Windows", ""),
        ("", ""),
        ("<script>alert(1)</script>" * 1000, ""),
    ],
)
def test_a_browser_is_named_in_words_of_ours_alone(user_agent: str, named: str) -> None:
    assert browser_of(user_agent) == named
