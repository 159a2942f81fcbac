"""The cluster of mission 000: five backends, four frontends, every printed number as printed.

Backends: A 10.84.0.12, B 10.84.0.18, C 10.84.0.19, D 10.84.91.16, E 10.84.91.18; the two last have just joined, so
nearly everything is still on the three old ones. The counts of tablets per set of backends solve

    A: ABC + ACD + ACE + AB + AC + 96                  = 97,362      D: ACD + BCD = 2,761
    B: ABC + BCD + BCE + AB + BC + 64                  = 88,969      E: ACE + BCE = 3,215
    C: ABC + ACD + ACE + BCD + BCE + AC + BC + 48      = 96,107

with 96, 64 and 48 one-replica tablets on A, B and C, and ACD = 1,800, ACE = 2,200, BC = 480 chosen freely: then
BCD = 961, BCE = 1,015, AB = 3,663, AC = 6,817, ABC = 82,786. Bytes per tablet of each class follow in the same way
from the printed DataUsedCapacity (see `tablet_sizes`).
"""

from dataclasses import dataclass

from workers.twin.life.course import Course
from workers.twin.model.catalog import Table
from workers.twin.scenarios.building import GB, TB, Building, Placed, view

EPOCH = "2025-06-19 12:50:29"
FRONTEND_HEARTBEAT = "2025-06-19 12:50:09"  # SHOW FRONTENDS was sent 20 s before SHOW PROC '/backends'

A, B, C, D, E = 17_766_290, 18_320_972, 10_004, 18_810_542, 18_810_543

ACD, BCD, ACE, BCE, AB, AC, BC, ABC = 1_800, 961, 2_200, 1_015, 3_663, 6_817, 480, 82_786
SINGLES = {A: 96, B: 64, C: 48}

DATA_USED = {A: 419.858 * GB, B: 375.891 * GB, C: 406.845 * GB, D: 46.395 * GB, E: 60.314 * GB}
SMALL_TABLET = 3.5 * 1024**2  # chosen: tablets of BC and of the one-replica partitions

# Tables on A, B and C with three replicas: name, tablets, buckets of a partition, weight of a tablet's size.
THREE_REPLICAS = (
    ("ods.user_events", 21_600, 24, 1.3),
    ("ods.app_log", 15_360, 24, 1.1),
    ("ods.order_raw", 9_600, 16, 0.9),
    ("dwd.order_detail", 9_216, 16, 1.2),
    ("dwd.payment_detail", 6_144, 16, 0.8),
    ("dwd.login_detail", 5_760, 12, 0.7),
    ("dws.user_daily", 4_608, 12, 0.6),
    ("dws.item_daily", 3_072, 8, 0.5),
    ("ads.gmv_daily", 1_536, 4, 0.2),
    ("ads.retention_weekly", 1_152, 4, 0.2),
    ("dim.user_profile", 1_024, 64, 1.6),
    ("dim.item", 384, 32, 0.4),
    ("dim.shop", 192, 16, 0.1),
    ("_statistics_.column_statistics", 10, 10, 0.3),
    ("_statistics_.histogram_statistics", 10, 10, 0.1),
    ("_statistics_.table_statistic_v1", 10, 10, 0.1),
    ("_statistics_.external_column_statistics", 10, 10, 0.1),
)
COLOCATED = (("trade.orders", 768, 16, 1.0), ("trade.order_lines", 768, 16, 1.5))
FILLER = ("ods.device_log", 16, 0.9)
"""Takes the three-replica tablets that the list above leaves over."""


@dataclass(frozen=True)
class Sizes:
    """Bytes of one tablet by class; `three` is the unit that the weights multiply."""

    three: float
    on_d: float
    on_e: float
    ab: float
    ac: float


def finish(name: str, *, seed: int, columns: str) -> Course:
    """The cluster as printed."""
    building = Building(name, EPOCH, seed=seed, columns=columns)
    old_frontends(building)
    heard = FRONTEND_HEARTBEAT
    building.frontend("10.84.91.16", 1750301169517, started="2025-06-19 10:48:51", heartbeat=heard, lag=26)
    building.frontend("10.84.91.18", 1750300763724, started="2025-06-19 10:41:08", heartbeat=heard, lag=26)
    old_backends(building)
    new_backends(building)
    sizes = tablet_sizes()
    tables_on_old(building, sizes)
    on_d: Placed = {(A, C, D): ACD, (B, C, D): BCD}
    on_e: Placed = {(A, C, E): ACE, (B, C, E): BCE}
    building.table("dwd.page_view_detail", 3, sizes.on_d, on_d, buckets=32, partitions="p2025")
    building.table("dwd.search_detail", 3, sizes.on_e, on_e, buckets=32, partitions="p2025")
    # Not in the mission: two views for looking at, beside its tables.
    view(building.cluster, "dws", "mv_user_hourly", ("ods.user_events",))
    view(building.cluster, "ads", "mv_user_daily", ("dws.mv_user_hourly",))
    return building.finished()


def old_frontends(building: Building) -> None:
    heard = FRONTEND_HEARTBEAT
    building.frontend("10.84.0.12", 1734934377134, started="2025-06-12 14:42:57", heartbeat=heard)
    building.frontend("10.84.0.19", 1735030041133, started="2025-03-08 22:42:24", heartbeat=heard, lag=26)


def old_backends(building: Building) -> None:
    building.backend(
        A, "10.84.0.12", total=458 * GB, avail=38.142 * GB, data_used=DATA_USED[A], started="2025-06-17 09:25:12",
        heartbeat=EPOCH, reported="2025-06-19 12:50:11", queries=2, mem=29.88, cpu=31.2,
    )  # fmt: skip
    building.backend(
        B, "10.84.0.18", total=783.426 * GB, avail=312.079 * GB, data_used=DATA_USED[B],
        started="2025-06-18 09:47:27", heartbeat=EPOCH, reported="2025-06-19 12:50:05", queries=4, mem=77.38, cpu=32.1,
        cache_gb=490,
    )  # fmt: skip
    building.backend(
        C, "10.84.0.19", total=783.426 * GB, avail=307.840 * GB, data_used=DATA_USED[C],
        started="2024-12-23 14:26:44", heartbeat=EPOCH, reported="2025-06-19 12:49:28", queries=2, mem=77.29, cpu=31.1,
        cache_gb=500,
    )  # fmt: skip


def new_backends(building: Building) -> None:
    # Terabytes are printed with three decimals. These values lie in the printed interval and give every other
    # figure of the row too (DataTotalCapacity 1.400 TB needs avail >= 1.35419 TB, resp. 1.34060 TB).
    building.backend(
        D, "10.84.91.16", total=1.4753 * TB, avail=1.3543 * TB, data_used=DATA_USED[D],
        started="2025-06-19 11:22:33", heartbeat=EPOCH, reported="2025-06-19 12:49:39", cores=32, queries=2, mem=0.68,
        cpu=3.1,
    )  # fmt: skip
    building.backend(
        E, "10.84.91.18", total=1.4754 * TB, avail=1.3410 * TB, data_used=DATA_USED[E],
        started="2025-06-19 11:23:08", heartbeat=EPOCH, reported="2025-06-19 12:50:18", cores=32, queries=0, mem=0.53,
        cpu=0.5,
    )  # fmt: skip


def three_replica_tables() -> list[tuple[str, int, int, float]]:
    listed = sum(tablets for _, tablets, _, _ in (*THREE_REPLICAS, *COLOCATED))
    name, buckets, weight = FILLER
    return [*THREE_REPLICAS, *COLOCATED, (name, ABC - listed, buckets, weight)]


def tablet_sizes() -> Sizes:
    """Bytes per tablet from bytes per backend: five equations, five unknowns.

    D and E give their own classes. With a, b, c the bytes that the known classes leave on A, B and C:
    a = T + AB*ab + AC*ac, b = T + AB*ab, c = T + AC*ac, hence AB*ab = a - c, T = b - AB*ab, AC*ac = c - T.
    """
    on_d, on_e = DATA_USED[D] / (ACD + BCD), DATA_USED[E] / (ACE + BCE)
    a = DATA_USED[A] - SINGLES[A] * SMALL_TABLET - ACD * on_d - ACE * on_e
    b = DATA_USED[B] - (SINGLES[B] + BC) * SMALL_TABLET - BCD * on_d - BCE * on_e
    c = DATA_USED[C] - (SINGLES[C] + BC) * SMALL_TABLET - DATA_USED[D] - DATA_USED[E]
    two_ab = a - c
    three = b - two_ab
    two_ac = c - three
    weight = sum(tablets * weight for _, tablets, _, weight in three_replica_tables())
    return Sizes(three / weight, on_d, on_e, two_ab / AB, two_ac / AC)


def tables_on_old(building: Building, sizes: Sizes, *, scale: float = 1.0) -> None:
    """Everything that lies on the three old backends alone."""
    colocated: list[Table] = []
    for name, tablets, buckets, weight in three_replica_tables():
        group = "trade_orders" if name.startswith("trade.") else ""
        size = sizes.three * weight * scale
        table = building.table(
            name, 3, size, {(A, B, C): tablets}, buckets=buckets, partitions="p2025", colocate=group
        )
        if group:
            colocated.append(table)
    building.colocate("trade_orders", colocated, 16, (A, B, C))
    small = SMALL_TABLET * scale
    building.table("rpt.export_wide", 2, sizes.ab * scale, {(A, B): AB}, buckets=12, partitions="p2025")
    building.table("rpt.ad_hoc_cube", 2, sizes.ac * scale, {(A, C): AC}, buckets=8, partitions="p2025")
    building.table("rpt.crm_sync", 2, small, {(B, C): BC}, buckets=8, partitions="p2025")
    # One replica by the table's own setting: DROP BACKEND sees these.
    building.table("scratch.etl_stage", 1, small, {(A,): 64, (B,): 40, (C,): 32}, buckets=8)
    # One replica in some partitions of a table whose setting is 3: DROP BACKEND does not see these.
    building.table(
        "scratch.backfill", 3, small, {(A,): 32, (B,): 24, (C,): 16}, buckets=8, partitions="p2023",
        partition_replication=1,
    )  # fmt: skip
