"""Clusters to start from: one per file, as data."""

from collections.abc import Callable

from workers.simtwin.model import Model
from workers.simtwin.scenarios import mission000, small

SCENARIOS: dict[str, Callable[[], Model]] = {
    "mission000": mission000.build,
    "before-join": mission000.before_join,
    "small": small.build,
    "small-b": small.build_b,
    "three-be": small.three,
}
