"""Crashes at named places: the same end, each effect once, each event once and in order (P1, P4)."""

import pytest

from tests.stories.scene import TARGET, Scene

pytestmark = pytest.mark.story

WORKER_FAILPOINTS = (
    "after_intent:1", "before_send:1", "after_send:1", "before_acted_commit:1", "before_wait_commit:1",
    "before_advance_commit:1", "before_advance_commit:2", "before_end_commit:1",
)  # fmt: skip
NOTIFIER_FAILPOINTS = ("before_post:1", "before_post:3", "after_post:1", "after_post:3", "after_said:2")


@pytest.mark.parametrize("failpoint", WORKER_FAILPOINTS)
def test_a_worker_dies(scene: Scene, failpoint: str) -> None:
    scene.kill("worker-2")
    scene.kill("worker-1")
    scene.revive("worker-1", SR_FAIL=failpoint)
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.wait(lambda: scene.house.processes["worker-1"].poll() is not None)
    scene.revive("worker-1")
    scene.ends_done(ts)


@pytest.mark.parametrize("failpoint", NOTIFIER_FAILPOINTS)
def test_the_notifier_dies(scene: Scene, failpoint: str) -> None:
    scene.kill("notifier")
    scene.revive("notifier", SR_FAIL=failpoint)
    scene.type(f"/sr decommission be {TARGET}")
    if failpoint.endswith(":1") and "said" not in failpoint:
        scene.wait(lambda: scene.house.processes["notifier"].poll() is not None)
        scene.revive("notifier")
    ts = str(scene.wait(scene.slack.cards)[0]["ts"])
    scene.press(ts, "approve")
    scene.wait(lambda: scene.house.processes["notifier"].poll() is not None or "*Done*" in scene.card(ts))
    scene.mend()
    scene.ends_done(ts, 60)
    assert len(scene.slack.cards()) == 1


def test_everything_is_killed_in_the_middle(scene: Scene) -> None:
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.told(ts, "is leaving")
    for name in ("worker-1", "worker-2", "clock", "notifier", "bot"):
        scene.kill(name)
    assert scene.house.valkey is not None
    scene.house.valkey.kill()
    scene.house.valkey.start()
    scene.mend()
    scene.ends_done(ts, 60)
