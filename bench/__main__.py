"""`./portal bench [NAME] [--json FILE]`: one private portal, every figure beside its floor, as a table and as JSON."""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench import delegations, emails, growth, pages, pdf, sealed
from bench.aims import judge
from bench.instance import Running, running

_ROUNDS = 3
_COUNT = 500
_SETTLE_SECONDS = 3
_TASKS = 25

Figures = dict[str, float]


async def measure_delegations(portal: Running, count: int) -> Figures:
    """Rounds of floor, same road and portal in turn; the medians."""
    ours, roads, floors = [], [], []
    commands = messages = 0.0
    for _ in range(_ROUNDS):
        floors.append(await delegations.floor(portal, count))
        roads.append(await delegations.road(portal, count))
        await asyncio.sleep(_SETTLE_SECONDS)
        names = ("portal_database_commands_total", "portal_published_total")
        before = [portal.metric(name) for name in names]
        ours.append(await delegations.portal(portal, count, f"p.{uuid4().hex[:8]}@school.example"))
        await asyncio.sleep(_SETTLE_SECONDS)
        after = [portal.metric(name) for name in names]
        commands += after[0] - before[0]
        messages += after[1] - before[1] + count
    return {
        "delegations_per_s": statistics.median(ours),
        "road_delegations_per_s": statistics.median(roads),
        "floor_delegations_per_s": statistics.median(floors),
        "db_ops_per_delegation": commands / (_ROUNDS * count),
        "messages_per_delegation": messages / (_ROUNDS * count),
    }


async def measure_pages(portal: Running, _: int) -> Figures:
    """A person with a page of tasks: the task page, a form's page and a save; one by one, and ten at once."""
    cookies, forms = await pages.somebody(portal, _TASKS)
    return await pages.measure(portal, cookies, forms)


MEASUREMENTS: dict[str, Callable[[Running, int], Coroutine[Any, Any, Figures]]] = {
    "pages": measure_pages,
    "delegations": measure_delegations,
    "growth": lambda portal, _: growth.measure_growth(portal),
    "history": lambda portal, _: growth.measure_history(portal),
    "groups": lambda portal, _: growth.measure_groups(portal),
    "reminders": emails.measure_reminders,
    "emails": emails.measure_emails,
}
_OF_ALL = ("pages", "delegations")
NAMES = (*MEASUREMENTS, "pdf", "start", "sealed", "all")


def measure_sealed(count: int) -> Figures:
    """By how many per cent pages, saves and delegations are slower than where nothing is sealed."""
    with ExitStack() as stack:
        portals = {}
        for name in ("unsealed", "sealed"):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
            portals[name] = stack.enter_context(running(folder, is_sealed=name == "sealed"))
        return asyncio.run(sealed.measure(portals, count))


def measure(name: str, count: int) -> Figures:
    """The figures of one measurement, or of all."""
    if name == "sealed":
        return measure_sealed(count)
    figures: Figures = {}
    if name in ("pdf", "all"):
        figures["pdf_p50_ms"] = pdf.measure()
    if name == "pdf":
        return figures
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder, running(Path(folder)) as portal:
        parts = portal.rss_mb()
        memory = {"rss_mb_total": sum(parts.values()), "pss_mb_total": portal.pss_mb()}
        figures |= {"start_to_ready_s": portal.start_to_ready_s, **memory}
        print("resident memory by part, MB:", ", ".join(f"{part} {size:.0f}" for part, size in parts.items()))
        for measured in _OF_ALL if name == "all" else [name]:
            if measured in MEASUREMENTS:
                figures |= asyncio.run(MEASUREMENTS[measured](portal, count))
    return figures


def main() -> int:
    """Measures and prints; 1 where an aim is missed."""
    parser = argparse.ArgumentParser(prog="./portal bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=NAMES, default="all")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument(
        "--count", type=int, default=_COUNT, help="delegations a round, reminders, emails (default: 500)"
    )
    options = parser.parse_args()
    figures = measure(options.name, options.count)
    for key, value in figures.items():
        print(f"{key:<32} {value:>10.2f}")
    judged = list(judge(figures))
    for one in judged:
        print(f"{'holds ' if one.holds else 'MISSED'} {one.stands:>10.2f}  {one.words}")
    if options.json:
        options.json.write_text(json.dumps({key: round(value, 3) for key, value in figures.items()}, indent=2) + "\n")

    return 0 if all(one.holds for one in judged) else 1


if __name__ == "__main__":
    sys.exit(main())
