"""What is held of speed (ADR 0078): figures beside their floors of the same run, or beside a bound. Pure."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Aim(NamedTuple):
    """A figure, and how it may stand to another one of the same run; to 1 where none is named."""

    figure: str
    bound: float
    of: str = ""
    at_least: bool = False

    @property
    def words(self) -> str:
        """As it is printed."""
        how = "at least" if self.at_least else "at most"
        return f"{self.figure} {how} {self.bound:g}{f' of {self.of}' if self.of else ''}"


AIMS = (
    Aim("tasks_page_p50_ms", 3.0, "road_page_p50_ms"),
    Aim("save_p50_ms", 2.0, "road_save_p50_ms"),
    Aim("pages_per_s_10", 0.3, "road_pages_per_s_10", at_least=True),
    Aim("saves_per_s_10", 0.45, "road_saves_per_s_10", at_least=True),
    Aim("delegations_per_s", 0.33, "road_delegations_per_s", at_least=True),
    Aim("growth_1000000_p50_ms", 1.5, "growth_10_p50_ms"),
    Aim("history_10000_assigned_p50_ms", 1.5, "history_25_assigned_p50_ms"),
    Aim("history_10000_submitted_p50_ms", 1.5, "history_25_submitted_p50_ms"),
    Aim("group_page_100000_p50_ms", 1.5, "group_page_25_p50_ms"),
    Aim("pickup_100000_p50_ms", 1.5, "pickup_25_p50_ms"),
    Aim("sealed_cost_tasks_page_pct", 10.0),
    Aim("sealed_cost_save_pct", 10.0),
    Aim("sealed_cost_delegation_pct", 10.0),
    Aim("start_to_ready_s", 8.0),
    Aim("pss_mb_total", 700.0),
)


class Judged(NamedTuple):
    """An aim, how it stands, and whether that holds."""

    words: str
    stands: float
    holds: bool


def judge(figures: Mapping[str, float]) -> Iterator[Judged]:
    """Each aim whose figures were measured."""
    for aim in AIMS:
        if aim.figure in figures and (not aim.of or aim.of in figures):
            stands = figures[aim.figure] / (figures[aim.of] if aim.of else 1)
            yield Judged(aim.words, stands, stands >= aim.bound if aim.at_least else stands <= aim.bound)
