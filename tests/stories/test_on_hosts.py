"""Work on hosts without people: the shipped SSH driver, a host for each node, real processes that stop and start."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import TARGET, Scene
from workers.demo import house

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("hosts")]
HOST = TARGET.split(":")[0]


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(
        scenario="small", speed=100.0, policy="quorum = 1\nexpires_s = 3600", visibility_s=2.0, slack_timeout_s=2.0,
        hosts=True, packages=("3.3.9",),
    ) as built:  # fmt: skip
        yield Scene(built)


def lives(scene: Scene, host: str = HOST, process: str = "be") -> list[str]:
    """What became of a process on a host, in order."""
    mark = f"{process} on {host} "
    return [e["what"].removeprefix(mark) for e in scene.twin("events")["events"] if e["what"].startswith(mark)]


def once(scene: Scene) -> None:
    """The process was stopped and started exactly once, whatever happened on the way."""
    told = lives(scene)
    assert [line.split(",")[0] for line in told if not line.startswith("was sent")] == ["ended", "started"], told


def test_a_restart_asks_nobody(scene: Scene) -> None:
    ts = scene.ask(f"/sr restart be {TARGET}")
    scene.press(ts, "approve")
    scene.told(ts, "Done in")
    once(scene)
    assert not any("Please" in reply for reply in scene.thread(ts))
    scene.in_order(ts)


@pytest.mark.parametrize("after", ["before_exec", "after_exec"])
def test_the_link_is_cut_again_and_again(scene: Scene, after: str) -> None:
    scene.fault("host_cut", host=HOST, after=after, matching="sr-begun", times=3)
    ts = scene.ask(f"/sr restart be {TARGET}")
    scene.press(ts, "approve")
    scene.told(ts, "Done in", 60)
    once(scene)
    scene.in_order(ts)


@pytest.mark.parametrize("failpoint", ["before_send:2", "after_send:2", "before_acted_commit:2"])
def test_a_worker_dies_around_the_job(scene: Scene, failpoint: str) -> None:
    scene.kill("worker-2")
    scene.kill("worker-1")
    scene.revive("worker-1", SR_FAIL=failpoint)
    ts = scene.ask(f"/sr restart be {TARGET}")
    scene.press(ts, "approve")
    scene.wait(lambda: scene.house.processes["worker-1"].poll() is not None)
    scene.revive("worker-1")
    scene.told(ts, "Done in", 60)
    once(scene)
    scene.in_order(ts)


def test_something_else_starts_it_again(scene: Scene) -> None:
    scene.fault("host_resurrects", host=HOST)
    ts = scene.ask(f"/sr stop be {TARGET}")
    scene.press(ts, "approve")
    assert "started it again" in scene.told(ts, "find out who watches it")
    scene.shows(ts, "a person must decide")
    scene.fault("host_resurrects", host=HOST, on=False)
    scene.press(ts, "retry")
    scene.told(ts, "Done in")
    assert lives(scene)[-1] == "ended"


def test_a_whole_cluster_is_upgraded_by_real_packages(scene: Scene) -> None:
    scene.twin("speed", {"factor": 300})
    ts = scene.ask("/sr upgrade to=3.3.9")
    scene.press(ts, "approve")
    scene.told(ts, "Resume goes on with the other nodes", 60)
    scene.press(ts, "resume")
    scene.told(ts, "Done in", 90)
    state = scene.twin("state")
    assert {p["version"].split("-")[0] for host in state["hosts"].values() for p in host["processes"].values()} == {"3.3.9"}
    assert state["settings"] == {} or "0" not in state["settings"].values()
    scene.in_order(ts)
