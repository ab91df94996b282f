"""Where links in documents may lead: to the web, to an address to write to or to ring, to a place nearby."""

import re

_BLANK = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\ufeff]+")
"""What programs skip in an address, so that `java\\tscript:` is one to them."""

_WEB = re.compile(r"(https?://[^\\/]|mailto:|tel:)", re.IGNORECASE)
_NEARBY = re.compile(r"[^\\/:][^\\:]*|")


def leads_to_web(target: str) -> bool:
    """Whether following a link opens no more than a web page, a new email or a call.

    An address without a scheme is one beside the document (or `www.council.example`, as people write it): what begins
    with a slash of either kind may name a server of its own, to which a computer would sign in by itself.
    """
    return _WEB.match(_BLANK.sub("", target)) is not None or stays_nearby(target)


def stays_nearby(target: str) -> bool:
    """Whether an address names something beside the document, so that looking at it asks no other computer."""
    plain = _BLANK.sub("", target)
    return _NEARBY.fullmatch(plain.partition("#")[0].partition("?")[0]) is not None
