"""A hop that wants a global variable: set before the first node, held while the roll goes on, back after it, an abort, a crash."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import ALICE, BOB, Scene
from workers.demo import house

pytestmark = pytest.mark.story

NEW, OLD, NAME = "3.5.6", "3.2.11", "cbo_enable_low_cardinality_optimize"
LEND, GIVE_BACK = f"SET GLOBAL {NAME} = false", f"SET GLOBAL {NAME} = true"
CANARY = "10.84.91.16:9050"


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    policy = "quorum = 1\nexpires_s = 3600"
    with house(scenario="small", speed=50.0, policy=policy, visibility_s=4.0, hosts=True, packages=(NEW, OLD)) as built:
        yield Scene(built)


def variable(scene: Scene) -> str:
    """What a new session begins with, on any frontend."""
    return str(scene.twin("state")["variables"].get(NAME, "true"))


def told_it(scene: Scene) -> list[str]:
    return [sql for sql in scene.sent() if sql.startswith("SET GLOBAL")]


def at_the_canary(scene: Scene) -> str:
    ts = scene.ask(f"/sr upgrade to {NEW}")
    card = scene.card(ts)
    assert LEND in card and "for the time of the roll (now true; sessions that are open keep what they have)" in card
    scene.press(ts, "approve", BOB)
    scene.told(ts, f"`{NAME}` is false for new sessions", 40)
    scene.told(ts, "is the first node that runs 3.5.6", 60)
    assert variable(scene) == "false" and CANARY in scene.alive()
    return ts


def test_set_before_and_back_after_whatever_happens_in_between(scene: Scene) -> None:
    """A worker dies right after the statement took effect; the leader is lost; somebody sets the variable by hand."""
    scene.kill("worker-1")
    scene.revive("worker-1", SR_FAIL="after_send")
    ts = at_the_canary(scene)
    scene.mend()
    assert told_it(scene) == [LEND]
    scene.twin("sql", {"sql": GIVE_BACK})
    scene.press(ts, "resume", ALICE)
    scene.told(ts, "somebody set", 60)
    assert variable(scene) == "false"
    scene.fault("leader_lost", returns_after_s=60.0)
    scene.told(ts, "a restart or an election forgets it. Set again.", 60)
    assert variable(scene) == "false", "no election forgets a global variable"
    scene.told(ts, "Done in", 180)
    assert variable(scene) == "true" and told_it(scene)[-1] == GIVE_BACK
    assert told_it(scene).count(GIVE_BACK) == 1
    scene.in_order(ts)


def test_an_abort_at_the_canary_gives_it_back(scene: Scene) -> None:
    ts = at_the_canary(scene)
    scene.press(ts, "abort", ALICE)
    ended = scene.told(ts, f"`{NAME}` is true again", 60)
    assert "two versions" not in ended
    assert (variable(scene), told_it(scene)) == ("true", [LEND, GIVE_BACK])
    scene.in_order(ts)


def test_an_abort_with_every_worker_killed_gives_it_back_and_says_what_two_versions_want(scene: Scene) -> None:
    ts = at_the_canary(scene)
    scene.press(ts, "resume", ALICE)
    scene.told(ts, "The cluster is at rest again after 10.84.0.12:9050", 60)
    scene.press(ts, "abort", ALICE)
    for name in ("worker-1", "worker-2"):
        scene.kill(name)
    scene.mend()
    ended = scene.told(ts, f"`{NAME}` is true again", 90)
    assert f"If two versions run now, this way wants `{LEND}` until it is one." in ended
    assert variable(scene) == "true" and told_it(scene)[-1] == GIVE_BACK
    scene.in_order(ts)


def fe_conf(scene: Scene, host: str) -> str:
    """What the file on the host says of the line that a way back wants."""
    (conf,) = (path for path in (scene.house.directory / "hosts" / host).rglob("fe/conf/fe.conf") if "stage" not in str(path))
    return next((line for line in reversed(conf.read_text().splitlines()) if line.startswith("ignore_unknown_log_id")), "")


def test_a_way_back_wants_settings_and_a_line_in_fe_conf(scene: Scene) -> None:
    """Settings are lent with the freeze: a frontend that restarts is told again. The line is written before each frontend's turn,
    with a worker killed after one, and is out again when the roll is over.
    """
    frontends = [frontend["host"] for frontend in scene.twin("state")["frontends"]]
    assert [fe_conf(scene, host) for host in frontends] == [""] * len(frontends)
    scene.kill("worker-1")
    scene.revive("worker-1", SR_FAIL="before_acted_commit:8")
    ts = scene.ask(f"/sr downgrade to {OLD}")
    assert "CLEAN TEMPORARY TABLE ON SESSION" in scene.card(ts), "what no statement of ours can do is left to people"
    scene.press(ts, "approve", BOB)
    scene.told(ts, "each of these must come back empty", 60)
    scene.press(ts, "resume", ALICE)
    scene.told(ts, f"is the first node that runs {OLD}", 60)
    settings = scene.twin("state")["settings"]
    assert (settings["history_job_keep_max_second"], settings["enable_experimental_temporary_table"]) == ("0", "false")
    assert sorted(fe_conf(scene, host) for host in frontends) == [""] * (len(frontends) - 1) + ["ignore_unknown_log_id = true"]
    scene.told(ts, "Set again.", 30)
    scene.press(ts, "resume", ALICE)
    scene.mend()
    scene.told(ts, "Done in", 180)
    assert scene.twin("state")["settings"]["history_job_keep_max_second"] == "604800"
    assert {fe_conf(scene, host) for host in frontends} == {"ignore_unknown_log_id = false"}
    assert all(frontend["version"].startswith(OLD) for frontend in scene.twin("state")["frontends"])
    scene.in_order(ts)


def test_where_it_is_so_already_nothing_is_sent(scene: Scene) -> None:
    scene.twin("sql", {"sql": LEND})
    ts = scene.ask(f"/sr upgrade to {NEW}")
    assert "It is so already." in scene.card(ts) and LEND not in scene.card(ts)
