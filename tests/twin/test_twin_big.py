"""Clusters of a hundred and a thousand backends stand at once and answer the reader's statements."""

from time import perf_counter
from typing import Any

import pytest

REPLICATION = (
    "SELECT REPLICATION_NUM, DB_NAME, COUNT(*) AS PARTITIONS, SUM(BUCKETS) AS TABLETS, MIN(TABLE_NAME) AS EXAMPLE "
    "FROM information_schema.partitions_meta GROUP BY REPLICATION_NUM, DB_NAME"
)


@pytest.mark.parametrize(
    ("scenario", "backends", "partitions", "tablets"),
    [("big-100", 100, 10_000, 1_000_000), ("big-1000", 1_000, 1_000_000, 1_000_000)],
)
def test_big_clusters(talk: Any, scenario: str, backends: int, partitions: int, tablets: int) -> None:
    started = perf_counter()
    t = talk(scenario)
    assert perf_counter() - started < 20, "5 s is the aim on a machine that does nothing else"
    rows = t.rows("SHOW BACKENDS")
    assert len(rows) == backends
    assert sum(int(row["TabletNum"]) for row in rows) == 3 * tablets
    assert min(int(row["TabletNum"]) for row in rows) > 0.5 * 3 * tablets / backends, "no backend is left out"
    grouped = t.rows(REPLICATION)
    assert (sum(r["PARTITIONS"] for r in grouped), sum(r["TABLETS"] for r in grouped)) == (partitions, tablets)
    started = perf_counter()
    assert t.rows(REPLICATION) == grouped
    assert perf_counter() - started < 1, "kept while the catalog is the same"
    assert int(t.total()["ReplicaNum"]) == 3 * tablets
    t.do(f'ALTER SYSTEM DECOMMISSION BACKEND "{rows[7]["IP"]}:9050"')
    before = int(rows[7]["TabletNum"])
    t.twin.advance(600)
    assert t.tablets(rows[7]["IP"]) < before
    t.twin.inject("recycle_bin", at=str(rows[8]["BackendId"]), tablets=5)
    after = t.rows(REPLICATION)
    assert sum(r["TABLETS"] for r in after) == tablets - 5, "a changed catalog is answered anew"
