"""Laying out a cluster: nodes as they print themselves, tables as counts of tablets per set of backends."""

from datetime import datetime
from itertools import combinations
from zoneinfo import ZoneInfo

from workers.twin.life.course import Course
from workers.twin.model.catalog import ColocateGroup, Table
from workers.twin.model.cluster import ZONE, Cluster
from workers.twin.model.hosts import Host
from workers.twin.model.materialized_views import MaterializedView, Run
from workers.twin.model.nodes import Backend, Disk, Frontend
from workers.twin.model.versions import VERSIONS

MB = 1024**2
GB = 1024**3
TB = 1024**4

Placed = dict[tuple[int, ...], int]
"""Set of backends -> how many tablets have their replicas there."""


def local_time(text: str) -> float:
    """`2025-06-19 12:50:29` in the clusters' zone, as seconds since 1970."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo(ZONE)).timestamp()


class Building:
    """A cluster under construction. `epoch` is the wall time of simulated second 0."""

    def __init__(self, name: str, epoch: str, *, seed: int, columns: str) -> None:
        if columns not in VERSIONS:
            raise ValueError(f"unknown column set {columns!r}, there are: {', '.join(VERSIONS)}")
        self.epoch = local_time(epoch)
        self.cluster = Cluster(name, VERSIONS[columns], self.epoch, seed)
        self.course = Course(self.cluster)

    def at(self, text: str) -> float:
        """A printed time as simulated seconds."""
        return local_time(text) - self.epoch

    def frontend(self, host: str, stamp: int, *, started: str, heartbeat: str, lag: int = 0) -> Frontend:
        """The first one leads."""
        frontend = Frontend(
            f"{host}_9010_{stamp}",
            host,
            self.cluster.version.release,
            journal_lag=lag,
            last_start=self.at(started),
            last_heartbeat=self.at(heartbeat),
        )
        self.cluster.frontends.append(frontend)
        if self.cluster.leader is None:
            self.cluster.leader = frontend
        return frontend

    def backend(
        self, ident: int, host: str, *, total: float, avail: float, data_used: float, started: str, heartbeat: str,
        reported: str, cores: int = 16, queries: int = 0, mem: float = 1.0, cpu: float = 1.0, cache_gb: int = 980,
    ) -> Backend:  # fmt: skip
        """Sizes in bytes, as the row prints them; what neither data nor free space explains is other files."""
        other = max(0, round(total) - round(avail) - round(data_used))
        disk = Disk("/data/starrocks/be/storage", 7_000_000_000 + ident, round(total), other)
        backend = Backend(
            ident, host, disk, self.cluster.version.release, cpu_cores=cores, running_queries=queries, mem_pct=mem,
            cpu_pct=cpu, cache=f"Status: Normal, DiskUsage: 0B/{cache_gb}GB, MemUsage: 0B/0B",
            last_start=self.at(started), last_heartbeat=self.at(heartbeat), last_report=self.at(reported),
            worker_id=ident,
        )  # fmt: skip
        self.cluster.backends[ident] = backend
        self.cluster.hosts[host] = Host(host, round(total), other, cores)
        return backend

    def table(
        self, name: str, replication: int, tablet_bytes: float, placed: Placed,
        *, buckets: int, partitions: str = "p", partition_replication: int | None = None, colocate: str = "",
    ) -> Table:  # fmt: skip
        """A table, or more partitions of one, whose tablets lie as `placed` says: set of backends -> tablets.

        Partitions have `buckets` tablets; the last one takes what is left.
        """
        catalog = self.cluster.catalog
        table = catalog.table(name) or catalog.add_table(name, replication, round(tablet_bytes), colocate=colocate)
        actual = partition_replication or replication
        ids: list[int] = []
        left = sum(placed.values())
        while left > 0:
            number = len(table.partitions) + 1
            partition = catalog.add_partition(table, f"{partitions}{number:05d}", min(buckets, left), actual)
            ids.extend(range(partition.first_tablet, partition.first_tablet + partition.tablets))
            left -= partition.tablets
        start = 0
        for backends, count in placed.items():
            self.cluster.placement.place(table, actual, backends, ids[start : start + count])
            start += count
        return table

    def colocate(self, name: str, tables: list[Table], buckets: int, backends: tuple[int, ...]) -> None:
        """A group whose tables' tablets already lie on `backends`, all of them."""
        ident = f"{tables[0].database.id}.{self.cluster.catalog.new_id()}"
        sequence = [frozenset(backends)] * buckets
        group = ColocateGroup(ident, name, tables, buckets, tables[0].replication, sequence)
        self.cluster.catalog.groups[ident] = group

    def finished(self) -> Course:
        """Every backend has reported what it holds; followers know the same figures and will learn no newer ones."""
        for backend in self.cluster.backends.values():
            backend.reported = backend.replayed = backend.disk.usage
        self.cluster.next_node_id = max([*self.cluster.backends, 20_000_000]) + 1
        self.course.begin()
        return self.course


def view(cluster: Cluster, database: str, name: str, bases: tuple[str, ...], refresh: str = "ASYNC") -> MaterializedView:
    """A materialized view, active and refreshed an hour ago."""
    made = MaterializedView(cluster.catalog.new_id(), database, name, refresh, bases)
    made.runs.append(Run(created=-3600.0, force=False, state="SUCCESS", started=-3600.0, finished=-3500.0))
    cluster.materialized_views.append(made)
    return made


def spread(backends: list[int], replication: int, tablets: int) -> Placed:
    """Tablets dealt out evenly over all sets of `replication` backends."""
    sets = list(combinations(backends, replication))
    each, extra = divmod(tablets, len(sets))
    return {members: each + (number < extra) for number, members in enumerate(sets)}
