"""Bad weather: of Slack, of the frontends, and by people; the same end, each effect once, each event in order (P2, P5)."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.stories.scene import ALICE, BOB, TARGET, Scene

pytestmark = pytest.mark.story

@pytest.mark.parametrize(
    "fault",
    [{"kind": "429", "retry_after": 1, "count": 1}, {"kind": "500", "count": 2}, {"kind": "reset_after", "method": "chat.postMessage", "count": 2}],
    ids=["429", "500", "reply lost"],
)
def test_slack_is_in_a_bad_mood(scene: Scene, fault: dict[str, object]) -> None:
    ts = scene.ask()
    scene.slack.call("faults", fault)
    scene.press(ts, "approve")
    scene.ends_done(ts, 60)


def test_slack_limits_then_fails_then_is_silent_in_one_drain(scene: Scene) -> None:
    """And every event is told once and in order; the operation never waited for it. (An approval would: Slack says who it is.)"""
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.told(ts, "Started")
    for fault in (
        {"kind": "429", "retry_after": 1, "count": 1},
        {"kind": "500", "count": 1},
        {"kind": "hang", "hang_s": 3, "count": 1},
    ):
        scene.slack.call("faults", fault)
    scene.wait(lambda: TARGET not in scene.listed())
    said = len(scene.thread(ts))
    scene.ends_done(ts, 60)
    assert said < len(scene.thread(ts)), "the cluster was done before the thread had told it"


def test_the_leader_is_lost_in_the_middle(scene: Scene) -> None:
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.told(ts, "is leaving")
    scene.fault("leader_lost")
    scene.ends_done(ts, 60)


@pytest.mark.parametrize("fault", ["cut_before", "statement_timeout"])
def test_the_link_breaks_at_the_statement(scene: Scene, fault: str) -> None:
    """Before the statement took effect, or after it did and before the reply: looked at again, never repeated blindly."""
    ts = scene.ask()
    scene.fault(fault, matching="DECOMMISSION BACKEND")
    scene.press(ts, "approve")
    scene.told(ts, "Done in", 60)
    tries = scene.sent().count(f'ALTER SYSTEM DECOMMISSION BACKEND "{TARGET}"')
    assert tries == (2 if fault == "cut_before" else 1)
    scene.in_order(ts)


def test_no_frontend_answers_for_a_while(scene: Scene) -> None:
    scene.fault("drain_rate", factor=0.3)
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.told(ts, "is leaving")
    scene.fault("refuse_connections", seconds=200)
    scene.told(ts, "cannot be read right now")
    scene.ends_done(ts, 60)


def test_the_facts_drift_before_the_approval(scene: Scene) -> None:
    ts = scene.ask()
    scene.fault("be_down", at="10.84.91.16:9050")
    scene.wait(lambda: not next(b for b in scene.twin("state")["backends"] if b["address"] == "10.84.91.16:9050")["alive"])
    scene.press(ts, "approve")
    assert "not alive" in scene.told(ts, "no longer safe")
    assert scene.sent() == [] and scene.buttons(ts) == []


def test_somebody_adds_the_node_again(scene: Scene) -> None:
    scene.fault("drain_rate", factor=0.1)
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.told(ts, "is leaving")
    scene.fault("node_readded", at=TARGET)
    scene.shows(ts, "a person must decide")
    assert {"sr.op.retry", "sr.op.abort", "sr.op.close"} <= set(scene.buttons(ts))
    scene.press(ts, "close")
    scene.shows(ts, "Closed")


def test_a_second_node_dies_and_comes_back(scene: Scene) -> None:
    scene.fault("drain_rate", factor=0.2)
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.told(ts, "is leaving")
    scene.fault("be_down", at="10.84.91.16:9050")
    assert "10.84.91.16:9050" in scene.shows(ts, "a person must decide")
    scene.fault("be_up", at="10.84.91.16:9050")
    scene.wait(lambda: next(b for b in scene.twin("state")["backends"] if b["address"] == "10.84.91.16:9050")["alive"])
    scene.fault("drain_rate", factor=1.0)
    scene.press(ts, "retry", ALICE)
    scene.ends_done(ts)


def test_somebody_cancels_the_drain(scene: Scene) -> None:
    scene.fault("drain_rate", factor=0.1)
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.told(ts, "is leaving")
    scene.fault("foreign_cancel", at=TARGET)
    scene.shows(ts, "a person must decide")
    assert "cancel" in scene.told(ts, "cancel").lower()
    scene.press(ts, "abort", BOB)
    scene.shows(ts, "Undone")


def test_redis_is_away_when_somebody_types(scene: Scene) -> None:
    assert scene.house.valkey is not None
    scene.house.valkey.kill()
    try:
        answer = scene.type(f"/sr decommission be {TARGET}")
        assert answer["ack_ms"] < 1000
        scene.private(ALICE, "Try again")
    finally:
        scene.house.valkey.start()


def test_redis_hangs_when_many_type(scene: Scene) -> None:
    """A Redis that is stopped takes connections and answers nothing; nobody is told that nothing was recorded."""
    assert scene.house.valkey is not None
    scene.type("/sr lock")
    os.kill(scene.house.valkey.pid, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(30) as people:
            answers = list(people.map(lambda _: scene.type(f"/sr decommission be {TARGET}"), range(30)))
    finally:
        os.kill(scene.house.valkey.pid, signal.SIGCONT)
    assert max(answer["ack_ms"] for answer in answers) < 1000
    assert all("Try again" in str(answer["response"]) for answer in answers)
    assert not any("nothing was" in str(answer["response"]) for answer in answers)
