"""Nodes change places: replaced, rebuilt, migrated in one approved plan, as mission 000 does it by hand."""

import pytest

from tests.stories.scene import TARGET, Scene

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("moving")]

NEW_HOST = "10.84.91.20"
NEW = f"{NEW_HOST}:9050"
REBUILT = "10.84.0.12:9050"


def test_a_node_with_another_version_is_taken_out_again(scene: Scene) -> None:
    scene.fault("host_offers", host=NEW_HOST, version="3.3.4-abcdef0")
    ts = scene.ask(f"/sr add be {NEW}")
    scene.press(ts, "approve")
    assert "runs 3.3.4-abcdef0, but the cluster runs 3.3.3-312ed45" in scene.told(ts, "Taking it out again")
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


def test_mission_000_as_one_plan(scene: Scene) -> None:
    """0.12 rebuilt on a bigger disk, 0.18 and 0.19 retired, 91.16 and 91.18 new; the frontend on 0.18 never existed."""
    scene.reset("before-join")
    scene.twin("speed", {"factor": 2000})
    for host in ("10.84.91.16", "10.84.91.18"):
        scene.fault("host_offers", host=host, disk_gb=1510)
    old = "10.84.0.18:9050 10.84.0.19:9050 10.84.0.18:9010 10.84.0.19:9010"
    new = "10.84.91.16:9050 10.84.91.18:9050 10.84.91.16:9010 10.84.91.18:9010"
    ts = scene.ask(f"/sr migrate {old} to {new} rebuild=10.84.0.12:9050 path=/data2/starrocks/be")
    card = scene.card(ts)
    assert "There is no frontend 10.84.0.18:9010: nothing to drop there." in card
    assert "2 → 3 → 4 → 3" in card
    scene.press(ts, "approve")
    scene.told(ts, "Please stop the BE process on 10.84.0.12", 120)
    scene.fault("host_process", host="10.84.0.12", running=False)
    scene.fault("host_offers", host="10.84.0.12", disk_gb=1510)
    scene.told(ts, "Please start the BE process on 10.84.0.12", 60)
    scene.fault("host_process", host="10.84.0.12", running=True)
    scene.told(ts, "Please stop the frontend process on 10.84.0.19", 180)
    scene.fault("fe_down", fe="10.84.0.19")
    end = scene.told(ts, "Done in", 60)
    assert "10.84.0.12:9050 is back on its new disk, with a new id" in end
    assert sorted(scene.listed()) == ["10.84.0.12:9050", "10.84.91.16:9050", "10.84.91.18:9050"]
    frontends = sorted(fe["host"] for fe in scene.twin("state")["frontends"])
    assert frontends == ["10.84.0.12", "10.84.91.16", "10.84.91.18"]
    assert [s.removeprefix("ALTER SYSTEM ") for s in scene.sent()] == [
        'ADD BACKEND "10.84.91.16:9050"',
        'ADD BACKEND "10.84.91.18:9050"',
        'DECOMMISSION BACKEND "10.84.0.12:9050"',
        'ADD BACKEND "10.84.0.12:9050"',
        'DECOMMISSION BACKEND "10.84.0.18:9050"',
        'DECOMMISSION BACKEND "10.84.0.19:9050"',
        'ADD FOLLOWER "10.84.91.16:9010"',
        'ADD FOLLOWER "10.84.91.18:9010"',
        'DROP FOLLOWER "10.84.0.19:9010"',
    ]
    scene.in_order(ts)
