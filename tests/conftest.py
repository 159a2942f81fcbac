"""What holds for the whole suite: files are dealt out whole (`--dist loadfile`), so that a file's house is started once. The groups
of pytest-xdist 3.8 cannot say that: pytest 9.2 took away the attribute that they write into.
"""

import os


def pytest_xdist_auto_num_workers() -> int:
    """With `-n auto`: half as many again as there are cores, since a story waits for its cluster longer than it computes."""
    return max(1, len(os.sched_getaffinity(0)) * 3 // 2)
