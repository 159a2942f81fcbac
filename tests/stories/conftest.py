"""Stories: whole operations on real processes. Modules share one house unless they need another; each test starts on a clean table."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import Scene
from workers.demo import house


@pytest.fixture(scope="session")
def scene() -> Iterator[Scene]:
    """Started once for each worker of the suite: it takes seconds. Whatever a test kills, `mend` revives."""
    with house(
        scenario="small", speed=100.0, policy="quorum = 1\nexpires_s = 3600", visibility_s=2.0, slack_timeout_s=2.0
    ) as built:
        yield Scene(built)


@pytest.fixture(autouse=True)
def clean_table(scene: Scene) -> Iterator[None]:
    scene.reset()
    yield
    scene.mend()
