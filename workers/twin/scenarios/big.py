"""Big clusters, to see what planning and looking cost: counts are real, placement is in few large cohorts."""

from workers.twin.life.course import Course
from workers.twin.model.catalog import Partition
from workers.twin.scenarios.building import MB, Building
from workers.twin.scenarios.mission000 import EPOCH
from workers.twin.scenarios.small import nodes

REPLICATION = 3
SETS_PER_TABLE = 20


def big_100(name: str, *, seed: int, columns: str) -> Course:
    """100 backends, 1 M tablets with three replicas: 100 tables of 100 partitions of 100 buckets."""
    return _big(name, 100, tables=100, partitions=100, buckets=100, seed=seed, columns=columns)


def big_1000(name: str, *, seed: int, columns: str) -> Course:
    """1,000 backends, 1 M partitions: 100 tables of 10,000 partitions of one bucket."""
    return _big(name, 1000, tables=100, partitions=10_000, buckets=1, seed=seed, columns=columns)


def rolling_8(name: str, *, seed: int, columns: str) -> Course:
    """Five backends and three frontends, each on a host of its own: what is restarted node by node."""
    return _rolling(name, 5, seed=seed, columns=columns)


def rolling_50(name: str, *, seed: int, columns: str) -> Course:
    """The same with 47 backends."""
    return _rolling(name, 47, seed=seed, columns=columns)


def _rolling(name: str, backends: int, *, seed: int, columns: str) -> Course:
    """Few tablets, each on three neighbours."""
    building = Building(name, EPOCH, seed=seed, columns=columns)
    hosts = [f"10.91.0.{number}" for number in range(1, backends + 1)]
    nodes(building, hosts, [f"10.91.1.{number}" for number in range(1, 4)], first_id=31_001)
    ids = list(building.cluster.backends)
    rings = {tuple(sorted(ids[(at + step) % len(ids)] for step in range(REPLICATION))): 40 for at in range(len(ids))}
    building.table("ods.events", REPLICATION, 4 * MB, rings, buckets=10)
    return building.finished()


def _big(name: str, backends: int, *, tables: int, partitions: int, buckets: int, seed: int, columns: str) -> Course:
    building = Building(name, EPOCH, seed=seed, columns=columns)
    hosts = [f"10.90.{number // 200}.{number % 200 + 1}" for number in range(backends)]
    nodes(building, hosts, hosts[:3], first_id=30_001)
    ids = list(building.cluster.backends)
    for number in range(tables):
        _table(building, ids, number, partitions, buckets)
    return building.finished()


def _table(building: Building, ids: list[int], number: int, partitions: int, buckets: int) -> None:
    """Its tablets lie on twenty sets of three neighbours each; over all tables every backend gets as much."""
    catalog = building.cluster.catalog
    table = catalog.add_table(f"db{number % 10:02d}.t{number:04d}", REPLICATION, MB)
    tablets = partitions * buckets
    first = catalog.new_id(tablets)
    first_partition = catalog.new_id(partitions)
    table.partitions = [
        Partition(first_partition + i, f"p{i:06d}", first + i * buckets, buckets, REPLICATION) for i in range(partitions)
    ]
    catalog.revision += 1
    share = tablets // SETS_PER_TABLE
    for part in range(SETS_PER_TABLE):
        at = (number * SETS_PER_TABLE + part) * len(ids) // (100 * SETS_PER_TABLE) if len(ids) > 100 else number + part * 5
        members = [ids[(at + step) % len(ids)] for step in range(REPLICATION)]
        start = first + part * share
        building.cluster.placement.place(table, REPLICATION, members, range(start, start + share))
