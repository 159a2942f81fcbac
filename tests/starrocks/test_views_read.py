"""Materialized views read from the simulated cluster: every version's columns, rights, and a list that cannot be read."""

import pytest

from policies.acts import SetView
from policies.views import MANUAL_REASON
from tests.starrocks.twin_frontends import listening
from workers.starrocks import Depth, Refused, look_live, perform
from workers.starrocks.client import forget_preferences
from workers.twin import Twin

GMV = {"database": "ads", "name": "gmv"}


@pytest.fixture(autouse=True)
def start_anew() -> None:
    forget_preferences()


@pytest.mark.parametrize("columns", ["2.5", "3.1", "3.2", "3.3.3", "3.5", "4.0"])
def test_every_version_is_read_alike(columns: str) -> None:
    twin = Twin.from_scenario("mission003", columns=columns)
    with listening(twin) as cluster:
        state = look_live(cluster, Depth.VIEWS)
    views = state.views
    assert views is not None and state.unread == {}
    assert (len(views.seen), views.rollups) == (9, 1)
    gmv, old = views.find("ads", "gmv"), views.find("dws", "orders_old_daily")
    assert gmv is not None and old is not None
    assert (gmv.active, gmv.last_state, gmv.refresh, old.active) == (True, "SUCCESS", "ASYNC", False)
    assert views.reasons_told == (columns != "2.5")
    assert old.reason == ("base-table dropped: orders_old" if views.reasons_told else "")
    told = columns not in {"2.5", "3.1"}
    assert (views.stands_on is not None) == told
    assert len(views.under(gmv)) == (3 if told else 0)
    assert [entry.sql for entry in twin.log if entry.unknown or "DEFINITION" in entry.sql] == []


def test_what_was_sent_is_seen() -> None:
    twin = Twin.from_scenario("mission003")
    with listening(twin) as cluster:
        for name in ("orders daily", "orders daily"):
            perform(cluster, SetView(database="dws", name=name, active=False))
        perform(cluster, SetView(database="ads", name="top`10.v2", active=False))
        views = look_live(cluster, Depth.VIEWS).views
    assert views is not None
    assert {v.full_name for v in views.seen if v.reason == MANUAL_REASON} == {"dws.orders daily", "ads.top`10.v2", "ads.over_old"}
    assert [s.sql for s in twin.effects] == [
        "ALTER MATERIALIZED VIEW `dws`.`orders daily` INACTIVE",
        "ALTER MATERIALIZED VIEW `ads`.`top``10.v2` INACTIVE",
    ]


def test_a_refusal_tells_the_cause_and_not_the_definition() -> None:
    twin = Twin.from_scenario("mission003")
    twin.inject("view_broken", view="ads.gmv", error="Unknown table 'hive.ods.orders'")
    with listening(twin) as cluster:
        perform(cluster, SetView(active=False, **GMV))
        with pytest.raises(Refused) as refused:
            perform(cluster, SetView(active=True, **GMV))
    assert "Cause an error: Unknown table 'hive.ods.orders'" in str(refused.value)
    assert "SELECT" not in str(refused.value)


def test_an_account_without_rights_sees_none() -> None:
    twin = Twin.from_scenario("mission003")
    with listening(twin, user="sr_limited") as cluster:
        state = look_live(cluster, Depth.VIEWS)
    assert state.views is not None and state.views.seen == ()


@pytest.mark.parametrize(("user", "proven"), [("root", True), ("sr_bot", True), ("sr_limited", False)])
def test_the_right_to_alter_is_proven_by_role_or_grant(user: str, proven: bool) -> None:
    with listening(Twin.from_scenario("mission003"), user=user) as cluster:
        rights = look_live(cluster, Depth.FULL).privileges
    assert (rights.alters_views if rights else False) is proven
