"""Restarts over SSH: one detached job for each node, whatever is cut, killed or in the way; and hosts looked at closely."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.scene import ALICE, TARGET, Scene
from workers.demo import house

pytestmark = pytest.mark.story

HOST = "10.84.0.18"
NEW = "10.84.91.16"
KEYTAB, S3 = "starrocks.keytab", "s3.example.com:443"
SITE, JAR = "starrocks/be/conf/hdfs-site.xml", "starrocks/be/lib/udf/geo.jar"


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    lines = f'keytabs = ["~/{KEYTAB}"]\nreach = ["{S3}", "metastore.example.com:9083"]'
    policy = "quorum = 1\nexpires_s = 3600"
    with house(scenario="small", speed=50.0, policy=policy, visibility_s=2.0, hosts=True, host_lines=lines) as built:
        yield Scene(built)


def jobs(scene: Scene, host: str = HOST) -> list[str]:
    """The names of the jobs that were begun on a host."""
    return sorted(path.name for path in (scene.house.directory / "hosts" / host / ".sr" / "jobs").glob("*/*"))


def started(scene: Scene, command: str = f"/sr restart be {TARGET}") -> str:
    ts = scene.ask(command)
    scene.press(ts, "approve")
    scene.told(ts, "Started")
    return ts


def ends(scene: Scene, ts: str) -> None:
    scene.told(ts, "Done in", 40)
    assert TARGET in scene.alive()
    scene.in_order(ts)


def lives(scene: Scene, host: str = HOST, process: str = "be") -> list[str]:
    """What became of a process on a host, in order."""
    mark = f"{process} on {host} "
    return [e["what"].removeprefix(mark) for e in scene.twin("events")["events"] if e["what"].startswith(mark)]


def once(scene: Scene) -> None:
    """The process was stopped and started exactly once, whatever happened on the way."""
    told = lives(scene)
    assert [line.split(",")[0] for line in told if not line.startswith("was sent")] == ["ended", "started"], told


def test_a_backend_is_restarted(scene: Scene) -> None:
    ts = started(scene)
    scene.told(ts, "The job has begun on the host")
    ends(scene, ts)
    assert len(jobs(scene)) == 1


@pytest.mark.parametrize("after", ["before_exec", "after_exec"])
def test_the_link_is_cut_again_and_again(scene: Scene, after: str) -> None:
    scene.fault("host_cut", host=HOST, after=after, matching="sr-begun", times=3)
    ts = scene.ask(f"/sr restart be {TARGET}")
    scene.press(ts, "approve")
    scene.told(ts, "Done in", 60)
    once(scene)
    scene.in_order(ts)


@pytest.mark.parametrize("failpoint", ["after_intent:2", "before_send:2", "after_send:2", "before_acted_commit:2"])
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


def test_a_host_that_cannot_be_reached_is_waited_for(scene: Scene) -> None:
    ts = scene.ask(f"/sr restart be {TARGET}")
    scene.fault("host_unreachable", host=HOST, on=True)
    scene.press(ts, "approve")
    scene.wait(lambda: "Not every host can be reached" in scene.card(ts))
    scene.fault("host_unreachable", host=HOST, on=False)
    ends(scene, ts)


def test_a_host_that_cannot_be_reached_any_more_is_waited_for(scene: Scene) -> None:
    for name in ("worker-1", "worker-2"):
        scene.kill(name)
        scene.revive(name, SR_FAIL="after_intent:2")
    ts = scene.ask(f"/sr restart be {TARGET}")
    scene.press(ts, "approve")
    scene.wait(lambda: any(scene.house.processes[name].poll() is not None for name in ("worker-1", "worker-2")))
    scene.fault("host_unreachable", host=HOST, on=True)
    for name in ("worker-1", "worker-2"):
        scene.kill(name)
        scene.revive(name)
    scene.shows(ts, "cannot be looked at")
    scene.fault("host_unreachable", host=HOST, on=False)
    ends(scene, ts)
    assert len(jobs(scene)) == 1


def test_a_host_that_cannot_be_reached_refuses_the_plan(scene: Scene) -> None:
    scene.fault("host_unreachable", host=HOST, on=True)
    ts = scene.ask(f"/sr restart be {TARGET}")
    scene.told(ts, "Not every host can be reached")
    assert scene.buttons(ts) == []
    assert jobs(scene) == []


def test_a_backend_that_does_not_start_is_a_persons_matter_and_then_tried_anew(scene: Scene) -> None:
    scene.fault("host_never_starts", host=HOST, process="be", on=True)
    ts = started(scene)
    halted = scene.told(ts, f"The job on {HOST} failed", 40)
    assert "cannot start: storage is not what the metadata say" in halted
    scene.fault("host_never_starts", host=HOST, process="be", on=False)
    scene.press(ts, "retry", ALICE)
    ends(scene, ts)
    assert len(jobs(scene)) == 2


def test_an_abort_of_a_restart_leaves_the_node_running(scene: Scene) -> None:
    scene.fault("host_slow_start", host=HOST, seconds=300.0)
    ts = started(scene)
    scene.told(ts, "The job has begun on the host")
    scene.press(ts, "abort", ALICE)
    scene.told(ts, f"{TARGET} runs ", 40)
    assert TARGET in scene.alive()


def test_a_lost_pid_file_changes_nothing(scene: Scene) -> None:
    scene.fault("host_no_pid_file", host=HOST)
    ends(scene, started(scene))


def test_a_backend_that_ignores_the_stop_is_killed_in_the_end(scene: Scene) -> None:
    scene.fault("host_ignores_term", host=HOST, on=True)
    ends(scene, started(scene))


def test_a_frontend_is_restarted_and_the_leader_last(scene: Scene) -> None:
    ts = started(scene, "/sr restart fe 10.84.0.12:9010 10.84.0.19:9010")
    scene.told(ts, "FE 10.84.0.12:9010 has restarted", 60)
    first = next(reply for reply in scene.thread(ts) if "has restarted" in reply)
    assert "10.84.0.19:9010" in first
    scene.told(ts, "Done in", 40)


def test_a_backend_is_stopped_and_started(scene: Scene) -> None:
    ts = started(scene, f"/sr stop be {TARGET}")
    scene.told(ts, "Done in", 40)
    assert TARGET not in scene.alive()
    again = scene.ask(f"/sr start be {TARGET}", nth=1)
    scene.press(again, "approve")
    scene.told(again, "Done in", 40)
    assert TARGET in scene.alive()


def test_the_directory_of_a_job_is_its_owners_alone(scene: Scene) -> None:
    ends(scene, started(scene))
    (directory,) = (scene.house.directory / "hosts" / HOST / ".sr" / "jobs").glob(f"*/{jobs(scene)[0]}")
    assert isinstance(directory, Path) and directory.stat().st_mode & 0o077 == 0


def test_a_dropped_frontend_is_stopped_without_asking(scene: Scene) -> None:
    ts = started(scene, "/sr drop follower 10.84.0.19:9010")
    scene.told(ts, "Done in", 40)
    assert not any("Please" in reply for reply in scene.thread(ts))
    assert "fe" not in scene.twin("state")["hosts"]["10.84.0.19"]["processes"]


def test_a_leader_is_stopped_and_then_dropped(scene: Scene) -> None:
    ts = started(scene, "/sr drop follower 10.84.0.12:9010")
    scene.told(ts, "Done in", 60)
    assert not any("Please" in reply for reply in scene.thread(ts))
    assert "10.84.0.12" not in [f["host"] for f in scene.twin("state")["frontends"]]


def test_the_only_frontend_that_does_not_come_back_is_told_though_nobody_answers(scene: Scene) -> None:
    for host in ("10.84.0.19", "10.84.91.16", "10.84.91.18"):
        scene.twin("sql", {"sql": f'ALTER SYSTEM DROP FOLLOWER "{host}:9010"'})
    ts = scene.ask("/sr restart fe 10.84.0.12:9010")
    assert "no statement is answered" in scene.card(ts)
    scene.fault("host_never_starts", host="10.84.0.12", process="fe", on=True)
    scene.press(ts, "approve")
    halted = scene.told(ts, "No frontend of the cluster answers", 40)
    assert "The job on 10.84.0.12 failed" in halted


# --- the checklist of a host, over SSH


def prepared(scene: Scene, *hosts: str) -> None:
    """What the nodes of a cluster that queries a lake need beside StarRocks."""
    for host in hosts:
        scene.fault("host_file", host=host, file=KEYTAB, text="keys", mode="400")
        scene.fault("host_file", host=host, file=SITE, text="<configuration/>")
        scene.fault("host_file", host=host, file=JAR, text="jar")


def checked(scene: Scene, command: str, words: str) -> str:
    """All that `/sr check` says once it says these words, on one line."""
    scene.type(f"/sr check {command}")
    return re.sub(r"\s+", " ", scene.private(ALICE, words))


LACKING = (
    f"{KEYTAB} is missing: BE {NEW}:9050",
    f"conf/hdfs-site.xml of BEs: missing on BE {NEW}:9050; 3 others have the usual one",
    f"geo.jar for Java UDFs is missing on BE {NEW}:9050",
    f"{S3} does not answer {NEW}; 10.84.0.12, 10.84.0.18 and 1 more reach it",
    f"vm.overcommit_memory is not 1: 2 on {NEW}",
)


def test_a_new_host_lacks_what_the_others_have(scene: Scene) -> None:
    scene.reset("before-join")
    prepared(scene, "10.84.0.12", "10.84.0.18", "10.84.0.19")
    scene.fault("host_way", host=NEW, to=S3)
    scene.fault("host_kernel", host=NEW, setting="overcommit_memory", value="2")
    card = re.sub(r"\s+", " ", scene.card(scene.ask(f"/sr add be {NEW}:9050")))
    assert [words for words in LACKING if words not in card] == [], card
    prepared(scene, NEW)
    scene.fault("host_way", host=NEW, to=S3, how="open")
    scene.fault("host_kernel", host=NEW, setting="overcommit_memory", value="1")
    told = checked(scene, f"add be {NEW}:9050", f"BE {NEW}:9050")
    assert not [words for words in LACKING if words in told], told


@pytest.mark.parametrize("command", [f"replace be 10.84.0.18:9050 to {NEW}:9050", f"migrate 10.84.0.18:9050 to {NEW}:9050"])
def test_the_new_hosts_of_a_move_are_looked_at_too(scene: Scene, command: str) -> None:
    scene.reset("before-join")
    prepared(scene, "10.84.0.12", "10.84.0.18", "10.84.0.19")
    told = checked(scene, command, "is missing")
    assert [words for words in LACKING[:3] if words not in told] == [], told


def test_the_host_of_a_backend_that_is_rebuilt_is_looked_at(scene: Scene) -> None:
    prepared(scene, "10.84.0.12", "10.84.0.19", "10.84.91.16", "10.84.91.18")
    assert f"geo.jar for Java UDFs is missing on BE {TARGET}" in checked(scene, f"rebuild be {TARGET} path=/data2", "Java UDFs")


def test_a_host_that_does_not_reach_the_leader_is_not_added(scene: Scene) -> None:
    scene.reset("before-join")
    scene.fault("host_way", host=NEW, to="10.84.0.12:9020")
    scene.fault("host_way", host="10.84.0.12", to=NEW)
    ts = scene.ask(f"/sr add be {NEW}:9050")
    assert f"10.84.0.12 gets no answer from {NEW}:9050, not even a refusal" in scene.card(ts)
    assert f"does not answer {NEW}; 10.84.0.18 and 10.84.0.19 reach it" in scene.told(ts, "the rpc_port of the leader")
    assert scene.buttons(ts) == []
    assert f"{NEW}:9050" not in scene.listed()


def test_endpoints_and_keytabs_of_all_hosts_are_shown(scene: Scene) -> None:
    prepared(scene, "10.84.0.12", "10.84.0.18", "10.84.91.16", "10.84.91.18")
    scene.fault("host_way", host=HOST, to=S3, how="refused")
    scene.type("/sr hosts")
    told = re.sub(r"\s+", " ", scene.private(ALICE, "Hosts of demo"))
    assert f"{S3} refuses connections from {HOST}; 10.84.0.12" in told, told
    assert f"{KEYTAB} is missing: FE 10.84.0.19:9010 and BE 10.84.0.19:9050; 7 others can read it" in told, told
