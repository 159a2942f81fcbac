"""Rows about tablets, tables, jobs, settings and privileges."""

from datetime import UTC, datetime

import pytest

from tests.starrocks.printed_rows import rows_of
from workers.starrocks import privileges, reader
from workers.starrocks.errors import Unreadable

STATISTIC = "DbId|DbName|TableNum|PartitionNum|IndexNum|TabletNum|ReplicaNum|UnhealthyTabletNum|InconsistentTabletNum"
STATISTIC += "|CloningTabletNum|ErrorStateTabletNum"


def test_health_is_the_total_row() -> None:
    """Its DbName is a number of databases, not a name (fe: common/proc/StatisticProcDir.java)."""
    health = reader.health(rows_of(STATISTIC, "11|orders|3|9|9|30|90|1|0|0|0", "Total|7|60|900|900|96138|288414|12|3|2|1"))
    assert (health.tables, health.partitions, health.tablets, health.replicas) == (60, 900, 96138, 288414)
    assert (health.unhealthy, health.inconsistent, health.cloning, health.error_state) == (12, 3, 2, 1)


def test_health_without_totals_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="totals"):
        reader.health(rows_of(STATISTIC, "11|orders|3|9|9|30|90|1|0|0|0"))


def test_scheduler() -> None:
    found = reader.scheduler(rows_of("Item|Number", "sched_stat|1", "pending_tablets|312", "running_tablets|16"))
    assert (found.pending, found.running) == (312, 16)


def test_scheduler_without_its_counts_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        reader.scheduler(rows_of("Item|Number", "sched_stat|1"))


PENDING = "TabletId|Status|State|SrcBe|ErrMsg"


def test_pending_examples_prefer_messages_and_stay_few() -> None:
    quiet = [f"{i}|REPLICA_RELOCATING|PENDING|-1|" for i in range(100)]
    waiting = [f"{1000 + i}|REDUNDANT|PENDING|10004|wait txn before {7000 + i} to be finished" for i in range(50)]
    rows = rows_of(PENDING, *quiet, *waiting, "9|REPLICA_RELOCATING|PENDING|-1|unable to find dest path")
    found = reader.examples(reader.pending(rows))
    kinds = [bool(example.message) for example in found]
    assert kinds == [True] * 6 + [False] * 5
    assert {example.from_backend for example in found} == {None, 10004}


HISTORY = "TabletId|Type|Status|State|Finished|ErrMsg"
NOW = datetime(2025, 6, 19, 12, 0, tzinfo=UTC)
NO_SOURCE = "unable to find source replica"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f"1|REPAIR|REPLICA_RELOCATING|CANCELLED|2025-06-19 11:59:50|{NO_SOURCE}", True),
        (f"1|REPAIR|REPLICA_RELOCATING|CANCELLED|2025-06-19 11:57:00|{NO_SOURCE}", True),
        (f"1|REPAIR|REPLICA_RELOCATING|CANCELLED|2025-06-19 11:56:00|{NO_SOURCE}", False),
        (f"1|REPAIR|REPLICA_RELOCATING|CANCELLED|N/A|{NO_SOURCE}", False),
        (f"1|BALANCE|HEALTHY|CANCELLED|2025-06-19 11:59:50|{NO_SOURCE}", False),
        ("1|REPAIR|HEALTHY|CANCELLED|2025-06-19 11:59:50|tablet is healthy", False),
        ("1|REPAIR|REDUNDANT|FINISHED|2025-06-19 11:59:50|redundant replica is deleted", False),
        ("1|REPAIR|REPLICA_RELOCATING|CANCELLED|2025-06-19 11:59:50|", False),
    ],
)
def test_only_reasons_of_now_are_read_from_the_history(row: str, told: bool) -> None:
    assert bool(reader.given_up(rows_of(HISTORY, row), NOW)) is told
    assert reader.given_up(rows_of(HISTORY, row), None) == (), "without the frontend's clock nothing is of now"


def test_a_tablet_that_waits_again_is_told_once_with_its_reason() -> None:
    waiting = reader.pending(rows_of(PENDING, "1|REPLICA_RELOCATING|PENDING|-1|"))
    past = reader.given_up(rows_of(HISTORY, f"1|REPAIR|REPLICA_RELOCATING|CANCELLED|2025-06-19 11:59:50|{NO_SOURCE}"), NOW)
    assert [tablet.message for tablet in reader.examples((*waiting, *past))] == [NO_SOURCE]


SETTINGS = "Key|AliasNames|Value|Type|IsMutable|Comment"


def test_settings_keep_what_node_work_needs_and_no_secret() -> None:
    found = reader.settings(
        rows_of(
            SETTINGS,
            "tablet_sched_max_scheduling_tablets|[max_scheduling_tablets]|0|int|true|",
            "drop_backend_after_decommission|[]|true|boolean|true|",
            "run_mode|[]|shared_nothing|String|false|",
            "authentication_ldap_simple_bind_root_pwd|[]|hunter2|String|true|",
            "ssl_keystore_password|[]|hunter2|String|false|",
            "aws_s3_secret_key|[]|hunter2|String|false|",
            "http_port_password|[]|hunter2|String|false|",
            "qe_max_connection|[]|4096|int|true|",
        )
    )
    assert found == {
        "tablet_sched_max_scheduling_tablets": "0",
        "drop_backend_after_decommission": "true",
        "run_mode": "shared_nothing",
    }


def test_every_setting_the_rules_know_is_kept() -> None:
    from policies import settings

    known = [value for value in vars(settings).values() if isinstance(value, settings.Setting)]
    assert known
    for setting in known:
        for name in (setting.name, *setting.aliases):
            assert reader.settings(rows_of(SETTINGS, f"{name}|[]|1|int|true|")) == {name: "1"}


REPLICATION = "REPLICATION_NUM|DB_NAME|PARTITIONS|TABLETS|EXAMPLE"


def test_replication_is_summed_over_databases() -> None:
    found = reader.replication(
        rows_of(REPLICATION, "3|_statistics_|4|40|column_statistics", "3|orders|9|90|lines", "1|orders|2|2|staging")
    )
    assert [(r.replication, r.partitions, r.tablets, r.example) for r in found] == [
        (1, 2, 2, "orders.staging"),
        (3, 13, 130, "orders.lines"),
    ]


def test_only_statistics_tables_have_this_number() -> None:
    assert reader.replication(rows_of(REPLICATION, "3|_statistics_|4|40|column_statistics"))[0].example.startswith("_statistics_.")


@pytest.mark.parametrize("space", ["", " "])
def test_replication_by_default_of_old_versions(space: str) -> None:
    lines = [f'orders|t{i}|{{"replication_num":{space}"{n}","in_memory":"false"}}' for i, n in enumerate((1, 3, 3))]
    found = reader.replication_by_default(rows_of("TABLE_SCHEMA|TABLE_NAME|PROPERTIES", *lines, "orders|view|"))
    assert [(r.replication, r.partitions, r.example) for r in found] == [(1, 1, "orders.t0"), (3, 2, "orders.t1")]


@pytest.mark.parametrize(
    ("line", "roles"),
    [
        ("GRANT 'cluster_admin', 'watchers' TO 'sr_bot'@'%'", {"cluster_admin", "watchers"}),
        ("GRANT 'db_admin' TO ROLE 'watchers'", {"db_admin"}),
        ("GRANT cluster_admin TO sr_bot", {"cluster_admin"}),
        ("GRANT OPERATE ON SYSTEM TO USER 'sr_bot'@'%'", set()),
        ("GRANT SELECT, INSERT ON ALL TABLES IN ALL DATABASES TO USER 'sr_bot'@'%'", set()),
        ("", set()),
    ],
)
def test_roles_in_grants(line: str, roles: set[str]) -> None:
    assert privileges.roles_in(rows_of("UserIdentity|Catalog|Grants", f"'sr_bot'@'%'|NULL|{line}")) == roles
