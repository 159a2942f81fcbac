"""The same stories on the columns, texts and habits of other StarRocks versions, and on shared data."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import TARGET, Scene
from workers.demo import house

pytestmark = pytest.mark.story

NEW = "10.84.91.20:9050"
POLICY = "quorum = 1\nexpires_s = 3600"


@pytest.fixture(scope="module", params=["2.5", "3.2", "4.0"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    with house(scenario="small", columns=request.param, policy=POLICY, visibility_s=2.0) as built:
        yield Scene(built)


def test_a_drain(scene: Scene) -> None:
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.ends_done(ts, 30)


def test_a_replacement(scene: Scene) -> None:
    ts = scene.ask(f"/sr replace be {TARGET} to {NEW}")
    scene.press(ts, "approve")
    scene.told(ts, "Done in", 40)
    assert NEW in scene.listed() and TARGET not in scene.listed()
    scene.in_order(ts)


def test_a_follower_comes_and_goes(scene: Scene) -> None:
    ts = scene.ask("/sr add follower 10.84.91.20:9010")
    scene.press(ts, "approve")
    scene.told(ts, "Done in", 30)
    scene.type("/sr drop follower 10.84.91.20:9010")
    ts = str(scene.wait(lambda: scene.slack.cards()[1:])[0]["ts"])
    scene.press(ts, "approve")
    scene.told(ts, "Please stop the frontend process on 10.84.91.20")
    assert len(scene.twin("state")["frontends"]) == 4


def test_a_setting_is_lent(scene: Scene) -> None:
    ts = scene.ask("/sr tune slots=16 for=2m")
    scene.press(ts, "approve")
    scene.told(ts, "Done in", 30)
    scene.in_order(ts)
