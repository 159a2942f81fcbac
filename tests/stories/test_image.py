"""An image of the metadata on every frontend: seen where it arrives; one that never comes stops and asks."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import BOB, Scene
from workers.demo import house

pytestmark = pytest.mark.story

SPEED = 300.0


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(scenario="small", speed=SPEED, policy="quorum = 1\nexpires_s = 3600", visibility_s=2.0) as built:
        yield Scene(built)


@pytest.fixture(autouse=True)
def clean_table(scene: Scene) -> Iterator[None]:
    scene.reset()
    scene.twin("speed", {"factor": SPEED})
    yield
    scene.mend()


def test_it_is_created_and_seen_everywhere(scene: Scene) -> None:
    ts = scene.ask('/sr create image reason="before the upgrade"')
    assert "ALTER SYSTEM CREATE IMAGE" in scene.card(ts) and "warning" not in scene.card(ts)
    scene.press(ts, "approve", BOB)
    scene.told(ts, "4 of 4 living frontends have an image")
    scene.told(ts, "Done in")
    assert scene.sent() == ["ALTER SYSTEM CREATE IMAGE"]
    scene.in_order(ts)


def test_one_that_never_comes_stops_and_a_retry_sends_it_again(scene: Scene) -> None:
    scene.fault("image_fails")
    ts = scene.ask("/sr create image")
    scene.press(ts, "approve", BOB)
    assert "0 of 4 living frontends" in scene.told(ts, "Look in the leader's fe.log", 30)
    scene.wait(lambda: {"sr.op.skip", "sr.op.retry"} <= set(scene.buttons(ts)))
    scene.fault("image_fails", failing=False)
    scene.press(ts, "retry", BOB)
    scene.told(ts, "Done in")
    assert scene.sent() == ["ALTER SYSTEM CREATE IMAGE"] * 2
