"""The guide for professionals: the texts of docs/guide with the portal's own headings, lists and links."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from services.gateway.kit.assets import GUIDE

ADDRESS = "/help/guide"
_PICTURES = "pictures/"
_FIRST = "README"
_CLASSES = {
    "h1": "govuk-heading-l",
    "h2": "govuk-heading-m",
    "p": "govuk-body",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
    "a": "govuk-link",
    "img": "portal-picture",
}


@dataclass(frozen=True)
class GuidePage:
    """One text: its title, and its HTML, of which nothing comes from outside."""

    title: str
    html: str
    is_first: bool

    def over(self, assets: str) -> Markup:
        """Its HTML, with the pictures where this build's assets are."""
        return Markup(self.html.replace(f'src="{_PICTURES}', f'src="{assets}/guide/'))  # noqa: S704 - our own text


@cache
def guide_pages() -> Mapping[str, GuidePage]:
    """Every page by the name in its address; the first one's is empty."""
    return {"" if path.stem == _FIRST else path.stem: _page(path) for path in sorted(GUIDE.glob("*.md"))}


def _page(path: Path) -> GuidePage:
    markdown = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False})
    tokens = markdown.parse(path.read_text(encoding="utf-8"))
    for token in tokens:
        _dress(token)
    html = markdown.renderer.render(tokens, markdown.options, {})
    title = next(after.content for token, after in pairwise(tokens) if token.tag == "h1")
    return GuidePage(title, html, path.stem == _FIRST)


def _dress(token: Token) -> None:
    """The portal's class, and the address that a page of the guide has here."""
    if token.tag in _CLASSES and token.nesting >= 0:
        token.attrSet("class", _CLASSES[token.tag])
    if isinstance(file := token.attrGet("href"), str):
        token.attrSet("href", f"{ADDRESS}/{file.removesuffix('.md')}")
    for child in token.children or ():
        _dress(child)
