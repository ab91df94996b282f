"""What the bench holds its figures to."""

import pytest

from bench.aims import AIMS, judge


@pytest.mark.parametrize(
    ("figures", "holds"),
    [
        ({"save_p50_ms": 7.6, "road_save_p50_ms": 3.8}, True),
        ({"save_p50_ms": 7.7, "road_save_p50_ms": 3.8}, False),
        ({"saves_per_s_10": 45.0, "road_saves_per_s_10": 100.0}, True),
        ({"saves_per_s_10": 44.0, "road_saves_per_s_10": 100.0}, False),
        ({"start_to_ready_s": 8.0}, True),
        ({"start_to_ready_s": 8.1}, False),
    ],
)
def test_a_figure_holds_beside_its_floor_or_under_its_bound(figures: dict[str, float], *, holds: bool) -> None:
    (judged,) = judge(figures)
    assert judged.holds is holds


def test_what_was_not_measured_is_not_judged() -> None:
    assert list(judge({"save_p50_ms": 1.0, "emails_per_s": 200.0})) == []
    assert len({aim.figure for aim in AIMS}) == len(AIMS)
