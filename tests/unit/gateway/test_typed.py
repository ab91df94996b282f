"""What was typed on a page that can no longer be saved, by the page's own labels."""

import json

from services.gateway.form.edits import Seen, digest
from services.gateway.form.views.typed import labels_of, typed_texts
from tests.unit.gateway.samples import SECOND


def test_what_is_typed_is_shown_by_its_label_and_what_was_there_before_is_not() -> None:
    seen = Seen({"done_on": digest("2026-03-27"), "hours": digest("12")}, {})
    posted = {
        "labels": [labels_of(SECOND)],
        "seen": [seen.dump()],
        "a:done_on": ["28/3/2026"],
        "a:hours": [" 12"],
        "a:needs/r-1/need": ["Reading\r\nand writing"],
        "a:needs/r-1/category": ["1"],
        "a:shared": ["2"],
        "a:why_not": ["  "],
    }
    assert typed_texts(posted) == [
        ("Date Assessment Completed", "28/3/2026"),
        ("What needs? Need", "Reading\nand writing"),
    ]


def test_a_page_whose_labels_cannot_be_read_shows_nothing() -> None:
    for labels in ("", "[1]", "{", json.dumps({"done_on": 1}), "[" * 100_000):
        assert typed_texts({"labels": [labels], "a:done_on": ["x"]}) == []
    assert typed_texts({"a:done_on": ["x"]}) == []
