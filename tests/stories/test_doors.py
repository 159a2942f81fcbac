"""How the bot gets in: a wrong password, a follower as the only way, and each process killed on its own."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import ALICE, TARGET, Scene
from workers.demo import house

pytestmark = pytest.mark.story
STAYING = "10.84.91.16:9050"


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(scenario="small", speed=100.0, workers=1, policy="quorum = 1", visibility_s=2.0) as built:
        yield Scene(built)


def test_a_wrong_password_is_told_to_the_requester_without_the_password(scene: Scene) -> None:
    scene.kill("worker-1")
    scene.revive("worker-1", SR_PASSWORDS__DEMO="not-the-password")
    try:
        scene.type(f"/sr decommission be {TARGET}")
        answer = scene.private(ALICE, "Nothing was changed")
    finally:
        scene.kill("worker-1")
    assert "password" in answer and "not-the-password" not in answer
    assert scene.slack.cards() == [] and scene.sent() == []
    log = (scene.house.directory / "worker-1.log").read_text(encoding="utf-8")
    assert "not-the-password" not in log


@pytest.mark.parametrize("name", ["worker-1", "clock", "notifier", "bot"])
def test_one_process_is_killed_in_the_middle(scene: Scene, name: str) -> None:
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.told(ts, "is leaving")
    scene.kill(name)
    scene.revive(name)
    scene.ends_done(ts)
    assert len(scene.slack.cards()) == 1


def test_slack_hangs_and_the_operation_goes_on(scene: Scene) -> None:
    ts = scene.ask()
    scene.slack.call("faults", {"kind": "hang", "method": "chat.postMessage", "count": 1, "seconds": 3})
    scene.press(ts, "approve")
    scene.ends_done(ts, 30)


def test_harmless_drift_keeps_the_approval(scene: Scene) -> None:
    """A staying disk is a little fuller than when the plan was made: still room enough, so the vote stands."""
    ts = scene.ask()
    before = _avail(scene)
    scene.fault("set_disk", at=STAYING, avail_gb=before / 2**30 - 1)
    assert _avail(scene) != before
    scene.press(ts, "approve")
    scene.ends_done(ts)
    assert not any("no longer safe" in reply or "new approvals" in reply for reply in scene.thread(ts))


def _avail(scene: Scene) -> int:
    return int(next(b for b in scene.twin("state")["backends"] if b["address"] == STAYING)["avail"])


def test_another_node_leaving_voids_the_plan(scene: Scene) -> None:
    ts = scene.ask()
    scene.fault("foreign_decommission", at="10.84.0.19:9050")
    scene.press(ts, "approve")
    scene.told(ts, "no longer safe")
    assert scene.buttons(ts) == [] and scene.sent() == []
    scene.in_order(ts)
