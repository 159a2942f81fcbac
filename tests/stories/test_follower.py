"""The only way in is a follower: it forwards what only a leader does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.scene import Scene
from workers.demo import House

pytestmark = pytest.mark.story


class FollowerHouse(House):
    """The settings name one frontend, and it does not lead."""

    def config(self) -> str:
        everything = dict(self.twin)
        self.twin["frontends"] = everything["frontends"][-1:]
        try:
            return super().config()
        finally:
            self.twin = everything


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    directory: Path = tmp_path_factory.mktemp("follower")
    house = FollowerHouse(directory, scenario="small", speed=100.0, workers=1, policy="quorum = 1")
    try:
        house.start()
        house.wait_for_bot()
        yield Scene(house)
    finally:
        house.stop()


def test_a_drain_through_a_follower(scene: Scene) -> None:
    name = scene.house.twin["frontends"][-1]["name"]
    roles = {frontend["name"]: frontend["role"] for frontend in scene.twin("state")["frontends"]}
    assert roles[name] == "FOLLOWER", roles
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.ends_done(ts)
