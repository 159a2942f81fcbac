"""What a frontend refuses, in its own words and in its own order."""

from typing import Any

import pytest

from workers.twin import SqlError

NO_SPACE = "It will cause insufficient disk space if these BEs are decommissioned."
NOT_ENOUGH = (
    "It will cause insufficient BE number if these BEs are decommissioned because the table {} requires {} replicas."
)


def refusal(t: Any, sql: str) -> SqlError:
    with pytest.raises(SqlError) as caught:
        t.do(sql)
    assert not t.twin.log[-1].effects or "added" in str(t.twin.log[-1].effects) or "dropped" in str(t.twin.log[-1].effects)
    return caught.value


def decommission(*hosts: str) -> str:
    return "ALTER SYSTEM DECOMMISSION BACKEND " + ", ".join(f'"{host}:9050"' for host in hosts)


@pytest.mark.parametrize(
    ("scenario", "hosts", "text"),
    [
        ("mission000", ["10.84.0.12", "10.84.0.18", "10.84.0.19"], NOT_ENOUGH.format("ods.user_events", 3)),
        ("before-join", ["10.84.0.18"], NOT_ENOUGH.format("ods.user_events", 3)),
        ("before-join", ["10.84.0.12"], NOT_ENOUGH.format("ods.user_events", 3)),
        ("small", ["10.84.0.12", "10.84.0.18", "10.84.0.19"], NOT_ENOUGH.format("ods.events", 3)),
        ("mission000", ["10.84.0.99"], "Backend does not exist[10.84.0.99:9050]"),
        ("mission000", ["10.84.0.18", "10.84.0.99"], "Backend does not exist[10.84.0.99:9050]"),
    ],
)
def test_decommission_refusals(talk: Any, scenario: str, hosts: list[str], text: str) -> None:
    t = talk(scenario)
    error = refusal(t, decommission(*hosts))
    assert (error.code, error.sqlstate, error.text) == (1064, "HY000", text)
    assert all(row["SystemDecommissioned"] == "false" for row in t.rows("SHOW BACKENDS")), "all or nothing"


def test_two_old_backends_fit_together(talk: Any) -> None:
    t = talk("mission000")
    t.do(decommission("10.84.0.18", "10.84.0.12"))
    assert sum(row["SystemDecommissioned"] == "true" for row in t.rows("SHOW BACKENDS")) == 2


def test_earlier_drains_count_as_need(talk: Any) -> None:
    """Each alone has room for twice its data, but not after another was accepted."""
    t = talk()
    for host in ("10.84.0.12", "10.84.0.19", "10.84.91.16", "10.84.91.18"):
        t.twin.inject("set_disk", at=host, data_used_gb=10, avail_gb=6)
    t.twin.inject("set_disk", at="10.84.0.18", data_used_gb=10, avail_gb=6)
    t.do(decommission("10.84.0.18"))
    assert refusal(t, decommission("10.84.0.19")).text == NO_SPACE


def test_dead_stayers_count_as_room_but_not_as_backends(talk: Any) -> None:
    t = talk()
    t.twin.inject("be_down", at="10.84.91.16")
    t.twin.inject("be_down", at="10.84.91.18")
    t.twin.advance(30)
    assert refusal(t, decommission("10.84.0.18")).text == NOT_ENOUGH.format("ods.events", 3)


def test_statistics_tables_count_or_not_by_version(talk: Any) -> None:
    for columns, refused in (("3.3.3", True), ("4.0", False)):
        t = talk("three-be", columns=columns)
        cluster = t.twin.cluster
        table = cluster.catalog.add_table("_statistics_.column_statistics", 3, 1024)
        partition = cluster.catalog.add_partition(table, "column_statistics", 3, 3)
        cluster.placement.place(table, 3, list(cluster.backends), range(partition.first_tablet, partition.first_tablet + 3))
        if refused:
            text = NOT_ENOUGH.format("_statistics_.column_statistics", 3)
            assert refusal(t, decommission("10.86.0.2")).text == text
        else:
            t.do(decommission("10.86.0.2"))


def test_drop_sees_tables_of_one_replica_only(talk: Any) -> None:
    t = talk("mission000")
    error = refusal(t, 'ALTER SYSTEM DROP BACKEND "10.84.0.18:9050"')
    assert error.text == (
        "Tables such as [scratch.etl_stage] on the backend[10.84.0.18:9050] have only one replica. To avoid data loss, "
        "please change the replication_num of [scratch.etl_stage] to three. ALTER SYSTEM DROP BACKEND <backends> FORCE "
        "can be used to forcibly drop the backend. "
    )
    # D and E hold no tablet of a one-replica table; the one-replica partitions of scratch.backfill are not looked at.
    t.do('ALTER SYSTEM DROP BACKEND "10.84.91.18:9050"')
    assert t.backend("10.84.91.18") is None


def test_forced_drop_loses_and_the_rest_is_cloned_again(talk: Any, replicas: Any) -> None:
    t = talk()
    t.do('ALTER SYSTEM DROP BACKEND "10.84.0.18:9050" FORCE')
    lost = [tablet for tablet, backends in replicas(t.twin).items() if not backends]
    assert lost, "one-replica tablets are gone"
    assert int(t.total()["UnhealthyTabletNum"]) > len(lost)
    t.twin.advance(900)
    assert int(t.total()["UnhealthyTabletNum"]) == len(lost)
    assert "unable to find source replica" in t.messages()


@pytest.mark.parametrize(("columns", "kept"), [("3.3.3", True), ("4.0", False)])
def test_a_list_of_drops_is_not_atomic(talk: Any, columns: str, kept: bool) -> None:
    t = talk(columns=columns)
    error = refusal(t, 'ALTER SYSTEM DROP BACKEND "10.84.0.18:9050", "10.84.0.99:9050" FORCE')
    assert error.text == "backend does not exists[10.84.0.99:9050]"
    assert (t.backend("10.84.0.18") is not None) is kept


def test_add_backend_twice(talk: Any) -> None:
    t = talk()
    error = refusal(t, 'ALTER SYSTEM ADD BACKEND "10.84.7.7:9050", "10.84.0.18:9050"')
    assert error.text == "Backend already exists with same host 10.84.0.18 and port 9050"
    assert t.backend("10.84.7.7") is None, "the list is checked before anything is added"


@pytest.mark.parametrize(
    ("address", "detail"),
    [("10.84.0.18", "Invalid host port"), ("10.84.0.18:70000", "Port is out of range: 70000"), ("", "Invalid host port")],
)
def test_malformed_addresses(talk: Any, address: str, detail: str) -> None:
    error = refusal(talk(), f'ALTER SYSTEM DECOMMISSION BACKEND "{address}"')
    assert "BACKEND host or port is wrong." in error.text
    assert detail in error.text


def test_cancel_of_an_unknown_backend_names_the_host(talk: Any) -> None:
    error = refusal(talk(), 'CANCEL DECOMMISSION BACKEND "10.84.0.99:9050"')
    assert error.text == "Backend does not exists[10.84.0.99]"
    error = refusal(talk(columns="4.0"), 'CANCEL DECOMMISSION BACKEND "10.84.0.99:9050"')
    assert error.text == "Backend does not exist[10.84.0.99:9050]"


def test_shared_data_skips_the_checks(talk: Any) -> None:
    t = talk("shared-data")
    t.do('ALTER SYSTEM DECOMMISSION BACKEND "10.87.0.1:9050", "10.87.0.2:9050"')
    t.twin.advance(11)
    assert t.rows("SHOW BACKENDS") == []


def test_a_dead_backend_is_dropped_and_its_replicas_are_made_again(talk: Any, replicas: Any) -> None:
    """Without tablets of one replica nothing is lost: every tablet is whole again on the survivors."""
    t = talk("mission000")
    t.twin.inject("be_down", at="10.84.91.18")
    t.twin.advance(60)
    assert t.backend("10.84.91.18")["Alive"] == "false"
    whole = int(t.total()["ReplicaNum"])
    t.do('ALTER SYSTEM DROP BACKEND "10.84.91.18:9050"')
    assert int(t.total()["ReplicaNum"]) == whole - 3215
    assert int(t.total()["UnhealthyTabletNum"]) == 3215
    assert t.twin.run_until(lambda: not t.twin.course.checker.unhealthy(), 7200)
    assert int(t.total()["ReplicaNum"]) == whole
    assert all(replicas(t.twin).values())


def test_a_dead_backend_with_the_only_copies_needs_force(talk: Any) -> None:
    t = talk("mission000")
    t.twin.inject("be_down", at="10.84.0.18")
    t.twin.advance(60)
    error = refusal(t, 'ALTER SYSTEM DROP BACKEND "10.84.0.18:9050"')
    assert "have only one replica" in error.text
    assert t.backend("10.84.0.18") is not None
