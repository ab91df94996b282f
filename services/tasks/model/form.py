"""What may be delegated, as forms published it; checks a prefill. No I/O."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import jsonschema_rs
import orjson

from chassis.errors import Refused
from contracts.base import Value


class OfferedForm(Value):
    """The latest version of a form that tasks has heard of from its owner: an authority, or `portal` for all."""

    form: str
    version: str
    owner: str
    title: str
    due_days: int | None = None
    """None where it has no period of its own."""
    prefill_schema: dict[str, Any]
    published_at: datetime

    @property
    def key(self) -> str:
        """One is kept per owner."""
        return form_key(self.owner, self.form)

    def has_field(self, key: str) -> bool:
        """Whether it asks a question of this key."""
        return key in self.prefill_schema.get("properties", {})

    def check_prefill(self, prefill: dict[str, Any]) -> None:
        """Refused names the key at fault by JSON pointer: one the form does not have, or a value of the wrong type."""
        validator = _validator(orjson.dumps(self.prefill_schema, option=orjson.OPT_SORT_KEYS))
        for error in validator.iter_errors(prefill):
            steps = [str(step) for step in error.instance_path] or [*_unknown_keys(prefill, self.prefill_schema)][:1]
            pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in ["", "prefill", *steps])
            raise Refused(
                "invalid_prefill", "The form has no such field, or the value is of the wrong type.", field=pointer
            )


def form_key(owner: str, code: str) -> str:
    """A form's key; an authority's code holds no colon."""
    return f"{owner}:{code}"


def _unknown_keys(prefill: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    return sorted(prefill.keys() - schema.get("properties", {}).keys())


@lru_cache(maxsize=256)
def _validator(schema: bytes) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(orjson.loads(schema), validate_formats=True)
