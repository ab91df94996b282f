"""What every template of the gateway must keep to. Each test walks them all: a new page needs no new test."""

import re
from pathlib import Path

import pytest

TEMPLATES = sorted((Path(__file__).resolve().parents[2] / "services/gateway").glob("*/templates/*.html"))
LINK = re.compile(r"<a\b[^>]*>")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_link_says_that_it_is_a_link(template: Path) -> None:
    """A link with the role of a button would have to answer the space bar as buttons do (WCAG 2.1.1, 4.1.2)."""
    assert [tag for tag in LINK.findall(template.read_text(encoding="utf-8")) if "role=" in tag] == []


def test_no_template_has_the_name_of_another() -> None:
    """Journeys name each other's frame and parts alone; of two templates of one name only the first would be found."""
    names = [template.name for template in TEMPLATES]
    assert len(names) > 20
    assert [name for name in names if names.count(name) > 1] == []
