"""Rolling upgrade and downgrade over SSH, and what goes wrong in the middle of one. The balancer is given back in all of them."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import ALICE, Scene
from workers.demo import house

pytestmark = pytest.mark.story

CANARY, CANARY_HOST = "10.84.91.16:9050", "10.84.91.16"
LOST = "10.84.0.18:9050"
OLD, NEW, BUILT = "3.3.3-312ed45", "3.3.9", "3.3.9-7b9fccd"
SETTINGS = {
    "tablet_sched_max_scheduling_tablets": "10000",
    "tablet_sched_max_balancing_tablets": "500",
    "tablet_sched_disable_balance": "false",
    "tablet_sched_disable_colocate_balance": "false",
}


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(
        scenario="small", speed=50.0, policy="quorum = 1\nexpires_s = 3600", visibility_s=4.0, hosts=True, packages=(NEW, "3.4.2")
    ) as built:
        yield Scene(built)


def versions(scene: Scene) -> set[str]:
    state = scene.twin("state")
    return {node["version"] for node in (*state["backends"], *state["frontends"])}


def version_of(scene: Scene, address: str) -> str:
    return next(b["version"] for b in scene.twin("state")["backends"] if b["address"] == address)


def approved(scene: Scene, command: str, nth: int = 0) -> str:
    ts = scene.ask(command, nth)
    scene.press(ts, "approve")
    scene.told(ts, "Started")
    return ts


def balances_again(scene: Scene) -> None:
    """Every setting that was frozen has the value from before, on the leader and on every other frontend."""
    for name, value in SETTINGS.items():
        sent = [sql for sql in scene.sent() if f'"{name}"' in sql]
        assert sent and sent[-1] == f'ADMIN SET FRONTEND CONFIG ("{name}" = "{value}")', (name, sent)
    assert scene.unknown() == []


def test_the_whole_of_mission_000s_cluster(scene: Scene) -> None:
    """With a worker killed at the canary, and the leader lost among the backends: another one leads, the freeze holds."""
    scene.twin("reset", {"scenario": "mission000"})
    ts = scene.ask(f"/sr upgrade to {NEW}")
    card = scene.card(ts)
    assert "stays within 3.3" in card and "as the canary" in card and "the leader 10.84.0.12:9010" in card
    scene.press(ts, "approve")
    scene.told(ts, "is the first node that runs 3.3.9", 60)
    assert versions(scene) == {OLD, BUILT}
    scene.kill("worker-1")
    scene.press(ts, "resume", ALICE)
    scene.told(ts, "BE 10.84.0.12:9050 has restarted", 60)
    scene.told(ts, "with a restart: BE on 10.84.0.18", 60)
    scene.fault("leader_lost", returns_after_s=60.0)
    scene.told(ts, "a restart or an election forgets it. Set again.", 60)
    scene.revive("worker-1")
    scene.told(ts, "FE 10.84.0.19:9010 has restarted", 60)
    scene.fault("create_table", table="ods.made_in_between")
    scene.told(ts, "tables instead of", 60)
    scene.told(ts, "Done in", 120)
    assert versions(scene) == {BUILT}
    balances_again(scene)
    scene.in_order(ts)


@pytest.mark.parametrize(("to", "back"), [(NEW, True), ("3.4.2", False)])
def test_a_canary_that_does_not_start_is_rolled_back(scene: Scene, to: str, back: bool) -> None:
    ts = scene.ask(f"/sr upgrade to {to}")
    assert ("no way back from 3.4.2" in scene.card(ts)) is not back
    scene.fault("host_never_starts", host=CANARY_HOST, process="be", on=True)
    scene.press(ts, "approve")
    # Its job sees the process end, or the process ends right after the job.
    halted = scene.told(ts, "🛑", 60)
    assert any(words in halted for words in (f"The job on {CANARY_HOST} failed", "has ended again"))
    scene.fault("host_never_starts", host=CANARY_HOST, process="be", on=False)
    scene.press(ts, "abort", ALICE)
    ended = scene.told(ts, "runs 3.3.3", 60)
    assert CANARY in ended and "Restored" in ended
    assert versions(scene) == {OLD} and CANARY in scene.alive()
    balances_again(scene)


def test_people_who_do_not_like_the_canary_roll_it_back(scene: Scene) -> None:
    ts = approved(scene, f"/sr upgrade to {NEW}")
    scene.told(ts, "Look at its log", 60)
    assert version_of(scene, CANARY) == BUILT
    assert sorted(scene.buttons(ts)) == ["sr.op.abort", "sr.op.resume"]
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "Restored", 60)
    assert versions(scene) == {OLD} and CANARY in scene.alive()
    balances_again(scene)


def test_a_backend_lost_while_people_look_is_told(scene: Scene) -> None:
    ts = approved(scene, f"/sr upgrade to {NEW}")
    scene.told(ts, "Look at its log", 60)
    scene.fault("be_down", at=LOST)
    scene.told(ts, f"{LOST} is not alive", 60)
    scene.fault("be_up", at=LOST)
    scene.told(ts, "Every node is alive again", 60)
    scene.press(ts, "resume", ALICE)
    scene.told(ts, "See the cluster at rest after that time", 60)
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "Restored", 60)
    balances_again(scene)


def test_what_an_abort_left_at_the_new_version_a_downgrade_takes_back(scene: Scene) -> None:
    ts = approved(scene, f"/sr upgrade to {NEW}")
    scene.told(ts, "Look at its log", 60)
    scene.press(ts, "resume", ALICE)
    scene.told(ts, "The cluster is at rest again after 10.84.0.12:9050", 60)
    scene.press(ts, "abort", ALICE)
    ended = scene.told(ts, "Restored", 60)
    assert f"{CANARY} and 10.84.0.12:9050 were done before" in ended
    assert versions(scene) == {OLD, BUILT}
    down = scene.ask("/sr downgrade to 3.3.3", nth=1)
    assert "are still there from before" in scene.card(down)
    scene.press(down, "approve")
    scene.told(down, "Done in", 60)
    assert versions(scene) == {OLD}
    balances_again(scene)


def test_a_wrong_package_touches_nothing(scene: Scene) -> None:
    scene.fault("wrong_package", version=NEW, reports="3.3.8")
    ts = approved(scene, f"/sr upgrade to {NEW}")
    halted = scene.told(ts, "Staging of 3.3.9 failed", 60)
    assert "says that it is 3.3.8" in halted and "It went well nowhere" in halted
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "Nothing that runs was touched", 40)
    assert versions(scene) == {OLD} and scene.sent() == []


def test_a_backend_that_takes_twenty_minutes_is_waited_for(scene: Scene) -> None:
    ts = scene.ask(f"/sr upgrade to {NEW}")
    scene.fault("host_slow_start", host=CANARY_HOST, seconds=1200.0)
    scene.press(ts, "approve")
    scene.told(ts, f"BE {CANARY} has restarted", 60)
    scene.told(ts, "Look at its log", 20)
    scene.fault("host_slow_start", host=CANARY_HOST, seconds=10.0)
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "Restored", 60)
    assert versions(scene) == {OLD}


def lives(scene: Scene, host: str, process: str = "be") -> list[str]:
    """How often the backend (or frontend) of a host ended and was started, in order."""
    whose = f"{process} on {host} "
    told = [e["what"].removeprefix(whose) for e in scene.twin("events")["events"] if e["what"].startswith(whose)]
    return [line.split(",")[0] for line in told if not line.startswith("was sent")]


def test_a_cluster_with_loads_comes_to_rest_between_two_nodes(scene: Scene) -> None:
    """Frozen, the scheduler would repair three tablets a minute; it is let run until the cluster is at rest, then frozen again."""
    freeze, thaw = (f'ADMIN SET FRONTEND CONFIG ("tablet_sched_max_scheduling_tablets" = "{value}")' for value in ("0", "10000"))
    ts = scene.ask(f"/sr upgrade to {NEW}")
    assert "until they are repaired, and frozen again" in scene.card(ts)
    scene.press(ts, "approve")
    scene.wait(lambda: lives(scene, CANARY_HOST), 60)
    scene.fault("missed_loads", at=CANARY, tablets=2_000)
    scene.told(ts, "does not come to rest while nothing is repaired. It is 10000 until it has", 60)
    # It may be frozen again by now.
    assert [sql for sql in scene.sent() if sql in {freeze, thaw}][:2] == [freeze, thaw]
    scene.told(ts, "Look at its log", 60)
    scene.kill("worker-1")
    scene.press(ts, "resume", ALICE)
    scene.told(ts, "Frozen again before the next node", 60)
    scene.revive("worker-1")
    scene.told(ts, "The cluster is at rest again after 10.84.0.12:9050", 60)
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "Restored", 60)
    assert [sql for sql in scene.sent() if sql in {freeze, thaw}] == [freeze, thaw, freeze, thaw]
    balances_again(scene)


def jobs(scene: Scene, host: str, kind: str) -> list[str]:
    return [path.name for path in (scene.house.directory / "hosts" / host / ".sr" / "jobs").glob(f"*/*{kind}*")]


@pytest.mark.parametrize("after", ["before_exec", "after_exec"])
def test_the_link_is_cut_at_every_job_of_a_node(scene: Scene, after: str) -> None:
    ts = scene.ask(f"/sr upgrade to {NEW}")
    scene.fault("host_cut", host=CANARY_HOST, after=after, matching="sr-begun", times=2)
    scene.press(ts, "approve")
    scene.wait(lambda: any("Step 1:" in reply for reply in scene.thread(ts)), 60)
    scene.fault("host_cut", host=CANARY_HOST, after=after, matching="roll_back", times=2)
    scene.told(ts, "Look at its log", 60)
    assert lives(scene, CANARY_HOST) == ["ended", "started"]
    assert [len(jobs(scene, CANARY_HOST, kind)) for kind in ("-stage-*-be", f"swap-{CANARY_HOST}-9050")] == [1, 1]
    scene.fault("host_cut", host=CANARY_HOST, after=after, matching="roll_back", times=2)
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "Restored", 60)
    assert versions(scene) == {OLD} and lives(scene, CANARY_HOST) == ["ended", "started"] * 2
    lost = [reply for reply in scene.thread(ts) if "the reply was lost" in reply]
    assert len(lost) >= 2 if after == "after_exec" else not lost, "swap and way back were begun, and nobody was told"
    balances_again(scene)


def test_every_worker_is_killed_in_the_middle_of_a_swap(scene: Scene) -> None:
    ts = approved(scene, f"/sr upgrade to {NEW}")
    scene.wait(lambda: jobs(scene, CANARY_HOST, "swap"), 60)
    for name in ("worker-1", "worker-2"):
        scene.kill(name)
    for name in ("worker-1", "worker-2"):
        scene.revive(name)
    scene.told(ts, "Look at its log", 60)
    assert lives(scene, CANARY_HOST) == ["ended", "started"] and len(jobs(scene, CANARY_HOST, "swap")) == 1
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "Restored", 60)
    assert versions(scene) == {OLD}
    balances_again(scene)


def test_a_disk_that_is_full_while_staging_is_a_persons_matter(scene: Scene) -> None:
    ts = scene.ask(f"/sr upgrade to {NEW}")
    scene.fault("host_disk_full", host=CANARY_HOST)
    scene.press(ts, "approve")
    scene.shows(ts, "a person must decide", 60)
    assert versions(scene) == {OLD} and lives(scene, CANARY_HOST) == []
    scene.fault("host_disk_full", host=CANARY_HOST, on=False)
    scene.press(ts, "retry", ALICE)
    scene.told(ts, "Look at its log", 60)
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "Restored", 60)
    assert versions(scene) == {OLD}


def test_a_version_that_nobody_can_read_refuses_the_plan(scene: Scene) -> None:
    scene.fault("host", host=CANARY_HOST, version="main-0ab2adc")
    scene.fault("be_restart", at=CANARY)
    scene.twin("advance", {"seconds": 60})
    scene.type(f"/sr upgrade to {NEW}")
    scene.private(ALICE, "main-0ab2adc")


def test_a_node_that_runs_on_files_of_two_versions_is_not_taken_for_upgraded(scene: Scene) -> None:
    """As after a host that went down in mid-swap and started its node by itself."""
    scene.fault("host_slow_start", host=CANARY_HOST, seconds=300.0)
    ts = approved(scene, f"/sr upgrade to {NEW}")
    mark = scene.house.directory / "hosts" / CANARY_HOST / "starrocks" / "be" / ".sr-swap"
    scene.wait(lambda: scene.twin("state")["hosts"][CANARY_HOST]["processes"].get("be", {}).get("version") == BUILT, 60)
    mark.write_text(f"{NEW} {OLD} no\n")
    scene.wait(lambda: "has files of two versions on 10.84.91.16" in scene.card(ts), 60)
    assert version_of(scene, CANARY) == BUILT and CANARY in scene.alive()
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "Restored", 60)
    assert versions(scene) == {OLD} and not mark.exists()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/sr upgrade to 3.3.3", "Every node runs 3.3.3 already"),
        ("/sr upgrade to 3.2.11", "is no upgrade"),
        ("/sr upgrade to newest", "is no version"),
        ("/sr upgrade", "No version is named"),
        ("/sr downgrade to 3.2.1", "3.2"),
        ("/sr upgrade to 3.3.9 3.4.2", "2 versions are named"),
    ],
)
def test_what_cannot_be_is_said_privately(scene: Scene, command: str, words: str) -> None:
    scene.type(command)
    scene.private(ALICE, words)
    assert scene.slack.cards() == []


def test_a_cluster_with_a_node_down_is_not_upgraded(scene: Scene) -> None:
    scene.fault("fe_down", fe="10.84.0.19")
    scene.twin("advance", {"seconds": 60})
    scene.type(f"/sr upgrade to {NEW}")
    scene.private(ALICE, "10.84.0.19:9010 is not alive")
