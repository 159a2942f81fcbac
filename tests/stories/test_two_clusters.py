"""Two clusters side by side: neither waits for the other, and a command names its cluster where no channel does."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import ALICE, TARGET, Scene
from workers.demo import house

pytestmark = pytest.mark.story

OTHER_TARGET = "10.85.0.12:9050"


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(scenario="small", second="small-b", policy="quorum = 1\nexpires_s = 3600") as built:
        yield Scene(built)


def test_two_drains_run_side_by_side(scene: Scene) -> None:
    scene.fault("drain_rate", factor=0.02)
    first = scene.ask()
    second = scene.ask(f"/sr decommission be {OTHER_TARGET} on second", nth=1)
    scene.press(first, "approve")
    scene.told(first, "is leaving")
    scene.press(second, "approve")
    scene.told(second, "Done in")
    assert "Running" in scene.card(first)
    scene.fault("drain_rate", factor=1.0)
    scene.ends_done(first)


def test_a_channel_of_no_cluster_must_name_one(scene: Scene) -> None:
    answer = scene.type("/sr status", channel="C0OTHER")
    assert "demo" in str(answer) and "second" in str(answer)


def test_a_node_of_the_other_cluster_is_not_found_here(scene: Scene) -> None:
    scene.type(f"/sr decommission be {OTHER_TARGET}")
    scene.private(ALICE, f"no backend {OTHER_TARGET} in cluster demo")
    assert TARGET in scene.listed()
