"""Small clusters for fast tests: the traps of the big one, a drain of four to six simulated minutes."""

from workers.twin.life.course import Course
from workers.twin.model.hosts import Host, Program
from workers.twin.scenarios.building import GB, MB, Building, spread
from workers.twin.scenarios.mission000 import EPOCH

IDLE = ("10.84.99.2", "10.84.99.3")


def small(name: str, *, seed: int, columns: str) -> Course:
    """Five backends on the hosts of mission 000, about 600 replicas each; leader 10.84.0.12; a spare host, 10.84.99.1.

    On 10.84.99.2 and 10.84.99.3 everything is installed, and nothing was ever started.
    """
    hosts = ["10.84.0.12", "10.84.0.18", "10.84.0.19", "10.84.91.16", "10.84.91.18"]
    return _five(name, hosts, [hosts[0], *hosts[2:]], first_id=10_002, seed=seed, columns=columns, spare="10.84.99.1", idle=IDLE)


def small_b(name: str, *, seed: int, columns: str) -> Course:
    """A second cluster beside `small`: hosts 10.85.0.11 to 10.85.0.15, frontends on the first three."""
    hosts = [f"10.85.0.{number}" for number in range(11, 16)]
    return _five(name, hosts, hosts[:3], first_id=11_002, seed=seed, columns=columns)


def three_be(name: str, *, seed: int, columns: str) -> Course:
    """Two replicas on three backends, so that one of them can leave; 10.86.0.1 to 10.86.0.3, each with a frontend."""
    hosts = [f"10.86.0.{number}" for number in range(1, 4)]
    building = Building(name, EPOCH, seed=seed, columns=columns)
    nodes(building, hosts, hosts, first_id=12_002)
    ids = list(building.cluster.backends)
    building.table("shop.orders", 2, 3 * MB, spread(ids, 2, 240), buckets=8)
    building.table("shop.customers", 2, 1 * MB, spread(ids, 2, 60), buckets=4)
    building.table("shop.scratch", 1, 1 * MB, spread(ids, 1, 9), buckets=3)
    return building.finished()


def _five(
    name: str, hosts: list[str], frontends: list[str], *, first_id: int, seed: int, columns: str, spare: str = "",
    idle: tuple[str, ...] = (),
) -> Course:  # fmt: skip
    building = Building(name, EPOCH, seed=seed, columns=columns)
    if spare:
        building.cluster.hosts[spare] = Host(spare, storage=Program(running=False), frontend=Program(running=False), spare=True)
    for name_of in idle:
        building.cluster.hosts[name_of] = Host(name_of, storage=Program(running=False), frontend=Program(running=False))
    nodes(building, hosts, frontends, first_id=first_id)
    ids = list(building.cluster.backends)
    # About 600 replicas a backend: 810 tablets of three, 270 of two, 60 of one.
    building.table("ods.events", 3, 4 * MB, spread(ids, 3, 500), buckets=10)
    building.table("dwd.orders", 3, 6 * MB, spread(ids, 3, 240), buckets=10)
    building.table("_statistics_.column_statistics", 3, 1 * MB, spread(ids, 3, 10), buckets=10)
    home = tuple(ids[:3])
    colocated = [
        building.table(table, 3, 2 * MB, {home: 30}, buckets=10, colocate="trade_orders")
        for table in ("trade.orders", "trade.order_lines")
    ]
    building.colocate("trade_orders", colocated, 10, home)
    building.table("rpt.cube", 2, 3 * MB, spread(ids, 2, 270), buckets=9)
    building.table("scratch.etl_stage", 1, 1 * MB, spread(ids, 1, 40), buckets=8)
    backfill = spread(ids, 1, 20)
    building.table("scratch.backfill", 3, MB, backfill, buckets=5, partition_replication=1, partitions="p2023")
    return building.finished()


def nodes(building: Building, hosts: list[str], frontends: list[str], *, first_id: int) -> None:
    """Nodes alike: 500 GB disks, 120 GB of which is not free before any tablet is placed."""
    for number, host in enumerate(frontends):
        building.frontend(
            host,
            1_734_934_377_134 + number * 1000,
            started="2025-06-12 14:42:57",
            heartbeat=EPOCH,
            lag=26 if number else 0,
        )
    for number, host in enumerate(hosts):
        building.backend(
            first_id + number,
            host,
            total=500 * GB,
            avail=380 * GB,
            data_used=0,
            started="2025-06-18 09:47:27",
            heartbeat=EPOCH,
            reported=f"2025-06-19 12:50:{9 + number % 5 * 4:02d}",
            queries=1,
            mem=21.5,
            cpu=4.2,
        )
