"""What holds for the whole suite."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.spreading import StoriesFirst, cores, step_back

# The same examples each time, and no test fails because a machine was slow.
settings.register_profile("suite", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    # Stories start hundreds of processes: without a place for bytecode each of them would compile all of the house anew.
    os.environ["PYTHONPYCACHEPREFIX"] = str(Path(__file__).parent.parent / ".pytest_cache" / "bytecode")

LONGEST_FIRST = (
    "test_upgrades", "test_whole_cluster", "test_views", "test_hosts", "test_crashes", "test_picture", "test_versions", "test_mission_000",
    "test_weather", "test_stalls", "test_lease", "test_drain", "test_resize", "test_browser", "test_rehearsals", "test_doors", "test_move_stages",
    "test_approval", "test_refusals", "test_moving", "test_clicks", "test_nodes", "test_typing", "test_image", "test_two_clusters",
    "test_on_twin", "test_cut_swaps",
)  # fmt: skip
"""A file goes to one worker as a whole: one that is begun last is waited for alone."""


def pytest_configure() -> None:
    step_back()


def pytest_xdist_auto_num_workers() -> int:
    """With `-n auto`."""
    return cores() + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> StoriesFirst | None:
    return StoriesFirst(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, then the other stories, then what takes milliseconds."""

    def turn(item: pytest.Item) -> tuple[int, int]:
        name = item.path.stem
        rank = LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)
        return rank, 0 if item.get_closest_marker("story") else 1

    items.sort(key=turn)
