"""What holds for the whole suite."""

import os


def pytest_xdist_auto_num_workers() -> int:
    """With `-n auto`: half as many again as there are cores, since a story waits for its cluster longer than it computes."""
    return max(1, len(os.sched_getaffinity(0)) * 3 // 2)
