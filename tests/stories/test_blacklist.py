"""A node on the blacklist of every frontend, and off again."""

import pytest

from tests.stories.scene import ALICE, TARGET, Scene

pytestmark = pytest.mark.story


def lists(scene: Scene) -> list[int]:
    """How many entries each frontend has."""
    asked = [scene.twin("sql", {"sql": "SHOW BACKEND BLACKLIST", "fe": fe["host"]}) for fe in scene.twin("state")["frontends"]]
    return [len(answer["rows"]) for answer in asked]


def test_on_every_frontend_and_off_again(scene: Scene) -> None:
    ts = scene.ask(f"/sr blacklist be {TARGET} reason=\"new disk controller\"")
    assert "The only copy of a part of" in scene.card(ts)
    scene.press(ts, "approve")
    scene.told(ts, "is on the blacklist of 4 frontends")
    assert lists(scene) == [1, 1, 1, 1]
    scene.type(f"/sr unblacklist be {TARGET}")
    back = str(scene.wait(lambda: scene.slack.cards()[1:])[0]["ts"])
    scene.press(back, "approve")
    scene.told(back, "is off the blacklist of 4 frontends")
    assert lists(scene) == [0, 0, 0, 0]
    scene.in_order(ts)


def test_a_frontend_that_is_away_blocks_it(scene: Scene) -> None:
    scene.fault("fe_down", fe="10.84.91.18")
    scene.wait(lambda: not all(fe["alive"] for fe in scene.twin("state")["frontends"]))
    scene.type(f"/sr blacklist be {TARGET}")
    scene.private(ALICE, "each must be reached")


def test_nothing_to_take_off(scene: Scene) -> None:
    scene.type(f"/sr unblacklist be {TARGET}")
    scene.private(ALICE, "there is nothing to do")


def test_a_version_without_one_says_so(scene: Scene) -> None:
    scene.type("/sr blacklist cn 10.84.91.30:9050")
    scene.private(ALICE, "There is no CN")
