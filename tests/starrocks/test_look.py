"""What a look reads at each depth, and what it says when a part cannot be read."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from policies.address import Address
from policies.cluster import ClusterState, RunMode
from tests.starrocks.printed_rows import vertical
from tests.starrocks.scripted_cluster import (
    ALTER,
    FOLLOWER,
    LEADER,
    LEAVING,
    REPLICAS,
    TRANSACTION,
    cluster,
    disks_of,
    mission000,
    statistic,
)
from tests.starrocks.scripted_frontend import Cut, Error, Rows, ScriptedFrontend
from workers.starrocks import Depth, Refused, Unreadable, connect, look, parts, queries
from workers.starrocks.client import forget_preferences

NOW = datetime(2025, 6, 19, 12, 50, 30, tzinfo=UTC)
TARGET = Address(host="10.84.0.18", port=9050)
NO_OPERATE = Error(1252, "Access denied; you need (at least one of) the OPERATE privilege(s) on SYSTEM for this operation.")
NO_SUCH_TABLE = Error(1051, "Unknown table 'information_schema.partitions_meta'")


@pytest.fixture
def leader() -> Iterator[ScriptedFrontend]:
    forget_preferences()
    with ScriptedFrontend(mission000()) as running:
        yield running


def seen(frontend: ScriptedFrontend, depth: Depth, targets: tuple[Address, ...] = (TARGET,)) -> ClusterState:
    with connect(cluster((LEADER, frontend))) as connection:
        return look(connection, "prod", NOW, depth, targets)


def test_full_look_at_mission_000(leader: ScriptedFrontend) -> None:
    state = seen(leader, Depth.FULL)
    assert state.unread == {}
    assert (state.cluster, state.taken_at, state.version) == ("prod", NOW, "3.3.3-312ed45")
    assert (state.answered_by, state.run_mode) == ("10.84.0.12:9030", RunMode.SHARED_NOTHING)
    assert [b.id for b in state.backends] == [17766290, 18320972, 10004, 18810542, 18810543]
    assert sum(b.tablets for b in state.backends) == REPLICAS
    assert len(state.frontends) == 4
    assert state.leader is not None
    assert state.leader.address.host == LEADER
    assert all(b.disks and b.disks[0].data_used == b.data_used for b in state.backends)
    assert state.health is not None
    assert state.health.partitions == 900
    assert state.scheduler is not None
    assert state.colocate_groups is not None
    assert (state.transactions, state.alter_jobs) == ((), ())
    assert [(r.replication, r.partitions) for r in state.replication or ()] == [(1, 3), (3, 897)]
    assert [(t.backend_id, t.name, t.tablets) for t in state.one_replica or ()] == [(LEAVING, "events.raw", 46)]
    assert state.recycle_bin is not None
    assert state.recycle_bin.on_backend == {LEAVING: 0}
    assert state.privileges is not None
    assert (state.privileges.roles, state.privileges.missing) == (("cluster_admin",), ())


def test_a_full_look_survives_json(leader: ScriptedFrontend) -> None:
    state = seen(leader, Depth.FULL)
    assert ClusterState.model_validate_json(state.model_dump_json()) == state


@pytest.mark.parametrize(
    ("depth", "statements"),
    [
        (Depth.GLANCE, ["SHOW BACKENDS"]),
        (Depth.WATCH, ["SHOW BACKENDS", "SHOW PROC '/cluster_balance'"]),
        (Depth.STATUS, ["SHOW FRONTENDS", "SHOW BACKENDS", "SHOW COMPUTE NODES", "SHOW PROC '/statistic'"]),
    ],
)
def test_statements_of_the_cheap_looks(leader: ScriptedFrontend, depth: Depth, statements: list[str]) -> None:
    seen(leader, depth)
    assert leader.heard == [queries.SESSION, *statements]


def test_no_look_changes_anything(leader: ScriptedFrontend) -> None:
    for depth in Depth:
        seen(leader, depth)
    assert {sql.split()[0] for sql in leader.heard} == {"SET", "SHOW", "ADMIN", "SELECT"}
    assert not [sql for sql in leader.heard if sql.startswith("ADMIN") and not sql.startswith("ADMIN SHOW")]


def test_a_plan_is_judged_on_the_leaders_memory(leader: ScriptedFrontend) -> None:
    with ScriptedFrontend(mission000()) as follower:
        both = cluster((FOLLOWER, follower), (LEADER, leader))
        for _ in range(2):
            with connect(both) as connection:
                state = look(connection, "prod", NOW, Depth.FULL, (TARGET,))
            assert state.answered_by == f"{LEADER}:9030"
            assert state.unread == {}
        assert follower.statements() == ["SHOW FRONTENDS"]
        assert leader.statements().count("SHOW FRONTENDS") == 1


def test_a_leader_that_is_not_configured_is_told(leader: ScriptedFrontend) -> None:
    with connect(cluster((FOLLOWER, leader))) as connection:
        state = look(connection, "prod", NOW, Depth.FULL, (TARGET,))
    assert "10.84.0.12:9030" in state.unread["settings of the leader"]
    assert state.answered_by == f"{FOLLOWER}:9030"
    assert state.settings


def test_a_cluster_without_a_leader_is_told(leader: ScriptedFrontend) -> None:
    columns, values = vertical("frontends")
    role = columns.index("Role")
    followers = [[*line[:role], "FOLLOWER", *line[role + 1 :]] for line in values]
    leader.script[queries.FRONTENDS.sql] = Rows(columns, followers)
    state = seen(leader, Depth.STATUS)
    assert state.leader is None
    assert "settings of the leader" in state.unread


def test_without_the_list_of_backends_there_is_no_state(leader: ScriptedFrontend) -> None:
    leader.script[queries.BACKENDS.sql] = Error(1252, "Access denied; you need (at least one of) the OPERATE OR NODE")
    with pytest.raises(Refused):
        seen(leader, Depth.WATCH)


def test_a_backend_row_that_cannot_be_read_is_not_left_out(leader: ScriptedFrontend) -> None:
    columns, values = vertical("backends")
    values[2][columns.index("TabletNum")] = "many"
    leader.script[queries.BACKENDS.sql] = Rows(columns, values)
    with pytest.raises(Unreadable, match="TabletNum"):
        seen(leader, Depth.GLANCE)


def test_without_operate_everything_missing_is_named(leader: ScriptedFrontend) -> None:
    for sql in leader.script:
        if sql.startswith(("SHOW PROC", "ADMIN SHOW")):
            leader.script[sql] = NO_OPERATE
    state = seen(leader, Depth.FULL)
    assert {"settings", "health", "scheduler", "disks", "colocate_groups", "databases"} <= state.unread.keys()
    assert (state.health, state.scheduler, state.transactions, state.alter_jobs) == (None, None, None, None)
    assert all(b.disks is None for b in state.backends)
    assert state.privileges is not None
    assert len(state.privileges.missing) == 1
    assert "OPERATE" in state.privileges.missing[0]
    # The first backend's refusal stands for all of them.
    assert len([sql for sql in leader.heard if "'/backends/" in sql]) == 1


def test_old_versions_fall_back_to_table_defaults(leader: ScriptedFrontend) -> None:
    properties = '{"replication_num":"3","in_memory":"false"}'
    leader.script[queries.REPLICATION.sql] = NO_SUCH_TABLE
    leader.script[queries.TABLE_PROPERTIES.sql] = Rows(
        ["TABLE_SCHEMA", "TABLE_NAME", "PROPERTIES"], [["orders", "lines", properties], ["events", "raw", properties]]
    )
    state = seen(leader, Depth.FULL)
    assert [(r.replication, r.partitions) for r in state.replication or ()] == [(3, 2)]
    assert parts.NO_PARTITIONS_META in state.unread
    assert "replication" not in state.unread


def test_silently_empty_is_not_unread(leader: ScriptedFrontend) -> None:
    """Without a privilege on the tables partitions_meta has no rows and no error."""
    leader.script[queries.REPLICATION.sql] = Rows(["REPLICATION_NUM", "DB_NAME", "PARTITIONS", "TABLETS", "EXAMPLE"])
    leader.script[queries.STATISTIC.sql] = statistic(replicas=REPLICAS - 500)
    state = seen(leader, Depth.FULL)
    assert state.replication == ()
    assert "replication" not in state.unread
    # Hidden tables look like dropped ones: the bin must not be guessed.
    assert state.recycle_bin is None
    assert "recycle_bin" in state.unread


def test_the_recycle_bin_is_counted_when_totals_differ(leader: ScriptedFrontend) -> None:
    leader.script[queries.STATISTIC.sql] = statistic(replicas=REPLICAS - 500)
    leader.script[queries.recycled_replicas([LEAVING]).sql] = Rows(["BE_ID", "REPLICAS"], [[LEAVING, 212]])
    state = seen(leader, Depth.FULL)
    assert state.recycle_bin is not None
    assert state.recycle_bin.on_backend == {LEAVING: 212}


def test_one_replica_is_not_asked_for_where_there_is_none(leader: ScriptedFrontend) -> None:
    leader.script[queries.REPLICATION.sql] = Rows(
        ["REPLICATION_NUM", "DB_NAME", "PARTITIONS", "TABLETS", "EXAMPLE"], [[3, "orders", 900, 96_000, "lines"]]
    )
    state = seen(leader, Depth.FULL)
    assert state.one_replica == ()
    assert queries.one_replica_tables([LEAVING]).sql not in leader.heard


def test_loads_and_schema_changes(leader: ScriptedFrontend) -> None:
    leader.script[queries.running_transactions(11).sql] = Rows(
        TRANSACTION,
        [["7002", "young", "PREPARE", "2025-06-19 12:40:00"], ["7001", "old", "PREPARE", "2025-06-19 02:00:00"]],
    )
    leader.script[queries.alter_jobs("events", "COLUMN").sql] = Rows(
        ALTER,
        [
            ["1", "clicks", "2025-06-19 12:00:00", None, "RUNNING"],
            ["2", "raw", "2025-06-18 12:00:00", "2025-06-18 13:00:00", "FINISHED"],
            ["3", "raw", "2025-06-18 12:00:00", None, "CANCELLED"],
        ],
    )
    state = seen(leader, Depth.FULL)
    assert [(t.id, t.database) for t in state.transactions or ()] == [(7001, "orders"), (7002, "orders")]
    assert [(j.database, j.table, j.kind, j.state) for j in state.alter_jobs or ()] == [
        ("events", "clicks", "COLUMN", "RUNNING")
    ]


@pytest.mark.parametrize(
    ("code", "words"), [(1064, "Db 11 does not exist"), (1049, "Unknown database 'orders'"), (5501, "Unknown database 'orders'")]
)
def test_a_database_dropped_meanwhile_has_no_loads(leader: ScriptedFrontend, code: int, words: str) -> None:
    leader.script[queries.running_transactions(11).sql] = Error(code, words)
    leader.script[queries.alter_jobs("orders", "COLUMN").sql] = Error(code, words)
    state = seen(leader, Depth.FULL)
    assert (state.unread, state.transactions, state.alter_jobs) == ({}, (), ())


def test_evidence_of_a_stall(leader: ScriptedFrontend) -> None:
    leader.script[queries.SCHEDULER.sql] = Rows(["Item", "Number"], [["pending_tablets", "5"], ["running_tablets", "0"]])
    leader.script[queries.PENDING_TABLETS.sql] = Rows(
        ["TabletId", "Status", "State", "SrcBe", "ErrMsg"],
        [["9", "REPLICA_RELOCATING", "PENDING", "-1", "unable to find dest path for new replica"]],
    )
    leader.script[queries.recycled_replicas([LEAVING]).sql] = Rows(["BE_ID", "REPLICAS"], [[LEAVING, 30]])
    state = seen(leader, Depth.EVIDENCE)
    assert state.unread == {}
    assert state.scheduler is not None
    assert [t.tablet_id for t in state.scheduler.examples] == [9]
    assert state.recycle_bin is not None
    assert state.recycle_bin.on_backend == {LEAVING: 30}
    assert state.settings["drop_backend_after_decommission"] == "true"
    # The walk over every tablet is too dear to repeat while a drain stalls.
    assert queries.STATISTIC.sql not in leader.heard


def test_shared_data_needs_no_data_parts(leader: ScriptedFrontend) -> None:
    columns, values = vertical("backends")
    leader.script[queries.BACKENDS.sql] = Rows([*columns, "StarletPort"], [[*line, "9070"] for line in values])
    leader.script[queries.SETTINGS.sql] = Rows(["Key", "AliasNames", "Value"], [["run_mode", "[]", "shared_data"]])
    state = seen(leader, Depth.FULL)
    assert state.run_mode is RunMode.SHARED_DATA
    assert (state.replication, state.one_replica, state.recycle_bin) == (None, None, None)
    assert state.unread == {}
    assert not [sql for sql in leader.heard if "information_schema" in sql or "'/backends/" in sql]


def test_a_link_cut_in_the_middle_costs_one_part(leader: ScriptedFrontend) -> None:
    leader.script[queries.STATISTIC.sql] = Cut()
    leader.script[queries.recycled_replicas([LEAVING]).sql] = Rows(["BE_ID", "REPLICAS"])
    state = seen(leader, Depth.FULL)
    assert list(state.unread) == ["health"]
    assert state.replication
    assert state.privileges is not None
    assert state.privileges.missing == ()


def test_many_backends_have_the_fullest_disks_read(leader: ScriptedFrontend) -> None:
    count = parts.MOST_DISK_READS + 50
    columns, values = vertical("backends")
    first = dict(zip(columns, values[0], strict=True))
    lines = []
    for index in range(count):
        changed = {"BackendId": str(index + 1), "IP": f"10.85.{index // 250}.{index % 250}", "TabletNum": "1"}
        row = first | changed | {"MaxDiskUsedPct": f"{index % 90}.00 %"}
        lines.append(list(row.values()))
        leader.script[queries.disks(index + 1).sql] = disks_of(row)
    leader.script[queries.BACKENDS.sql] = Rows(columns, lines)
    emptiest = Address(host="10.85.0.0", port=9050)
    state = seen(leader, Depth.FULL, (emptiest,))
    read = [b for b in state.backends if b.disks]
    unread = [b for b in state.backends if not b.disks]
    assert (len(read), len(unread)) == (parts.MOST_DISK_READS, 50)
    assert emptiest in {b.address for b in read}
    lowest = min(b.max_disk_used_share for b in read if b.address != emptiest)
    assert lowest >= max(b.max_disk_used_share for b in unread)
    assert "disks of 50 backends" in state.unread


@pytest.mark.parametrize(
    ("current", "grants", "inside", "missing"),
    [
        ("cluster_admin", "GRANT 'cluster_admin' TO 'sr_bot'@'%'", {}, ""),
        ("root", "GRANT 'root' TO 'sr_bot'@'%'", {}, ""),
        ("NONE", "GRANT 'cluster_admin' TO 'sr_bot'@'%'", {}, "granted but not active"),
        ("public", "GRANT OPERATE ON SYSTEM TO USER 'sr_bot'@'%'", {}, "NODE"),
        ("keepers", "GRANT 'keepers' TO 'sr_bot'@'%'", {"keepers": "GRANT 'cluster_admin' TO ROLE 'keepers'"}, ""),
        ("keepers", "GRANT 'keepers' TO 'sr_bot'@'%'", {"keepers": "GRANT OPERATE ON SYSTEM TO ROLE 'keepers'"}, "NODE"),
    ],
)
def test_node_privilege_is_inferred_from_roles(
    leader: ScriptedFrontend, current: str, grants: str, inside: dict[str, str], missing: str
) -> None:
    leader.script[queries.CURRENT_ROLE.sql] = Rows(["CURRENT_ROLE"], [[current]])
    leader.script[queries.GRANTS.sql] = Rows(["UserIdentity", "Catalog", "Grants"], [["'sr_bot'@'%'", None, grants]])
    for role, line in inside.items():
        leader.script[queries.grants_of_role(role).sql] = Rows(["RoleName", "Catalog", "Grants"], [[role, None, line]])
    privileges = seen(leader, Depth.FULL).privileges
    assert privileges is not None
    assert bool(privileges.missing) is bool(missing)
    assert missing in " ".join(privileges.missing)
