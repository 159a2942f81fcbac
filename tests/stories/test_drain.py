"""The drain itself: its two endings, its stalls, its undo."""

import pytest

from tests.stories.scene import BOB, TARGET, Scene

pytestmark = pytest.mark.story
DECOMMISSION = f'ALTER SYSTEM DECOMMISSION BACKEND "{TARGET}"'
CANCEL = f'CANCEL DECOMMISSION BACKEND "{TARGET}"'
DROP = f'ALTER SYSTEM DROP BACKEND "{TARGET}"'


def test_from_keystroke_to_finished_thread(scene: Scene) -> None:
    ts = scene.ask(f'/sr decommission be {TARGET} reason="disk full"')
    assert DECOMMISSION in scene.card(ts) and "Reason: disk full" in scene.card(ts)
    scene.press(ts, "approve", BOB)
    scene.ends_done(ts)
    assert scene.sent() == [DECOMMISSION]


def test_a_row_that_stays_is_dropped_after_two_looks(scene: Scene) -> None:
    scene.fault("setting", key="drop_backend_after_decommission", value="false")
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.ends_done(ts)
    assert scene.sent() == [DECOMMISSION, DROP]


def test_two_nodes_leave_one_after_the_other(scene: Scene) -> None:
    other = "10.84.0.19:9050"
    ts = scene.ask(f"/sr decommission be {TARGET} {other}")
    scene.press(ts, "approve")
    scene.told(ts, "Done in", 60)
    assert scene.sent() == [DECOMMISSION, DECOMMISSION.replace(TARGET, other)]
    first_gone = next(index for index, reply in enumerate(scene.thread(ts)) if f"{TARGET} is drained" in reply)
    second_sent = next(i for i, r in enumerate(scene.thread(ts)) if DECOMMISSION.replace(TARGET, other) in r)
    assert first_gone < second_sent
    scene.in_order(ts)


def test_a_stall_is_named_and_ends_by_itself(scene: Scene) -> None:
    scene.fault("recycle_bin", at=TARGET, tablets=40, seconds=1500)
    ts = scene.ask()
    assert "recycle bin" in scene.card(ts)
    scene.press(ts, "approve")
    assert "40" in scene.told(ts, "recycle bin")
    scene.twin("advance", {"seconds": 1000})
    scene.ends_done(ts)


def test_a_stall_that_a_person_ends(scene: Scene) -> None:
    scene.fault("recycle_bin", at=TARGET, tablets=40, seconds=90_000)
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.told(ts, "recycle bin")
    scene.press(ts, "abort")
    scene.shows(ts, "Undone")
    assert "stays" in scene.told(ts, "stays in")
    assert scene.sent() == [DECOMMISSION, CANCEL] and TARGET in scene.listed()
    scene.in_order(ts)


def test_pause_stops_before_the_next_act_and_resume_goes_on(scene: Scene) -> None:
    scene.fault("setting", key="drop_backend_after_decommission", value="false")
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.told(ts, "is leaving")
    scene.press(ts, "pause")
    scene.shows(ts, "Paused")
    scene.twin("advance", {"seconds": 1200})
    assert DROP not in scene.sent()
    scene.press(ts, "resume")
    scene.ends_done(ts)
    assert scene.sent() == [DECOMMISSION, DROP]


def test_a_second_request_waits_and_starts_by_itself(scene: Scene) -> None:
    first = scene.ask()
    scene.press(first, "approve")
    scene.told(first, "is leaving")
    second = scene.ask("/sr decommission be 10.84.0.19:9050", nth=1)
    # Planned while the first node leaves: refused, one node at a time.
    assert "Refused" in scene.card(second) and "leaving" in scene.card(second)
    scene.ends_done(first)


def test_two_approved_requests_queue_for_the_cluster(scene: Scene) -> None:
    first, second = scene.ask(), scene.ask("/sr decommission be 10.84.0.19:9050", nth=1)
    scene.press(first, "approve")
    scene.told(first, "Started")
    scene.press(second, "approve")
    scene.told(second, "starts by itself when that one has ended")
    scene.ends_done(first)
    # When its turn comes the cluster has one node less: the plan is made again and asks for new votes.
    scene.told(second, "needs new approvals")
    scene.shows(second, "Waiting for approval")
    scene.press(second, "approve")
    scene.told(second, "Done in")
