"""A crawl is told from a pace: a few tablets in minutes, of many that are left."""

from datetime import timedelta

import pytest

from policies.operation import Sample, StepMemory
from policies.pacing import Pacing
from policies.progress import crawling
from tests.policies.drains import T0

PACING = Pacing()


def memory(per_look: int, tablets: int = 10_000, minutes: int = 15) -> StepMemory:
    samples = tuple(
        Sample(at=T0 + timedelta(seconds=30 * look), tablets=tablets - per_look * look, data_bytes=0) for look in range(2 * minutes)
    )
    return StepMemory(step="drain", entered_at=T0, samples=samples)


@pytest.mark.parametrize(
    ("remembered", "crawls"),
    [
        (memory(per_look=1), True),
        (memory(per_look=0), True),
        (memory(per_look=2), True),
        (memory(per_look=3), False),
        (memory(per_look=200), False),
        (memory(per_look=1, tablets=120), False),
        (memory(per_look=1, minutes=8), False),
    ],
    ids=["one at a time", "none", "twenty in five minutes", "thirty in five minutes", "a usual drain", "the tail", "still the plateau"],
)  # fmt: skip
def test_crawling(remembered: StepMemory, crawls: bool) -> None:
    assert crawling(remembered, PACING) is crawls
