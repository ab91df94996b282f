"""The first page of several forms that are printed together: which they are, and what was left out. No I/O."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from chassis.clock import day_of
from chassis.errors import Conflict
from services.forms.model.contribution import Contribution
from services.forms.model.document import breakable, in_england, printable
from services.forms.model.questionnaire import Definition

MOST_BYTES = 4 * 1024 * 1024
"""Of documents that become one: 25 of fifteen pages each. To put them together takes some ten seconds of one processor,
and a quarter of the memory that forms has (ADR 0062)."""


@dataclass(frozen=True, slots=True)
class PrintedForm:
    """One of the forms, in words."""

    form: str
    name: str
    reference: str
    status: str

    @classmethod
    def of(cls, contribution: Contribution, definition: Definition) -> "PrintedForm":
        """As its own document says it of itself."""
        submission, subject = contribution.submission, contribution.subject
        status = f"Submitted on {in_england(submission.submitted_at)}" if submission else "Draft"
        return cls(definition.title, subject.name if subject else "", contribution.reference, status)


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands before the forms, in their order. The same cover gives the same bytes."""

    listed: Sequence[PrintedForm]
    left: Sequence[str]
    """Why others that were asked for are not among them: a reason for each."""
    portal: str
    made_at: datetime
    template: ClassVar[str] = "cover.typ"

    def data(self) -> dict[str, Any]:
        """What the template reads."""
        return {
            "title": self._title,
            "author": [],
            "description": self._title,
            "council": "",
            "portal": printable(self.portal),
            "reference": "",
            "made": f"Printed on {in_england(self.made_at)}",
            "listed": [
                [str(number), breakable(one.form), breakable(one.name), printable(one.reference), one.status]
                for number, one in enumerate(self.listed, start=1)
            ],
            "left": [breakable(words) for words in left_out(self.left)],
            "note": "",
        }

    @property
    def file_name(self) -> str:
        """What a download is called, without a child's name."""
        return f"{self._title} {day_of(self.made_at).isoformat()}.pdf"

    @property
    def _title(self) -> str:
        return "1 form" if len(self.listed) == 1 else f"{len(self.listed)} forms"


def check_fits(contents: Sequence[bytes]) -> None:
    """Conflict where the last of these documents would make the whole too large."""
    if sum(map(len, contents)) > MOST_BYTES:
        raise Conflict("too_large_together", "The document would be too large with it. Print it by itself.")


def left_out(reasons: Sequence[str]) -> list[str]:
    """Each reason once, with how many forms it is of."""
    return [f"{'1 form' if count == 1 else f'{count} forms'}: {reason}" for reason, count in Counter(reasons).items()]
