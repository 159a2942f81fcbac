"""Materialized views of the twin: columns by version, activation and what it refreshes, the traps of names and rights."""

from typing import Any

import pytest

from workers.twin import SqlError

ALL = "SELECT * FROM information_schema.materialized_views"
VERSIONS = ["2.5", "3.1", "3.2", "3.3.3", "3.5", "4.0"]


def view(t: Any, name: str) -> dict[str, Any]:
    return next(row for row in t.rows(ALL) if row["TABLE_NAME"] == name)


@pytest.mark.parametrize("columns", VERSIONS)
def test_columns_by_version(talk: Any, columns: str) -> None:
    row = view(talk("mission003", columns=columns), "gmv")
    assert ("INACTIVE_REASON" in row) == (columns != "2.5")
    assert ("QUERY_REWRITE_STATUS" in row) == (columns in {"3.3.3", "3.5", "4.0"})
    assert isinstance(row["MATERIALIZED_VIEW_ID"], int) == (columns == "4.0")
    assert row["IS_ACTIVE"] == "true"


@pytest.mark.parametrize("columns", VERSIONS)
def test_what_stands_on_what_is_told_from_3_2_on(talk: Any, columns: str) -> None:
    t = talk("mission003", columns=columns)
    question = "SELECT REF_OBJECT_NAME FROM sys.object_dependencies WHERE OBJECT_NAME = 'gmv'"
    if columns in {"2.5", "3.1"}:
        with pytest.raises(SqlError, match="Unknown table"):
            t.rows(question)
    else:
        assert [row["REF_OBJECT_NAME"] for row in t.rows(question)] == ["orders daily", "users_daily"]


@pytest.mark.parametrize(("columns", "forced"), [("2.5", "true"), ("3.3.3", "true"), ("3.5", "true"), ("4.0", "false")])
def test_activation_refreshes_everything_or_what_changed(talk: Any, columns: str, forced: str) -> None:
    t = talk("mission003", columns=columns)
    before = view(t, "users_daily")["LAST_REFRESH_START_TIME"]
    t.do("ALTER MATERIALIZED VIEW `dws`.`users_daily` INACTIVE")
    assert view(t, "users_daily")["LAST_REFRESH_START_TIME"] == before
    t.do("ALTER MATERIALIZED VIEW `dws`.`users_daily` ACTIVE")
    t.twin.advance(20)
    row = view(t, "users_daily")
    assert (row["LAST_REFRESH_FORCE_REFRESH"], row["LAST_REFRESH_STATE"]) == (forced, "RUNNING" if forced == "true" else "SUCCESS")
    assert row["LAST_REFRESH_START_TIME"] > before


def test_on_demand_is_not_refreshed_by_activation(talk: Any) -> None:
    t = talk("mission003")
    t.do("ALTER MATERIALIZED VIEW ads.on_demand INACTIVE")
    t.do("ALTER MATERIALIZED VIEW ads.on_demand ACTIVE")
    assert view(t, "on_demand")["LAST_REFRESH_STATE"] == "SUCCESS"


def test_inactive_ends_a_refresh_and_says_who_did_it(talk: Any) -> None:
    t = talk("mission003")
    t.twin.inject("view_refresh", view="ads.gmv")
    t.twin.advance(5)
    t.do("ALTER MATERIALIZED VIEW ads.gmv INACTIVE")
    row = view(t, "gmv")
    assert row["LAST_REFRESH_STATE"] == "FAILED" and "set status to inactive" in row["INACTIVE_REASON"]
    t.twin.advance(600)
    assert view(t, "gmv")["LAST_REFRESH_STATE"] == "FAILED"


def test_twice_is_as_once(talk: Any) -> None:
    t = talk("mission003")
    t.do("ALTER MATERIALIZED VIEW dws.orders_old_daily INACTIVE")
    assert view(t, "orders_old_daily")["INACTIVE_REASON"].startswith("base-table dropped"), "its reason stays"
    t.do("ALTER MATERIALIZED VIEW ads.gmv ACTIVE")
    assert t.twin.effects == []


def test_a_base_that_is_inactive_forbids_activation(talk: Any) -> None:
    with pytest.raises(SqlError, match=r"inactive materialized view: orders_old_daily"):
        talk("mission003").do("ALTER MATERIALIZED VIEW ads.over_old ACTIVE")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("ALTER MATERIALIZED VIEW ads.gmv ACTIVE WITH NO_VALIDATION", "Unexpected input 'WITH'"),
        ("ALTER MATERIALIZED VIEW ads.nothing ACTIVE", "Unknown table 'ads.nothing'"),
        ("ALTER MATERIALIZED VIEW lake.events_by_day INACTIVE", "is not async materialized view"),
        ("ALTER MATERIALIZED VIEW gmv INACTIVE", "Unknown table"),
    ],
)
def test_what_is_refused(talk: Any, statement: str, words: str) -> None:
    t = talk("mission003")
    with pytest.raises(SqlError, match=words):
        t.do(statement)
    assert not t.twin.log[-1].unknown and t.twin.effects == []


def test_names_between_backticks(talk: Any) -> None:
    t = talk("mission003")
    for name in ("`dws`.`orders daily`", "`ads`.`top``10.v2`", "`报表`.`日报`"):
        t.do(f"ALTER MATERIALIZED VIEW {name} INACTIVE")
    assert sum(row["IS_ACTIVE"] == "false" for row in t.rows(ALL)) == 5


def test_an_account_without_rights_sees_none_and_changes_none(talk: Any) -> None:
    t = talk("mission003").other(user="sr_limited")
    assert t.rows(ALL) == [] and t.rows("SELECT * FROM sys.object_dependencies") == []
    with pytest.raises(SqlError, match=r"ALTER privilege\(s\) on MATERIALIZED VIEW gmv"):
        t.do("ALTER MATERIALIZED VIEW ads.gmv INACTIVE")


def test_four_refreshes_run_at_a_time(talk: Any) -> None:
    t = talk("mission003")
    for name in ("dws.orders_hourly", "dws.users_daily", "dws.orders daily", "ads.gmv", "报表.日报"):
        t.twin.inject("view_refresh", view=name, seconds=60)
    t.twin.advance(5)
    listed = t.rows(ALL)
    assert sum(row["LAST_REFRESH_STATE"] == "RUNNING" for row in listed) == 5
    waiting = [row["TABLE_NAME"] for row in listed if row["LAST_REFRESH_STATE"] == "RUNNING" and row["LAST_REFRESH_START_TIME"] is None]
    assert waiting == ["日报"], "one waits, and has no start yet"
    t.twin.advance(60)
    assert view(t, "日报")["LAST_REFRESH_START_TIME"] is not None


def test_2_5_tells_a_refresh_that_waits_by_its_creation(talk: Any) -> None:
    t = talk("mission003", columns="2.5")
    t.twin.inject("view_refresh", view="ads.gmv")
    assert (view(t, "gmv")["LAST_REFRESH_STATE"], view(t, "gmv")["LAST_REFRESH_START_TIME"] is None) == ("PENDING", False)


def test_a_new_leader_knows_of_no_refresh(talk: Any) -> None:
    t = talk("mission003")
    t.twin.inject("view_refresh", view="ads.gmv")
    t.twin.advance(5)
    t.twin.inject("leader_lost")
    t.twin.advance(60)
    assert view(t.other(t.twin.cluster.leader.host), "gmv")["LAST_REFRESH_STATE"] == "FAILED"
