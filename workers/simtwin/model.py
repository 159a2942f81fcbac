"""The simulated cluster: what it consists of. Plain data and arithmetic; no I/O, no clock.

Tablets are kept as counts: a *cell* is "so many tablets of this partition have their replicas on exactly these
backends". Moving a tablet moves a count from one cell to another, so no backend can ever hold two replicas of a tablet,
and 300,000 replicas cost a few hundred numbers.
"""

from dataclasses import dataclass, field

KIB, GIB, TIB = 1024, 1024**3, 1024**4


@dataclass
class SimFrontend:
    """A frontend process and its place in the group."""

    host: str
    started: float
    name: str
    role: str = "FOLLOWER"
    alive: bool = True
    edit_log_port: int = 9010
    http_port: int = 8030
    query_port: int = 9030
    rpc_port: int = 9020
    config: dict[str, str] = field(default_factory=dict)


@dataclass
class SimBackend:
    """A backend: one storage path, with `other` bytes on it that are not StarRocks' own."""

    id: int
    host: str
    data_used: float
    avail: float
    total: float
    cores: int = 16
    started: float = 0.0
    heartbeat_port: int = 9050
    alive: bool = True
    shutting_down: bool = False
    decommissioned_at: float | None = None
    error: str = ""
    running_queries: int = 2
    mem_used: str = "29.88 %"
    cpu_used: str = "31.2 %"
    cache: str = "980GB"
    last_heartbeat: float = 0.0
    reported_used: float = -1.0
    reported_avail: float = -1.0
    version: str = ""

    @property
    def address(self) -> str:
        return f"{self.host}:{self.heartbeat_port}"

    @property
    def leaving(self) -> bool:
        return self.decommissioned_at is not None

    def report(self) -> None:
        """The disk report that the frontend sees; a backend sends one each minute (be: agent/task_worker_pool.cpp)."""
        self.reported_used, self.reported_avail = self.data_used, self.avail


@dataclass
class SimPartition:
    """A partition with its replication number; `tablets` is its number of buckets."""

    id: int
    database: str
    table: str
    name: str
    replication: int
    tablets: int
    table_id: int
    recycled_until: float | None = None
    alter_until: float | None = None
    no_source_until: float | None = None


Cell = tuple[int, tuple[int, ...]]
"""(partition id, backend ids in order)."""


@dataclass
class Model:
    """Everything there is."""

    frontends: list[SimFrontend]
    backends: list[SimBackend]
    partitions: dict[int, SimPartition]
    cells: dict[Cell, int]
    version: str = "3.3.3-312ed45"
    run_mode: str = "shared_nothing"
    cluster_id: int = 510224456
    next_backend_id: int = 18900001
    unhealthy_baseline: int = 0
    colocate_stable: bool = True
    colocate_groups: tuple[str, ...] = ("orders_by_user",)
    transactions: list[tuple[str, int, str, float, float]] = field(default_factory=list)

    def backend(self, address: str) -> SimBackend | None:
        return next((b for b in self.backends if b.address == address), None)

    def by_id(self, backend_id: int) -> SimBackend | None:
        return next((b for b in self.backends if b.id == backend_id), None)

    def tablets_on(self, backend_id: int) -> int:
        """Replicas on a backend, the recycle bin's included (that is what TabletNum counts)."""
        return sum(count for (_, ids), count in self.cells.items() if backend_id in ids)

    def leader(self) -> SimFrontend | None:
        return next((f for f in self.frontends if f.role == "LEADER" and f.alive), None)

    def live_partitions(self) -> list[SimPartition]:
        return [p for p in self.partitions.values() if p.recycled_until is None]

    def move(self, cell: Cell, count: int, source: int, target: int) -> None:
        """Move `count` tablets' replicas from one backend to another, with their share of the source's bytes."""
        partition, ids = cell
        giver, taker = self.by_id(source), self.by_id(target)
        assert giver is not None and taker is not None  # cells name listed backends only
        held = self.tablets_on(source)
        moved = giver.data_used * count / held if held else 0.0
        self._take(cell, count)
        kept = tuple(sorted({*(i for i in ids if i != source), target}))
        self.cells[(partition, kept)] = self.cells.get((partition, kept), 0) + count
        giver.data_used, giver.avail = giver.data_used - moved, giver.avail + moved
        taker.data_used, taker.avail = taker.data_used + moved, taker.avail - moved

    def lose(self, backend_id: int) -> None:
        """A backend is dropped: its replicas are gone from the metadata."""
        for cell in [c for c in self.cells if backend_id in c[1]]:
            count = self.cells.pop(cell)
            rest = (cell[0], tuple(i for i in cell[1] if i != backend_id))
            if rest[1]:
                self.cells[rest] = self.cells.get(rest, 0) + count

    def erase(self, partition: int) -> None:
        """The recycle bin lets a dropped partition go."""
        for cell in [c for c in self.cells if c[0] == partition]:
            del self.cells[cell]
        del self.partitions[partition]

    def _take(self, cell: Cell, count: int) -> None:
        left = self.cells[cell] - count
        if left:
            self.cells[cell] = left
        else:
            del self.cells[cell]
