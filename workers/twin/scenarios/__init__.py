"""The clusters one can start with, by name."""

from collections.abc import Callable

from workers.twin.life.course import Course
from workers.twin.scenarios import before_join, big, mission000, mission003, shared_data, small

SCENARIOS: dict[str, Callable[..., Course]] = {
    "mission000": mission000.finish,
    "before-join": before_join.finish,
    "migration": before_join.migration,
    "small": small.small,
    "small-b": small.small_b,
    "three-be": small.three_be,
    "rolling-8": big.rolling_8,
    "rolling-50": big.rolling_50,
    "big-100": big.big_100,
    "big-1000": big.big_1000,
    "shared-data": shared_data.finish,
    "mission003": mission003.finish,
}


def build(name: str, *, seed: int, columns: str) -> Course:
    """The named cluster at second 0; ValueError on a name that is not listed."""
    if name not in SCENARIOS:
        raise ValueError(f"unknown scenario {name!r}, there are: {', '.join(SCENARIOS)}")
    return SCENARIOS[name](name, seed=seed, columns=columns)
