"""Mission 000 as one approved plan: the whole move of a cluster, from the first new host to the last old one."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import Scene
from workers.demo import house

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(scenario="before-join", speed=800.0, policy="quorum = 1\nexpires_s = 3600") as built:
        yield Scene(built)


@pytest.fixture(autouse=True)
def clean_table() -> None:
    """One story on one table."""


def test_mission_000_as_one_plan(scene: Scene) -> None:
    """0.12 rebuilt on a bigger disk, 0.18 and 0.19 retired, 91.16 and 91.18 new; the frontend on 0.18 never existed."""
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
