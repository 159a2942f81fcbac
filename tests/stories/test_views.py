"""Materialized views: paused and resumed in the order of what stands on what, on two versions that refresh differently."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.stories.scene import ALICE, BOB, Scene
from workers.demo import house

pytestmark = pytest.mark.story

POLICY = "quorum = 1\nexpires_s = 3600"
ACTIVE = ["dws.orders_hourly", "dws.users_daily", "dws.orders daily", "ads.gmv", "ads.top`10.v2", "报表.日报", "ads.on_demand"]


@pytest.fixture(scope="module", params=["3.3.3", "4.0"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    with house(scenario="mission003", columns=request.param, policy=POLICY, visibility_s=2.0) as built:
        yield Scene(built)


@pytest.fixture(autouse=True)
def clean_table(scene: Scene) -> Iterator[None]:
    scene.reset("mission003")
    yield
    scene.mend()


def rows(scene: Scene) -> dict[str, dict[str, Any]]:
    answer = scene.twin("sql", {"sql": "SELECT * FROM information_schema.materialized_views"})
    listed = [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]
    return {f"{row['TABLE_SCHEMA']}.{row['TABLE_NAME']}": row for row in listed}


def active(scene: Scene) -> list[str]:
    return [name for name, row in rows(scene).items() if row["IS_ACTIVE"] == "true"]


def altered(scene: Scene) -> list[str]:
    """What the bot altered, in order: `name ACTIVE`."""
    effects = [s for s in scene.twin("effects")["statements"] if s["user"] == "sr_bot"]
    return [effect.removeprefix("materialized view ") for s in effects for effect in s["effects"]]


def pause_all(scene: Scene) -> str:
    ts = scene.ask('/sr pause views all reason="upgrade tonight"')
    scene.press(ts, "approve", BOB)
    scene.told(ts, "Done in")
    return ts


def test_they_are_listed(scene: Scene) -> None:
    scene.type("/sr views")
    told = scene.private(ALICE, "Materialized views of demo")
    assert "dws.orders daily" in told and "base-table dropped" in told and "1 synchronous view" in told


def test_all_are_paused_and_resumed(scene: Scene) -> None:
    ts = pause_all(scene)
    assert active(scene) == []
    assert [line.removesuffix(" inactive") for line in altered(scene)][-1] == "dws.orders_hourly"
    assert "resume views all" in scene.told(ts, "Done in")
    back = scene.ask("/sr resume views all", nth=1)
    card = scene.card(back)
    assert ("completely" in card) == (scene.house.columns == "3.3.3")
    assert "base-table dropped" in card and "ads.over_old" in card
    scene.press(back, "approve", BOB)
    scene.told(back, "Done in", 60)
    assert sorted(active(scene)) == sorted(ACTIVE)
    order = [line.removesuffix(" active") for line in altered(scene) if line.endswith(" active")]
    for first, then in (("dws.orders_hourly", "dws.orders daily"), ("dws.orders daily", "ads.gmv"), ("ads.gmv", "报表.日报")):
        assert order.index(first) < order.index(then)
    seen = rows(scene)
    assert all(seen[name]["LAST_REFRESH_STATE"] == "SUCCESS" for name in ACTIVE)
    assert seen["dws.orders daily"]["LAST_REFRESH_FINISHED_TIME"] <= seen["ads.gmv"]["LAST_REFRESH_START_TIME"]
    scene.in_order(back)


def test_an_abort_in_the_middle_of_pausing_brings_back_what_was_paused(scene: Scene) -> None:
    scene.fault("slow_statements", ms=300, matching="` INACTIVE")
    ts = scene.ask("/sr pause views all")
    scene.press(ts, "approve", BOB)
    scene.told(ts, "is inactive")
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "Undone:", 30)
    assert sorted(active(scene)) == sorted(ACTIVE)
    assert "ads.over_old" not in " ".join(altered(scene))


def test_a_view_that_cannot_be_activated_stops_it_with_the_reason(scene: Scene) -> None:
    pause_all(scene)
    scene.fault("view_broken", view="dws.orders daily", error="Unknown table 'hive.ods.orders'")
    ts = scene.ask("/sr resume views", nth=1)
    scene.press(ts, "approve", BOB)
    said = scene.told(ts, "Can not active materialized view", 30)
    assert "Unknown table 'hive.ods.orders'" in said and "SELECT" not in said
    scene.wait(lambda: {"sr.op.retry", "sr.op.skip", "sr.op.abort"} <= set(scene.buttons(ts)))
    scene.fault("view_broken", view="dws.orders daily", error="")
    scene.press(ts, "retry", BOB)
    scene.told(ts, "Done in", 60)
    assert sorted(active(scene)) == sorted(ACTIVE)
    scene.in_order(ts)


def test_a_refresh_that_fails_stops_it_with_the_error(scene: Scene) -> None:
    pause_all(scene)
    scene.fault("view_fails", view="dws.users_daily", error="Memory of process exceed limit")
    ts = scene.ask("/sr resume views dws", nth=1)
    scene.press(ts, "approve", BOB)
    assert "dws.users_daily" in scene.told(ts, "Memory of process exceed limit", 30)
    scene.wait(lambda: "sr.op.skip" in scene.buttons(ts))
    scene.press(ts, "skip", BOB)
    scene.told(ts, "Done in", 60)
    assert "ads.gmv" not in active(scene) and "dws.orders daily" in active(scene)


def test_somebody_resumes_by_hand_meanwhile(scene: Scene) -> None:
    pause_all(scene)
    ts = scene.ask("/sr resume views dws", nth=1)
    scene.fault("view_refresh", view="dws.users_daily", seconds=1)
    scene.twin("sql", {"sql": "ALTER MATERIALIZED VIEW dws.users_daily ACTIVE"})
    scene.press(ts, "approve", BOB)
    scene.told(ts, "new plan")
    scene.shows(ts, "plan revision 2")
    scene.press(ts, "approve", BOB)
    scene.told(ts, "Done in", 60)
    assert "dws.users_daily active" not in altered(scene)


def test_a_worker_that_dies_between_two_views_sends_nothing_twice(scene: Scene) -> None:
    scene.kill("worker-2")
    scene.kill("worker-1")
    scene.revive("worker-1", SR_FAIL="after_send:3")
    ts = scene.ask("/sr pause views all")
    scene.press(ts, "approve", BOB)
    scene.wait(lambda: scene.house.processes["worker-1"].poll() is not None)
    scene.mend()
    scene.told(ts, "Done in", 60)
    assert len(altered(scene)) == len(ACTIVE) and active(scene) == []
    scene.in_order(ts)


def test_names_that_mean_nothing_are_told_in_private(scene: Scene) -> None:
    scene.type("/sr pause views dws.orders_hourli")
    scene.private(ALICE, "Did you mean")
    scene.type("/sr resume views dws.orders_old_daily")
    scene.private(ALICE, "nothing to resume")
    assert altered(scene) == []
