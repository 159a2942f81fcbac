"""A whole cluster is stopped and started again over SSH: no frontend answers in between, and nobody is asked for one."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import ALICE, Scene
from workers.demo import house

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(scenario="small", speed=50.0, policy="quorum = 1\nexpires_s = 3600", visibility_s=2.0, hosts=True) as built:
        yield Scene(built)


def processes(scene: Scene) -> list[str]:
    """Every process of a node that runs, as host and kind."""
    hosts = scene.twin("state")["hosts"]
    return sorted(f"{host} {process}" for host, seen in hosts.items() for process in seen["processes"])


def moves(scene: Scene, word: str) -> list[str]:
    """The processes that ended, or started, in that order."""
    told = [event["what"] for event in scene.twin("events")["events"]]
    return [what.split(f" {word}")[0] for what in told if f" on 10." in what and f" {word}" in what and " was sent " not in what]


def begun(scene: Scene, command: str, nth: int = 0) -> str:
    ts = scene.ask(command, nth)
    scene.press(ts, "approve")
    scene.told(ts, "Started")
    return ts


def test_all_is_stopped_and_started(scene: Scene) -> None:
    before = processes(scene)
    ts = begun(scene, '/sr stop all reason="the rack moves"')
    scene.told(ts, "Done in", 90)
    assert processes(scene) == []
    ended = moves(scene, "ended")
    kinds = [what.split()[0] for what in ended]
    assert kinds == sorted(kinds, reverse=True), "frontends first"
    assert ended[kinds.count("fe") - 1] == "fe on 10.84.0.12", "the leader last of them"
    scene.type("/sr status")
    assert "/sr start all" in scene.private(ALICE, "is stopped")
    again = begun(scene, "/sr start all", 1)
    scene.told(again, "Done in", 90)
    assert processes(scene) == before
    assert moves(scene, "started")[0] == "fe on 10.84.0.12", "who led last begins"
    scene.in_order(again)
