"""The PDF of the first form, filled: the printer's own time, each with another text so that nothing is remembered."""

import json
import statistics
import time
from datetime import UTC, date, datetime

from commands.parts.instance import ROOT
from contracts.council import Sender, Subject
from services.forms.model.definition import read
from services.forms.model.document import Banner, Paper
from services.forms.pdf import Printer

_EACH = 40
_DEFINITION = ROOT / "services/forms/definitions/ehc-needs-assessment-contributions.json"


def measure() -> float:
    """The median in milliseconds, warm."""
    printer = Printer()
    times = []
    for number in range(_EACH + 1):
        paper = _paper(number)
        started = time.perf_counter()
        printer.print_now(paper)
        times.append((time.perf_counter() - started) * 1000)
    printer.close()
    return statistics.median(times[1:])


def _paper(number: int) -> Paper:
    need = f"Expressive and receptive language, observed in lessons and at play ({number}). " * 6
    row = {"category": "Communication and interaction", "need": need, "impact": need}
    outcome = {name: f"{need[:120]} {name}" for name in ("outcome", "by_when", "provision", "who", "how_often")}
    return Paper(
        definition=read(json.loads(_DEFINITION.read_text(encoding="utf-8"))),
        council="Bristol City Council",
        portal="Professional Portal",
        banner=Banner(
            subject=Subject(person_id="P-1", name="Gabriel Example", date_of_birth=date(2008, 4, 26)),
            sender=Sender(name="Chloe Caseworker", department="EHM"),
            due_on=date(2026, 9, 5),
            comments="",
            shown=("name", "date_of_birth", "form"),
        ),
        answers={
            "first_name": "Gabriel",
            "here_and_now": need * 4,
            "date_assessment_completed": "2026-08-30",
            "sen_identified": [row] * 4,
            "outcomes": [outcome] * 4,
            "views_shared": "Yes",
        },
        reference=f"bench-{number}",
        made_at=datetime(2026, 9, 3, 12, tzinfo=UTC),
    )
