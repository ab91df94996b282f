"""Templates to HTML: whatever comes from data is escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader

from services.gateway.kit.views.frame import Frame

GATEWAY = Path(__file__).parents[1]
"""Each of its folders may have `templates` of its own; a name stands once in all of them."""


@cache
def _environment() -> Environment:
    """Compiled once for the process; the components' package looks up missing keys, so undefined stays lenient."""
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(sorted(GATEWAY.glob("*/templates"))), components]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )


class PageRenderer:
    """Renders every page, over the assets that pages load."""

    def __init__(self, assets: str) -> None:
        self._assets = assets
        self._templates = _environment()

    def render(self, template: str, frame: Frame, view: Any) -> str:
        """A page as HTML: the template sees its view as `page`; `frame`, `assets` and its own name around it."""
        around = {"frame": frame, "assets": self._assets, "template": template}
        return self._templates.get_template(template).render(page=view, **around)
