"""Nodes change places: replaced, rebuilt, migrated in one approved plan, as mission 000 does it by hand."""

import pytest

from tests.stories.scene import TARGET, Scene

pytestmark = pytest.mark.story

NEW_HOST = "10.84.91.20"
NEW = f"{NEW_HOST}:9050"
REBUILT = "10.84.0.12:9050"


def test_a_node_with_another_version_is_taken_out_again(scene: Scene) -> None:
    scene.fault("host_offers", host=NEW_HOST, version="3.3.4-abcdef0")
    ts = scene.ask(f"/sr add be {NEW}")
    scene.press(ts, "approve")
    assert "runs 3.3.4-abcdef0, but the cluster runs " in scene.told(ts, "Taking it out again")
    scene.shows(ts, "Undone")
    assert NEW not in scene.listed()
    assert scene.sent() == [f'ALTER SYSTEM ADD BACKEND "{NEW}"', f'ALTER SYSTEM DROP BACKEND "{NEW}"']


def test_a_backend_is_replaced(scene: Scene) -> None:
    ts = scene.ask(f"/sr replace be {TARGET} to {NEW}")
    scene.press(ts, "approve")
    scene.told(ts, "Done in", 60)
    assert NEW in scene.listed() and TARGET not in scene.listed()
    assert scene.sent() == [f'ALTER SYSTEM ADD BACKEND "{NEW}"', f'ALTER SYSTEM DECOMMISSION BACKEND "{TARGET}"']
    scene.in_order(ts)


def test_a_backend_is_rebuilt_on_a_bigger_disk(scene: Scene) -> None:
    before = next(b for b in scene.twin("state")["backends"] if b["address"] == REBUILT)
    ts = scene.ask(f"/sr rebuild be {REBUILT} path=/data2/starrocks/be")
    scene.press(ts, "approve")
    asked = scene.told(ts, "Please stop the BE process on 10.84.0.12", 60)
    assert "storage_root_path = /data2/starrocks/be" in asked
    assert [s for s in scene.sent() if "ADD" in s] == []
    scene.fault("host_process", host="10.84.0.12", running=False)
    scene.fault("host_offers", host="10.84.0.12", disk_gb=1475)
    scene.told(ts, "Please start the BE process on 10.84.0.12")
    scene.fault("host_process", host="10.84.0.12", running=True)
    scene.told(ts, "Done in", 60)
    after = next(b for b in scene.twin("state")["backends"] if b["address"] == REBUILT)
    assert after["id"] != before["id"]
    scene.in_order(ts)


def test_the_leader_is_dropped_after_it_gave_up_its_lead(scene: Scene) -> None:
    ts = scene.ask("/sr drop follower 10.84.0.12:9010")
    assert "leads the cluster" in scene.card(ts)
    scene.press(ts, "approve")
    scene.told(ts, "Please stop the frontend on 10.84.0.12")
    scene.fault("fe_down", fe="10.84.0.12")
    scene.told(ts, "leads now")
    scene.told(ts, "Done in")
    assert scene.sent() == ['ALTER SYSTEM DROP FOLLOWER "10.84.0.12:9010"']
