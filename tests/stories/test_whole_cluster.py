"""A whole cluster is stopped and started again over SSH: no frontend answers in between, and nobody is asked for one."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import ALICE, Scene
from workers.demo import house

pytestmark = pytest.mark.story

LONG = 150
"""Seconds for nine processes, each with a login or two, on a crowded machine."""


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(scenario="small", speed=25.0, policy="quorum = 1\nexpires_s = 3600", visibility_s=2.0, hosts=True) as built:
        yield Scene(built)


def processes(scene: Scene) -> list[str]:
    """Every process of a node that runs, as host and kind."""
    hosts = scene.twin("state")["hosts"]
    return sorted(f"{host} {process}" for host, seen in hosts.items() for process in seen["processes"])


def started(scene: Scene) -> list[str]:
    """The processes that somebody on a host started, in that order."""
    told = [event["what"] for event in scene.twin("events")["events"]]
    return [what.split(" started")[0] for what in told if " started, version" in what]


def begun(scene: Scene, command: str, nth: int = 0) -> str:
    ts = scene.ask(command, nth)
    scene.press(ts, "approve")
    scene.told(ts, "Started")
    return ts


def test_all_is_stopped_and_started(scene: Scene) -> None:
    before = processes(scene)
    ts = begun(scene, '/sr stop all reason="the rack moves"')
    scene.told(ts, "Done in", LONG)
    assert processes(scene) == []
    ended = [line.split(" is stopped")[0].split()[-2:] for line in scene.thread(ts) if "no process runs there" in line]
    kinds = [kind for kind, _ in ended]
    assert kinds == sorted(kinds, reverse=True) and len(kinds) == 9, "frontends first"
    assert ended[kinds.count("FE") - 1] == ["FE", "10.84.0.12:9010"], "the leader last of them"
    scene.type("/sr status")
    assert "/sr start all" in scene.private(ALICE, "is stopped")
    scene.type("/sr restore metadata")
    runbook = scene.private(ALICE, "Choose a copy")
    assert "10.84.0.12_9010" in runbook, "also while no frontend answers, and on the host that led"
    again = begun(scene, "/sr start all", 1)
    scene.told(again, "Done in", LONG)
    assert processes(scene) == before
    assert started(scene)[0] == "fe on 10.84.0.12", "who led last begins"
    scene.in_order(again)
    assert "Frontend 10.84.0.12 leads" in scene.told(again, "leads and answers"), "its journal is the newest"


@pytest.mark.parametrize("failpoint", ["after_send:4", "before_advance_commit:6"])
def test_a_worker_dies_in_the_middle_of_both(scene: Scene, failpoint: str) -> None:
    before = processes(scene)
    for number, command in enumerate(("/sr stop all", "/sr start all")):
        scene.kill("worker-2")
        scene.kill("worker-1")
        scene.revive("worker-1", SR_FAIL=failpoint)
        ts = scene.ask(command, number)
        scene.press(ts, "approve")
        scene.wait(lambda: scene.house.processes["worker-1"].poll() is not None, LONG)
        scene.revive("worker-1")
        scene.told(ts, "Done in", LONG)
        scene.in_order(ts)
    assert processes(scene) == before
    begun_there = [path.name for path in (scene.house.directory / "hosts").glob("*/.sr/jobs/*/*")]
    assert len([name for name in begun_there if "-stop-" in name]) == 9 == len(started(scene)), "each once"


def test_an_abort_in_the_middle_of_a_stop_brings_all_back(scene: Scene) -> None:
    before = processes(scene)
    ts = begun(scene, "/sr stop all")
    scene.told(ts, "BE 10.84.0.18:9050 is stopped", LONG)
    scene.press(ts, "abort", ALICE)
    assert "is alive" in scene.told(ts, "Every node that ran before", LONG)
    assert processes(scene) == before
    assert started(scene)[0] == "fe on 10.84.0.12"
    scene.in_order(ts)


def test_what_runs_is_left_alone_and_what_cannot_be_reached_left_out(scene: Scene) -> None:
    scene.told(begun(scene, "/sr stop all"), "Done in", LONG)
    scene.fault("fe_up", fe="10.84.0.19")
    scene.fault("be_up", at="10.84.0.18:9050")
    scene.wait(lambda: processes(scene) == ["10.84.0.18 be", "10.84.0.19 fe"])
    scene.fault("host_unreachable", host="10.84.91.18", on=True)
    ts = scene.ask("/sr start all", 1)
    card = scene.card(ts)
    assert "10.84.0.19:9010 and 10.84.0.18:9050 run already" in card
    assert "10.84.91.18:9010 and 10.84.91.18:9050 are left out" in card
    scene.press(ts, "approve")
    assert "7 nodes are alive, 2 left out" in scene.told(ts, "Done in", LONG)
    assert len(started(scene)) == 5, "the two were not touched"


def test_a_stop_that_was_broken_off_is_finished_later(scene: Scene) -> None:
    scene.fault("host_resurrects", host="10.84.0.18", on=True)
    ts = begun(scene, "/sr stop all")
    scene.told(ts, "started it again", LONG)
    scene.press(ts, "close")
    scene.told(ts, "Closed")
    scene.fault("host_resurrects", host="10.84.0.18", on=False)
    again = scene.ask("/sr stop all", 1)
    assert "nobody leads" in scene.card(again)
    scene.press(again, "approve")
    scene.told(again, "Done in", LONG)
    assert processes(scene) == []


def test_a_cluster_is_not_stopped_while_a_drain_goes_on_or_something_is_lent(scene: Scene) -> None:
    scene.told(begun(scene, "/sr tune slots=16 for=10h"), "Step 1")
    scene.twin("sql", {"sql": 'ALTER SYSTEM DECOMMISSION BACKEND "10.84.0.18:9050"'})
    ts = scene.ask("/sr stop all", 1)
    assert "is being drained" in scene.told(ts, "lends a setting")
    assert scene.buttons(ts) == []
    assert len(processes(scene)) == 9
