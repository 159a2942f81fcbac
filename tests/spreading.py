"""How `make test` spreads the files: one worker for each core, and one more behind them that has no stories.

A story waits for its cluster longer than it computes, and is about people's patience: a third story on two cores would make
the others late. What needs no patience can use the time in which they wait, at a lower priority.
"""

import os

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

PATIENT = ("tests/stories/", "tests/hosts/", "tests/twin/test_machines")
"""Files whose real processes are waited for, for so long and not longer."""
BEHIND = 10
"""Added to the niceness of the worker more and of all that it starts."""


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def step_back() -> None:
    """In a worker: whoever is one more than there are cores lets the others go first."""
    name, count = os.environ.get("PYTEST_XDIST_WORKER", ""), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0"))
    if count > cores() and name == f"gw{count - 1}":
        os.nice(BEHIND)


class StoriesFirst(LoadFileScheduling):
    """Files as a whole and in the order of the collection, but the worker more takes what needs no patience, from the end."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        config.option.loadscopereorder = False  # It would begin with the files of most tests, and end with a long story.
        super().__init__(config, log)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if self.numnodes > cores() and node.gateway.id == f"gw{self.numnodes - 1}":
            light = next((file for file in reversed(self.workqueue) if not file.startswith(PATIENT)), None)
            if light is None:
                node.shutdown()
                return
            self.workqueue.move_to_end(light, last=False)
        super()._assign_work_unit(node)
