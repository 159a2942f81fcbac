"""Nodes that come and go: added and seen up, dropped, cancelled; what a person does on a host is asked for and seen."""

import pytest

from tests.stories.scene import ALICE, BOB, TARGET, Scene

pytestmark = pytest.mark.story

NEW = "10.84.91.20:9050"


def test_a_backend_is_added(scene: Scene) -> None:
    ts = scene.ask(f"/sr add be {NEW}")
    assert "exactly this build" in scene.card(ts)
    scene.press(ts, "approve")
    scene.told(ts, "Done in")
    assert NEW in scene.listed()
    assert scene.sent() == [f'ALTER SYSTEM ADD BACKEND "{NEW}"']
    scene.told(ts, "is up: alive")
    scene.told(ts, "Balancing has begun")
    scene.in_order(ts)


def test_a_backend_whose_process_is_not_started_is_asked_for(scene: Scene) -> None:
    scene.fault("host_process", host="10.84.91.20", running=False)
    ts = scene.ask(f"/sr add be {NEW}")
    scene.press(ts, "approve")
    asked = scene.told(ts, "Please start the BE process")
    assert "start_be.sh" in asked
    scene.fault("host_process", host="10.84.91.20", running=True)
    scene.told(ts, "Done in")
    scene.in_order(ts)


def test_a_backend_that_never_comes_up_is_taken_out_by_abort(scene: Scene) -> None:
    scene.fault("host_process", host="10.84.91.20", running=False)
    ts = scene.ask(f"/sr add be {NEW}")
    scene.press(ts, "approve")
    scene.told(ts, "Please start the BE process")
    scene.press(ts, "abort", ALICE)
    scene.told(ts, f"Undone: {NEW} is not in the cluster.")
    assert NEW not in scene.listed()
    assert scene.sent() == [f'ALTER SYSTEM ADD BACKEND "{NEW}"', f'ALTER SYSTEM DROP BACKEND "{NEW}"']


def test_a_node_that_is_there_is_not_added(scene: Scene) -> None:
    scene.type(f"/sr add be {TARGET}")
    scene.private(ALICE, "is in the cluster already")
    assert scene.slack.cards() == []


def test_a_drain_is_cancelled(scene: Scene) -> None:
    scene.fault("drain_rate", factor=0.1)
    scene.twin("sql", {"sql": f'ALTER SYSTEM DECOMMISSION BACKEND "{TARGET}"'})
    ts = scene.ask(f"/sr cancel decommission {TARGET}")
    scene.press(ts, "approve", BOB)
    scene.told(ts, "stays in the cluster")
    assert scene.sent() == [f'CANCEL DECOMMISSION BACKEND "{TARGET}"']


def test_a_backend_with_tablets_is_not_dropped(scene: Scene) -> None:
    scene.type(f"/sr drop be {TARGET}")
    scene.private(ALICE, "a drop would take them away at once")
    assert scene.sent() == []


def test_a_follower_is_added_and_started_by_a_person(scene: Scene) -> None:
    scene.fault("host_process", host="10.84.91.20", running=False)
    ts = scene.ask("/sr add follower 10.84.91.20:9010")
    assert "--helper" in scene.card(ts)
    scene.press(ts, "approve")
    asked = scene.told(ts, "Please start the follower process")
    assert "--helper 10.84.0.12:9010" in asked
    scene.fault("host_process", host="10.84.91.20", running=True)
    scene.told(ts, "Done in")
    assert scene.sent() == ['ALTER SYSTEM ADD FOLLOWER "10.84.91.20:9010"']
    scene.in_order(ts)


def test_a_follower_is_dropped_and_its_process_seen_stopped(scene: Scene) -> None:
    ts = scene.ask("/sr drop follower 10.84.0.19:9010")
    scene.press(ts, "approve")
    scene.told(ts, "Please stop the frontend process on 10.84.0.19")
    scene.fault("fe_down", fe="10.84.0.19")
    scene.told(ts, "Done in")
    assert scene.sent() == ['ALTER SYSTEM DROP FOLLOWER "10.84.0.19:9010"']
