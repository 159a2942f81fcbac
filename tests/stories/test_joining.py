"""Nodes that come, leave and are rebuilt where a driver reaches their hosts: nobody is asked for anything."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.scene import ALICE, TARGET, Scene
from workers.demo import house

pytestmark = pytest.mark.story

HOST, OTHER = "10.84.99.2", "10.84.99.3"
BE, FE = f"{HOST}:9050", f"{HOST}:9010"
LEADER = "10.84.0.12:9010"


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    # A look at hosts is not to outlive its claim, however slow the machine.
    with house(scenario="small", speed=50.0, policy="quorum = 1\nexpires_s = 3600", visibility_s=15.0, hosts=True) as built:
        yield Scene(built)


def on(scene: Scene, path: str, host: str = HOST) -> Path:
    """A path on a host, below the home of its account."""
    return scene.house.directory / "hosts" / host / path


def jobs(scene: Scene, host: str = HOST) -> list[str]:
    return sorted(path.name for path in on(scene, ".sr/jobs", host).glob("*/*"))


def started(scene: Scene, command: str) -> str:
    ts = scene.ask(command)
    scene.press(ts, "approve")
    return ts


def runs(scene: Scene, host: str = HOST) -> dict[str, object]:
    """The processes of nodes on a host."""
    return dict(scene.twin("state")["hosts"][host]["processes"])


def slowly(scene: Scene) -> None:
    """A drain that a slow machine cannot outrun between two looks."""
    scene.fault("drain_rate", factor=0.15)


def unasked(scene: Scene, ts: str) -> None:
    """It went to its end, in order, and nobody was asked for anything."""
    scene.told(ts, "Done in", 90)
    assert not any("Please" in reply for reply in scene.thread(ts))
    scene.in_order(ts)


def test_a_backend_is_added_and_started(scene: Scene) -> None:
    ts = scene.ask(f"/sr add be {BE}")
    assert "is started over SSH" in scene.card(ts)
    scene.press(ts, "approve")
    unasked(scene, ts)
    assert BE in scene.alive() and scene.sent() == [f'ALTER SYSTEM ADD BACKEND "{BE}"']
    assert len(jobs(scene)) == 1


def test_a_follower_is_started_with_its_helper_once_and_never_again(scene: Scene) -> None:
    ts = scene.ask(f"/sr add follower {FE}")
    assert f"this once with --helper {LEADER}" in scene.card(ts)
    scene.press(ts, "approve")
    unasked(scene, ts)
    out = on(scene, "starrocks/fe/log/fe.out")
    assert out.read_text().count(f"joined with helper {LEADER}") == 1
    again = scene.ask(f"/sr restart fe {FE}", nth=1)
    scene.press(again, "approve")
    scene.told(again, "has restarted", 60)
    assert out.read_text().count("helper") == 1


def test_an_abort_takes_out_what_was_added_and_stops_what_was_started(scene: Scene) -> None:
    scene.fault("host_slow_start", host=HOST, process="be", seconds=3_000.0)
    ts = started(scene, f"/sr add be {BE}")
    scene.told(ts, "The job has begun on the host")
    scene.wait(lambda: "be" in runs(scene))
    scene.press(ts, "abort", ALICE)
    scene.told(ts, f"Undone: {BE} is not in the cluster. Its process does not run")
    assert BE not in scene.listed() and "be" not in runs(scene)
    assert scene.sent() == [f'ALTER SYSTEM ADD BACKEND "{BE}"', f'ALTER SYSTEM DROP BACKEND "{BE}"']
    replies = scene.thread(ts)
    order = [next(n for n, reply in enumerate(replies) if words in reply) for words in ("DROP BACKEND", "stop the BE on")]
    assert order == sorted(order), replies


def test_a_process_that_others_started_is_waited_for_and_never_stopped(scene: Scene) -> None:
    scene.fault("host", host=HOST, process="be", running=True)
    scene.wait(lambda: "be" in runs(scene))
    scene.fault("host", host=HOST, process="be", trouble="token")
    ts = scene.ask(f"/sr add be {BE}")
    assert "runs as BE on 10.84.99.2 already" in scene.card(ts)
    scene.press(ts, "approve")
    scene.told(ts, "Please start the BE process")
    scene.press(ts, "abort", ALICE)
    scene.told(ts, f"Undone: {BE} is not in the cluster.")
    assert "be" in runs(scene) and jobs(scene) == []


@pytest.mark.parametrize("failpoint", ["after_intent:2", "after_send:2", "before_acted_commit:2", "before_advance_commit:1"])
def test_a_worker_dies_between_add_and_start(scene: Scene, failpoint: str) -> None:
    scene.kill("worker-2")
    scene.kill("worker-1")
    scene.revive("worker-1", SR_FAIL=failpoint)
    ts = started(scene, f"/sr add follower {FE}")
    scene.wait(lambda: scene.house.processes["worker-1"].poll() is not None)
    scene.revive("worker-1")
    unasked(scene, ts)
    assert scene.sent() == [f'ALTER SYSTEM ADD FOLLOWER "{FE}"'] and len(jobs(scene)) == 1
    assert on(scene, "starrocks/fe/log/fe.out").read_text().count("joined with helper") == 1


@pytest.mark.parametrize("after", ["before_exec", "after_exec"])
def test_the_link_is_cut_at_the_start(scene: Scene, after: str) -> None:
    scene.fault("host_cut", host=HOST, after=after, matching="sr-begun", times=3)
    unasked(scene, started(scene, f"/sr add follower {FE}"))
    assert len(jobs(scene)) == 1


def test_what_belongs_to_another_cluster_is_refused_and_left_alone(scene: Scene) -> None:
    storage = on(scene, "starrocks/be/storage/cluster_id")
    storage.write_text("4711-3.3.3")
    ts = scene.ask(f"/sr add be {BE}")
    assert "holds data of another cluster (id 4711; this one is 510224456)" in scene.card(ts)
    assert scene.buttons(ts) == []
    image = on(scene, "starrocks/fe/meta/image")
    image.mkdir()
    (image / "VERSION").write_text("clusterId=4711\n")
    again = scene.ask(f"/sr add follower {FE}", nth=1)
    assert "holds data of another cluster (id 4711" in scene.card(again)
    assert scene.sent() == [] and storage.exists() and jobs(scene) == []


def test_a_backend_is_replaced_and_the_old_process_stopped(scene: Scene) -> None:
    old = TARGET.partition(":")[0]
    slowly(scene)
    unasked(scene, started(scene, f"/sr replace be {TARGET} to {BE}"))
    assert BE in scene.alive() and TARGET not in scene.listed()
    assert "be" not in runs(scene, old) and "be" in runs(scene)
    assert on(scene, "starrocks/be/storage/cluster_id", old).exists(), "its disks are not touched"


def test_a_frontend_changes_its_host(scene: Scene) -> None:
    unasked(scene, started(scene, f"/sr migrate 10.84.0.19:9010 to {FE}"))
    assert "fe" not in runs(scene, "10.84.0.19") and "be" in runs(scene, "10.84.0.19")
    assert "fe" in runs(scene)


def test_a_backend_is_rebuilt_with_another_path(scene: Scene) -> None:
    host = TARGET.partition(":")[0]
    path = on(scene, "data2/be", host)
    path.parent.mkdir()
    before = next(b for b in scene.twin("state")["backends"] if b["address"] == TARGET)
    scene.fault("host_offers", host=host, disk_gb=1475)
    slowly(scene)
    ts = scene.ask(f"/sr rebuild be {TARGET} path={path}")
    assert "it is made, in a directory that is there" in scene.card(ts)
    scene.press(ts, "approve")
    unasked(scene, ts)
    after = next(b for b in scene.twin("state")["backends"] if b["address"] == TARGET)
    assert after["id"] != before["id"] and after["alive"]
    assert f"storage_root_path = {path}" in on(scene, "starrocks/be/conf/be.conf", host).read_text()
    assert (path / "cluster_id").exists() and on(scene, "starrocks/be/storage/cluster_id", host).exists()


@pytest.mark.parametrize("failpoint", ["after_send:3", "before_send:5", "before_acted_commit:7"])
def test_a_worker_dies_in_the_middle_of_a_rebuild(scene: Scene, failpoint: str) -> None:
    """Around the stop, the edit of the conf file, and the start."""
    host = TARGET.partition(":")[0]
    scene.kill("worker-2")
    scene.kill("worker-1")
    scene.revive("worker-1", SR_FAIL=failpoint)
    scene.fault("host_offers", host=host, disk_gb=1475)
    slowly(scene)
    path = on(scene, "data2", host)
    ts = started(scene, f"/sr rebuild be {TARGET} path={path}")
    scene.wait(lambda: scene.house.processes["worker-1"].poll() is not None, 60)
    scene.revive("worker-1")
    unasked(scene, ts)
    assert TARGET in scene.alive() and len(jobs(scene, host)) == 5
    assert on(scene, "starrocks/be/conf/be.conf", host).read_text().count("storage_root_path") == 1


def test_a_new_path_with_something_in_it_is_refused(scene: Scene) -> None:
    host = TARGET.partition(":")[0]
    path = on(scene, "data2", host)
    path.mkdir()
    (path / "mine").touch()
    ts = scene.ask(f"/sr rebuild be {TARGET} path={path}")
    assert "is not empty" in scene.card(ts) and scene.buttons(ts) == []


def test_a_path_that_fills_while_the_drain_goes_on_stops_before_the_start(scene: Scene) -> None:
    host = TARGET.partition(":")[0]
    path = on(scene, "data2", host)
    path.mkdir()
    slowly(scene)
    ts = started(scene, f"/sr rebuild be {TARGET} path={path}")
    scene.told(ts, f"Tell StarRocks to drain {TARGET}")
    (path / "mine").touch()
    halted = scene.told(ts, "is not empty: name another directory", 60)
    assert "nothing was changed" in halted
    scene.shows(ts, "a person must decide")
    (path / "mine").unlink()
    scene.fault("host_offers", host=host, disk_gb=1475)
    scene.press(ts, "retry", ALICE)
    unasked(scene, ts)
