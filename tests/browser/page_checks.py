"""What holds of every page, whoever reads it and on whatever."""

import re
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from services.gateway.kit.rendering import GATEWAY
from tests.browser.visitor import Visitor

WIDTHS = (320, 768, 1280)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SMALLEST_TARGET = 24


SERVED: dict[str, bytes] = {}
"""The HTML of every page that was checked, as the portal sent it."""
_TEMPLATE = re.compile(rb'<body [^>]*data-template="([^"]+)"')


def unchecked() -> set[str]:
    """The templates of whole pages of which no page has been checked."""
    pages = {path.name for path in GATEWAY.glob("*/templates/*.html") if "extends" in path.read_text(encoding="utf-8")}
    return pages - {name.decode() for page in SERVED.values() for name in _TEMPLATE.findall(bytes(page))}


async def check(visitor: Visitor, name: str, shots: Path | None = None) -> None:
    """One page, at every width; its HTML is kept for the end."""
    SERVED[name] = await visitor.served()
    await look(visitor.page, name, shots)


async def look(page: Page, name: str, shots: Path | None = None) -> None:
    """What stands on the screen, at every width."""
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, (
            f"{name} scrolls sideways at {width}"
        )
        if shots:
            await page.screenshot(path=shots / f"{name}-{width}.png", full_page=True)
    found = await Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    small = await page.evaluate(
        """least => [...document.querySelectorAll(
            "button, input:not([type=hidden]), select, textarea, summary, .govuk-button")]
        .filter(e => e.offsetParent && !e.closest("[aria-hidden=true]") && e.getAttribute("aria-hidden") !== "true")
        .filter(e => e.getBoundingClientRect().width < least || e.getBoundingClientRect().height < least)
        .map(e => e.outerHTML.slice(0, 120))""",
        SMALLEST_TARGET,
    )
    assert small == [], f"{name} has targets that are too small"
    await page.set_viewport_size({"width": 1280, "height": 900})
