"""Statements: what is understood, what is not, who may send what, and how versions differ."""

from typing import Any

import pytest

from workers.twin import SqlError


def refusal(t: Any, sql: str) -> SqlError:
    with pytest.raises(SqlError) as caught:
        t.do(sql)
    return caught.value


@pytest.mark.parametrize(
    "sql",
    [
        "FROBNICATE x",
        "SHOW BACKEND",
        "SHOW BACKENDS NOW",
        "ALTER SYSTEM DECOMISSION BACKEND '10.84.0.18:9050'",
        "ALTER SYSTEM DECOMMISSION BACKEND 10.84.0.18",
        "ADMIN FOO BAR",
        "SHOW PROC '/no/such/path'",
        "SELECT NO_SUCH_COLUMN FROM information_schema.tables",
        "SELECT * FROM information_schema.no_such_table",
        "",
    ],
)
def test_unknown_statements_are_errors_and_recorded(talk: Any, sql: str) -> None:
    t = talk()
    error = refusal(t, sql)
    assert error.code in (1064, 1051)
    entry = t.twin.log[-1]
    assert (entry.sql, entry.unknown) == (sql, True)
    assert entry.outcome == f"error {error.code}: {error.text}"


def test_the_syntax_error_tells_the_place(talk: Any) -> None:
    error = refusal(talk(), "ALTER SYSTEM DECOMISSION BACKEND 'x'")
    assert error.text.startswith(
        "Getting syntax error at line 1, column 13. Detail message: Unexpected input 'DECOMISSION', "
        "the most similar input is {'ADD', 'DROP', 'DECOMMISSION'"
    )
    assert "line 2, column 1" in refusal(talk(), "SHOW\n BACKENDZ").text


@pytest.mark.parametrize(
    "sql",
    [
        'ALTER SYSTEM ADD FOLLOWER "10.84.5.1:9010", "10.84.5.2:9010"',
        'ALTER SYSTEM DROP OBSERVER "10.84.5.1:9010", "10.84.5.2:9010"',
        'CANCEL ALTER SYSTEM DECOMMISSION BACKEND "10.84.0.18:9050"',
        "SHOW CATALOG RECYCLE BIN",
    ],
)
def test_known_mistakes_are_errors_but_not_unknown(talk: Any, sql: str) -> None:
    t = talk()
    assert "Getting syntax error" in refusal(t, sql).text
    assert not t.twin.log[-1].unknown


@pytest.mark.parametrize(
    "sql",
    [
        "SET NAMES utf8mb4",
        "SET autocommit=1",
        "SET time_zone = '+00:00', forward_to_leader = true",
        "SET SESSION query_timeout = 600",
        "SET @@session.query_timeout = 600",
        "set role all",
        "SET ROLE cluster_admin",
        "USE ods",
        "BEGIN",
        "alter system create image",
        "ALTER SYSTEM CLEAN TABLET SCHEDULER QUEUE;",
        "ALTER SYSTEM DECOMMISSION BACKEND '10.84.0.18:9050' -- with single quotes and a comment",
    ],
)
def test_statements_without_rows(talk: Any, sql: str) -> None:
    t = talk()
    t.do(sql)
    assert t.twin.log[-1].outcome == "ok"


@pytest.mark.parametrize(
    ("sql", "first"),
    [
        ("SELECT 1", {"1": 1}),
        ("SELECT VERSION() AS v", {"v": "5.1.0"}),
        ("SELECT current_version() AS v", {"v": "3.3.3 312ed45"}),
        ("SELECT CURRENT_USER() AS u", {"u": "'sr_bot'@'%'"}),
        ("SELECT CURRENT_USER AS u", {"u": "'sr_bot'@'%'"}),
        ("SELECT CURRENT_ROLE() AS CURRENT_ROLE", {"CURRENT_ROLE": "cluster_admin"}),
        ("SELECT @@version_comment LIMIT 1", {"@@version_comment": "StarRocks version 3.3.3-312ed45"}),
        ("select @@session.time_zone as z", {"z": "Asia/Shanghai"}),
        ("SELECT NOW() AS now", {"now": "2025-06-19 12:50:29"}),
        ("SELECT UNIX_TIMESTAMP() AS now", {"now": 1750308629}),
        ("SHOW VARIABLES LIKE 'query_time%'", {"Variable_name": "query_timeout", "Value": "300"}),
    ],
)
def test_small_selects(talk: Any, sql: str, first: dict[str, object]) -> None:
    assert talk().rows(sql)[0] == first


def test_a_global_variable_is_metadata(talk: Any) -> None:
    """New sessions have it on every frontend, through an election; one that is open keeps its own; no answer without OPERATE."""
    t, name = talk(), "cbo_enable_low_cardinality_optimize"
    follower = t.twin.session("10.84.0.19")
    t.do(f"SET GLOBAL {name} = OFF")
    assert t.twin.log[-1].effects == [f"global variable {name}: true -> false"]
    shown = {"Variable_name": name, "Value": "false"}
    assert t.twin.execute(f"SHOW VARIABLES LIKE '{name}'", follower).dicts() == [shown | {"Value": "true"}]
    assert t.twin.execute(f"SHOW GLOBAL VARIABLES LIKE '{name}'", follower).dicts() == [shown]
    t.twin.inject("leader_lost")
    t.twin.advance(60)
    assert t.twin.execute(f"SHOW VARIABLES LIKE '{name}'", t.twin.session()).dicts() == [shown]


@pytest.mark.parametrize(
    ("sql", "code", "words"),
    [
        ("SET GLOBAL no_such_variable = 1", 1193, "Unknown system variable 'no_such_variable'"),
        ("SET GLOBAL enable_pipeline_engine = maybe", 1232, "Incorrect argument type to variable"),
        ("SET GLOBAL batch_size = 'many'", 1232, "Incorrect argument type to variable"),
        ("SET GLOBAL license = 'mine'", 1238, "read only"),
    ],
)
def test_a_global_variable_that_is_refused(talk: Any, sql: str, code: int, words: str) -> None:
    error = refusal(talk(), sql)
    assert (error.code, words in error.text) == (code, True)


def test_a_global_variable_needs_operate(talk: Any) -> None:
    t = talk().other(user="sr_limited")
    assert "OPERATE" in refusal(t, "SET GLOBAL batch_size = 4096").text


def test_connection_id_is_the_sessions(talk: Any) -> None:
    t = talk()
    assert t.rows("SELECT CONNECTION_ID() AS id") == [{"id": t.session.id}]
    assert t.twin.log[-1].connection == t.session.id


def test_replication_numbers(talk: Any) -> None:
    t = talk("mission000")
    rows = t.rows(
        "SELECT REPLICATION_NUM, COUNT(*) AS parts, SUM(BUCKETS) AS tablets FROM information_schema.partitions_meta "
        "GROUP BY REPLICATION_NUM ORDER BY REPLICATION_NUM"
    )
    assert [(row["REPLICATION_NUM"], row["tablets"]) for row in rows] == [(1, 208), (2, 10_960), (3, 88_762)]
    assert sum(row["parts"] for row in rows) == int(t.total()["PartitionNum"])


def test_one_replica_partitions_whatever_the_table_says(talk: Any) -> None:
    t = talk("mission000")
    rows = t.rows(
        "SELECT DB_NAME, TABLE_NAME, COUNT(*) AS parts, SUM(BUCKETS) AS tablets FROM information_schema.partitions_meta "
        "WHERE REPLICATION_NUM < 2 GROUP BY DB_NAME, TABLE_NAME ORDER BY TABLE_NAME"
    )
    assert [(row["TABLE_NAME"], row["tablets"]) for row in rows] == [("backfill", 72), ("etl_stage", 136)]
    by_default = t.rows(
        "SELECT TABLE_NAME FROM information_schema.tables_config WHERE PROPERTIES LIKE '%\"replication_num\":\"1\"%'"
    )
    assert [row["TABLE_NAME"] for row in by_default] == ["etl_stage"]


def test_be_tablets_of_one_backend_and_of_dead_ones(talk: Any) -> None:
    t = talk()
    ident = t.backend("10.84.0.18")["BackendId"]
    sql = f"SELECT COUNT(*) AS tablets, SUM(DATA_SIZE) AS bytes FROM information_schema.be_tablets WHERE BE_ID = {ident}"
    assert t.rows(sql)[0]["tablets"] == t.tablets("10.84.0.18")
    t.twin.inject("be_down", at="10.84.0.18")
    assert t.rows(sql)[0]["tablets"] == 0, "a dead backend is silently absent"


def test_what_cluster_admin_alone_may_not(talk: Any) -> None:
    t = talk()
    limited = t.other(user="sr_limited")
    for sql in (
        "SHOW PROC '/backends'",
        "ADMIN SHOW FRONTEND CONFIG",
        'ADMIN SET FRONTEND CONFIG ("disable_balance" = "true")',
        "SELECT COUNT(*) FROM information_schema.be_tablets",
    ):
        error = refusal(limited, sql)
        assert (error.code, error.sqlstate) == (1252, "42000")
        assert error.text.startswith("Access denied; you need (at least one of) the OPERATE privilege(s) on SYSTEM")
    assert limited.rows("SELECT COUNT(*) AS n FROM information_schema.partitions_meta") == [{"n": 0}]
    assert limited.rows("SELECT TABLE_NAME FROM information_schema.tables") == []
    assert len(limited.rows("SHOW BACKENDS")) == 5
    limited.do('ALTER SYSTEM DECOMMISSION BACKEND "10.84.0.18:9050"')


def test_grants(talk: Any) -> None:
    t = talk()
    grants = [row["Grants"] for row in t.rows("SHOW GRANTS")]
    assert grants[0] == "GRANT 'cluster_admin' TO USER 'sr_bot'@'%'"
    assert any("GRANT OPERATE" in grant for grant in grants)
    assert t.rows("SHOW GRANTS FOR ROLE 'cluster_admin'")[0]["Grants"] == "GRANT NODE ON SYSTEM TO ROLE 'cluster_admin'"


def test_kill_and_processlist(talk: Any) -> None:
    t = talk()
    victim = t.other("10.84.0.12")
    assert {row["Id"] for row in t.rows("SHOW PROCESSLIST")} == {str(t.session.id), str(victim.session.id)}
    t.do(f"KILL {victim.session.id}")
    assert victim.session.closed
    assert refusal(t, "KILL 999999").code == 1094


def test_blacklist_is_per_frontend(talk: Any) -> None:
    t = talk()
    t.do("ADD BACKEND BLACKLIST 10003")
    assert [row["BackendId"] for row in t.rows("SHOW BACKEND BLACKLIST")] == ["10003"]
    assert t.other("10.84.0.19").rows("SHOW BACKEND BLACKLIST") == []
    assert refusal(t, "ADD BACKEND BLACKLIST 7").text == "Not found backend: 7"


@pytest.mark.parametrize(
    ("columns", "present", "absent"),
    [
        ("2.5", {"CpuCores"}, {"NumRunningQueries", "Location", "StatusCode"}),
        ("3.2", {"CpuUsedPct"}, {"DataCacheMetrics", "Location", "StatusCode"}),
        ("3.3.3", {"DataCacheMetrics", "Location"}, {"MemLimit", "StatusCode"}),
        ("4.0", {"MemLimit", "StatusCode", "Location"}, {"StarletPort"}),
    ],
)
def test_columns_by_version(talk: Any, columns: str, present: set[str], absent: set[str]) -> None:
    t = talk(columns=columns)
    row = t.rows("SHOW BACKENDS")[0]
    assert present <= row.keys()
    assert not absent & row.keys()
    assert (next(iter(t.rows("SHOW FRONTENDS")[0])) == "Id") is (columns == "4.0")
    assert row["Version"].startswith(columns)


def test_version_4_says_it_differently(talk: Any) -> None:
    t = talk(columns="4.0")
    assert t.rows("SELECT VERSION() AS v")[0]["v"] == "8.0.33"
    assert refusal(t.other(user="sr_limited"), "SHOW PROC '/backends'").code == 5203
    assert refusal(t, "SELECT * FROM information_schema.nothing_here").code == 5502
    assert refusal(t, "USE nothing_here").code == 5501


def test_old_versions_lack_partitions_meta(talk: Any) -> None:
    t = talk(columns="2.5")
    error = refusal(t, "SELECT COUNT(*) FROM information_schema.partitions_meta")
    assert (error.code, error.unknown) == (1051, False)
    partitions = t.rows("SHOW PARTITIONS FROM scratch.backfill")
    assert {row["ReplicationNum"] for row in partitions} == {"1"}


def test_shared_data_shows_itself(talk: Any) -> None:
    t = talk("shared-data")
    assert {"StarletPort", "WorkerId"} <= t.rows("SHOW BACKENDS")[0].keys()
    assert len(t.rows("SHOW COMPUTE NODES")) == 2
    assert t.setting("run_mode") == "shared_data"
    rows = t.rows("SELECT DISTINCT REPLICATION_NUM AS n FROM information_schema.partitions_meta")
    assert rows == [{"n": 1}]


def test_the_same_seed_gives_the_same_drain(talk: Any) -> None:
    ends = set()
    for _ in range(2):
        t = talk(seed=11)
        t.do('ALTER SYSTEM DECOMMISSION BACKEND "10.84.0.18:9050"')
        t.twin.advance(230)
        ends.add((t.twin.course.clones.finished, t.tablets("10.84.0.18"), t.tablets("10.84.91.16")))
    assert len(ends) == 1
