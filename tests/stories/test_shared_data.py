"""Where the data lies in object storage: no replica is at risk, nodes come and go, queries are what counts."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import ALICE, Scene
from workers.demo import house

pytestmark = pytest.mark.story

NEW = "10.84.91.20:9050"


@pytest.fixture(scope="module", params=["3.3.3", "4.0"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    with house(scenario="shared-data", columns=request.param, policy="quorum = 1\nexpires_s = 3600", visibility_s=2.0) as built:
        yield Scene(built)


@pytest.fixture(autouse=True)
def clean_table(scene: Scene) -> None:
    scene.reset("shared-data")


def test_a_drain_needs_no_check_of_data(scene: Scene) -> None:
    target = scene.listed()[0]
    ts = scene.ask(f"/sr decommission be {target}")
    assert "soft limit" not in scene.card(ts) and "only copy" not in scene.card(ts)
    scene.press(ts, "approve")
    scene.told(ts, "Done in", 30)
    assert target not in scene.listed()
    scene.in_order(ts)


def test_a_compute_node_comes_and_goes(scene: Scene) -> None:
    ts = scene.ask(f"/sr add cn {NEW}")
    # 3.3.3 does not say whom a node works for.
    tells = "default_warehouse" in scene.card(ts)
    assert tells == (scene.house.columns == "4.0") and (not tells or "has 4 nodes, 4 of them alive" in scene.card(ts))
    scene.press(ts, "approve")
    scene.told(ts, "Done in", 30)
    scene.fault("running_queries", at=NEW, queries=3)
    scene.type(f"/sr drop cn {NEW}")
    back = str(scene.wait(lambda: scene.slack.cards()[1:])[0]["ts"])
    assert "runs 3 queries now" in scene.card(back)
    assert ("4 of its 5 nodes stay, alive" in scene.card(back)) == tells
    scene.press(back, "approve")
    scene.told(back, "is out of the cluster")
    assert scene.sent() == [f'ALTER SYSTEM ADD COMPUTE NODE "{NEW}"', f'ALTER SYSTEM DROP COMPUTE NODE "{NEW}"']
    scene.in_order(ts)


def test_a_backend_is_dropped_although_it_caches_tablets(scene: Scene) -> None:
    target = scene.listed()[0]
    ts = scene.ask(f"/sr drop be {target}")
    scene.press(ts, "approve")
    scene.told(ts, "is out of the cluster")
    assert target not in scene.listed()


def test_a_role_is_not_mixed_up(scene: Scene) -> None:
    scene.type(f"/sr drop cn {scene.listed()[0]}")
    scene.private(ALICE, "is a BE, not a CN")


def test_a_compute_node_restarts_where_there_is_no_backend(scene: Scene) -> None:
    """As such clusters usually are: an empty list of backends is what is true there."""
    for backend in scene.listed():
        scene.twin("sql", {"sql": f'ALTER SYSTEM DROP BACKEND "{backend}"'})
    node = "10.87.0.11:9050"
    ts = scene.ask(f"/sr restart cn {node}")
    scene.press(ts, "approve")
    scene.told(ts, "Please restart the CN process on 10.87.0.11")
    for running in (False, True):
        scene.fault("host", host="10.87.0.11", process="cn", running=running)
    scene.told(ts, "Done in", 30)
    scene.in_order(ts)
