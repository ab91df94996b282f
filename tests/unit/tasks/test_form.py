"""What a council may prefill: questions of the form by key, each with a value of its type."""

from typing import Any

import pytest

from chassis.errors import Refused
from services.forms.model.schema import prefill_schema
from services.tasks.model.form import OfferedForm
from tests.unit.forms import definitions
from tests.unit.forms.definitions import choice, item, table
from tests.unit.tasks.test_task import NOW

ASKED = definitions.form(
    item("name", "string"),
    item("born", "date"),
    item("count", "integer"),
    choice("one", "a", "b"),
    table("rows", item("what", "text")),
)
FORM = OfferedForm(
    form="f",
    version="1",
    owner="bristol",
    title="A form",
    due_days=42,
    prefill_schema=prefill_schema(ASKED.definition),
    published_at=NOW,
)


@pytest.mark.parametrize(
    "prefill", [{}, {"name": "x"}, {"born": "2020-02-29", "one": "b", "count": 7}, {"rows": [{"what": "x"}]}]
)
def test_what_the_form_asks_may_be_prefilled(prefill: dict[str, Any]) -> None:
    FORM.check_prefill(prefill)


@pytest.mark.parametrize(
    ("prefill", "field"),
    [
        ({"name": "x", "shoe_size": 7}, "/prefill/shoe_size"),
        ({"name": 7}, "/prefill/name"),
        ({"born": "2021-02-29"}, "/prefill/born"),
        ({"one": "c"}, "/prefill/one"),
        ({"count": "x"}, "/prefill/count"),
        ({"a/b": "x"}, "/prefill/a~1b"),
        ({"rows": [{"what": "x"}, {"what": 1}]}, "/prefill/rows/1/what"),
    ],
)
def test_anything_else_is_refused_with_its_place(prefill: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as caught:
        FORM.check_prefill(prefill)
    assert (caught.value.code, caught.value.field) == ("invalid_prefill", field)
