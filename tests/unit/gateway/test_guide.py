"""The guide: nothing in it leads nowhere, and what it calls a button or a page is called so in the portal."""

import re

import pytest

from services.gateway.content.guide import ADDRESS, guide_pages
from services.gateway.kit.assets import GUIDE, Assets
from services.gateway.kit.rendering import GATEWAY
from tests.unit.gateway.samples import AUTHORITIES

PORTAL = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted(GATEWAY.rglob("*"))
    if path.suffix in {".html", ".py", ".mjs"} and path.stem != "guide"
)
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def test_every_page_is_reached_from_the_first_and_every_link_leads_somewhere() -> None:
    pages, assets = guide_pages(), Assets(AUTHORITIES)
    pictures = {f"{assets.base}/{name}" for name in assets._files if name.startswith("guide/")}
    known = {ADDRESS, *pictures} | {f"{ADDRESS}/{name}" for name in pages if name}
    html = {name: page.over(assets.base) for name, page in pages.items()}
    linked = {name: set(re.findall(r'(?:href|src)="([^"]+)"', text)) for name, text in html.items()}
    assert set().union(*linked.values()) <= known
    assert linked[""] == {f"{ADDRESS}/{name}" for name in pages if name}
    assert pictures
    assert pictures <= set().union(*linked.values()), "a picture that no page shows"


@pytest.mark.parametrize("name", [path.name for path in sorted(GUIDE.glob("*.md"))])
def test_what_a_page_prints_in_bold_is_what_the_portal_says(name: str) -> None:
    text = " ".join((GUIDE / name).read_text(encoding="utf-8").split())
    assert [label for label in _BOLD.findall(text) if label not in PORTAL] == []


def test_each_page_has_one_title_and_no_html_of_its_own() -> None:
    for page in guide_pages().values():
        assert page.html.count("<h1") == 1
        assert "&lt;" not in page.html
