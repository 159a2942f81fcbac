"""SHOW PROC '/statistic': tablets counted, and how many of them are not well."""

from workers.twin.answers import ResultSet, columns, refused, text_rows
from workers.twin.sql.asking import Asking

_STATISTIC = columns(
    "DbId DbName TableNum PartitionNum IndexNum TabletNum ReplicaNum UnhealthyTabletNum InconsistentTabletNum "
    "CloningTabletNum ErrorStateTabletNum"
)


def statistic(asking: Asking) -> ResultSet:
    """Ends with a row whose DbId is the word Total and whose DbName is the number of databases."""
    unhealthy = asking.course.checker.unhealthy()
    cloning: dict[int, int] = {}
    for clone in asking.course.clones.running.values():
        key = clone.cohort.table.database.id
        cloning[key] = cloning.get(key, 0) + 1
    replicas: dict[int, int] = {}
    for cohort in asking.cluster.placement.cohorts.values():
        if not cohort.table.in_recycle_bin:
            key = cohort.table.database.id
            replicas[key] = replicas.get(key, 0) + len(cohort) * len(cohort.backends)
    total = dict.fromkeys(_STATISTIC[2:], 0)
    rows: list[dict[str, object]] = []
    for database in asking.cluster.catalog.databases.values():
        partitions = [p for table in database.tables.values() for p in table.partitions if p.buckets]
        counts = dict.fromkeys(_STATISTIC[2:], 0) | {
            "TableNum": len(database.tables),
            "PartitionNum": len(partitions),
            "IndexNum": len(partitions),
            "TabletNum": sum(p.buckets for p in partitions),
            "ReplicaNum": replicas.get(database.id, 0),
            "UnhealthyTabletNum": unhealthy.get(database.id, 0),
            "CloningTabletNum": cloning.get(database.id, 0),
        }
        for name, count in counts.items():
            total[name] += count
        rows.append({"DbId": str(database.id), "DbName": database.name, **_as_text(counts)})
    rows.append({"DbId": "Total", "DbName": str(len(rows)), **_as_text(total)})
    return text_rows(_STATISTIC, rows)


def _as_text(counts: dict[str, int]) -> dict[str, str]:
    return {name: str(count) for name, count in counts.items()}


def statistic_of(asking: Asking, ident: str) -> ResultSet:
    database = asking.cluster.catalog.database_by_id(ident)
    if database is None:
        raise refused(f"Db {ident} does not exist")
    ids = asking.course.checker.unhealthy_ids(database)
    clones = [c.tablet for c in asking.course.clones.running.values() if c.cohort.table.database is database]
    names = columns("UnhealthyTablets InconsistentTablets CloningTablets ErrorStateTablets")
    return ResultSet(names, [(str(ids), "[]", str(clones), "[]")])
