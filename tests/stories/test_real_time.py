"""At the speed of a real cluster, where a shared look may be ten seconds old: what follows from an act rests on a younger one."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import ALICE, BOB, TARGET, Scene
from workers.demo import house

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(scenario="small", speed=1.0, policy="quorum = 1\nexpires_s = 3600") as built:
        yield Scene(built)


@pytest.fixture(autouse=True)
def clean_table(scene: Scene) -> None:
    scene.reset()
    scene.twin("speed", {"factor": 1})


def test_an_abort_right_after_the_statement_cancels_it(scene: Scene) -> None:
    ts = scene.ask()
    scene.press(ts, "approve", BOB)
    scene.told(ts, "StarRocks accepted the statement")
    scene.press(ts, "abort", ALICE)
    scene.told(ts, f"Undone: {TARGET} stays in the cluster.")
    assert scene.sent()[-1] == f'CANCEL DECOMMISSION BACKEND "{TARGET}"'
    assert not next(b for b in scene.twin("state")["backends"] if b["address"] == TARGET)["decommissioned"]
