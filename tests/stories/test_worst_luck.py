"""A whole upgrade with nothing but bad luck: whoever carries it out dies at every act, the links break when jobs are begun, and the
leader is lost in the middle of the frontends. Nothing is done twice, what was lent comes back, and who asks again gets the rest.
"""

from collections.abc import Callable, Iterator
from itertools import cycle

import pytest

from tests.stories.scene import ALICE, BOB, Scene
from tests.stories.test_upgrades import BUILT, NEW, balances_again, jobs, lives, versions
from workers.demo import house

pytestmark = pytest.mark.story

PLACES = ("after_intent:2", "after_send:1", "before_acted_commit:1", "before_advance_commit:1", "before_send:2")
"""Where the worker dies next; before the act at the second pass, or it would never come to act."""
LIMIT_S = 120.0
FIRST = "10.84.0.19"
"""The frontend that has its turn first."""


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(
        scenario="small", speed=50.0, policy="quorum = 1\nexpires_s = 3600", visibility_s=4.0, hosts=True, packages=(NEW,)
    ) as built:
        yield Scene(built)


class _Unlucky:
    """The only worker: started again by its supervisor each time, only to die at the next of the places."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._places = cycle(PLACES)
        self.deaths = 0
        scene.kill("worker-2")
        scene.kill("worker-1")
        self._next()

    def until(self, seen: Callable[[], object]) -> None:
        def looked() -> object:
            if self._scene.house.processes["worker-1"].poll() is not None:
                self.deaths += 1
                self._next()
            return seen()

        self._scene.wait(looked, LIMIT_S)

    def _next(self) -> None:
        self._scene.revive("worker-1", SR_FAIL=next(self._places))


def said(scene: Scene, ts: str, words: str) -> Callable[[], object]:
    return lambda: any(words in reply for reply in scene.thread(ts))


def cut_links(scene: Scene) -> None:
    """The link to every host breaks at the next two jobs that are begun there: before, or after the host has heard of them."""
    for number, host in enumerate(scene.twin("state")["hosts"]):
        scene.fault("host_cut", host=host, after=("before_exec", "after_exec")[number % 2], matching="sr-begun", times=2)


def test_an_upgrade_whose_worker_dies_at_every_act(scene: Scene) -> None:
    hosts = scene.twin("state")["hosts"]
    ts = scene.ask(f"/sr upgrade to {NEW}")
    unlucky = _Unlucky(scene)
    cut_links(scene)
    scene.press(ts, "approve")
    unlucky.until(said(scene, ts, "Look at its log"))
    cut_links(scene)
    scene.fault("host_slow_start", host=FIRST, process="fe", seconds=300.0)
    scene.press(ts, "resume", ALICE)
    unlucky.until(lambda: lives(scene, FIRST, "fe") == ["ended"])
    scene.fault("leader_lost", returns_after_s=30.0)
    unlucky.until(said(scene, ts, "10.84.91.16:9010 leads now, and 10.84.91.18:9010 and 10.84.0.12:9010 have not had their turn"))
    assert unlucky.deaths > 20
    scene.press(ts, "close", BOB)
    unlucky.until(said(scene, ts, "Closed"))
    balances_again(scene)
    scene.in_order(ts)
    scene.kill("worker-1")
    scene.revive("worker-1")
    again = scene.ask(f"/sr upgrade to {NEW}", nth=1)
    scene.press(again, "approve")
    scene.told(again, "Done in", LIMIT_S)
    assert versions(scene) == {BUILT}
    # Nine nodes on five of the hosts, each exchanged by one job.
    assert len([begun for host in hosts for begun in jobs(scene, host, "-swap-")]) == 9
    assert [lived for host in hosts if (lived := lives(scene, host))] == [["ended", "started"]] * 5
    balances_again(scene)
    scene.in_order(again)
