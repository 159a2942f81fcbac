"""How tablets leave a decommissioned backend, one scheduler pass at a time.

Modelled on fe: clone/TabletChecker.java, clone/TabletScheduler.java and alter/SystemHandler.java: a first sighting only
starts a clock (20 s checker, then 60 s x2 below a majority of stable replicas, x3 otherwise); clones are limited by the
slots of each disk at both ends; a destination must stay below the soft limit and hold no replica of the tablet, on its
host either; an empty node is removed within 10 s. Not modelled: compaction, ingest, query load, several disks a node.
"""

from workers.simtwin.model import Cell, Model, SimBackend

PASS_S = 5.0
CLONE_LATENCY_S = 0.9
CLONE_BYTES_PER_S = 120 * 1024**2
"""One clone takes its latency and size/bandwidth. Invented, believable figures: no public measurement was found."""
CHECKER_S = 20.0
REMOVAL_S = 10.0


class Drains:
    """The scheduler of the leader."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.rate = 1.0
        self.carry = 0.0
        self.source_unhealthy_until = -1.0
        self.colocate_wait_until = -1.0
        self.reasons: dict[str, tuple[int, int]] = {}

    def one_pass(self, now: float, config: dict[str, str]) -> list[SimBackend]:
        """Move what one pass of PASS_S moves; returns the backends that were removed."""
        self._erase_recycled(now)
        self.reasons = {}
        for backend in [b for b in self.model.backends if b.leaving]:
            self._drain(backend, now, config)
        return self._remove_empty(now, config)

    def _erase_recycled(self, now: float) -> None:
        for partition in list(self.model.partitions.values()):
            if partition.recycled_until is not None and now >= partition.recycled_until:
                self.model.erase(partition.id)
        self.model.transactions = [t for t in self.model.transactions if t[4] > now]

    def _drain(self, backend: SimBackend, now: float, config: dict[str, str]) -> None:
        slots = int(config["tablet_sched_slot_num_per_path"])
        frozen = int(config["tablet_sched_max_scheduling_tablets"]) <= 0
        lanes = 0.02 if frozen else float(slots)
        tablets = self.model.tablets_on(backend.id)
        if not tablets:
            return
        seconds = CLONE_LATENCY_S + backend.data_used / tablets / CLONE_BYTES_PER_S
        self.carry += lanes * PASS_S / seconds * self.rate
        budget = int(self.carry)
        self.carry -= budget
        for cell in sorted(c for c in self.model.cells if backend.id in c[1]):
            if budget <= 0:
                return
            count = self.model.cells[cell]
            reason = self._held(cell, backend, now, config)
            target = None if reason else self._destination(cell, backend, config)
            if reason is None and target is None:
                reason = "unable to find dest path for new replica"
            if reason is not None:
                if reason:
                    self.reasons[reason] = (cell[0], self.reasons.get(reason, (0, 0))[1] + count)
                continue
            assert target is not None  # no reason means there is one
            moved = min(budget, count, self._fitting(target, backend, tablets, config))
            if moved > 0:
                self.model.move(cell, moved, backend.id, target.id)
                budget -= moved

    def _held(self, cell: Cell, backend: SimBackend, now: float, config: dict[str, str]) -> str | None:
        """Why this cell's tablets do not leave now: a scheduler text, '' for a silent wait, None when they may."""
        partition = self.model.partitions[cell[0]]
        assert backend.decommissioned_at is not None  # only leaving backends are drained
        stable = len([i for i in cell[1] if i != backend.id])
        factor = 2 if stable < partition.replication // 2 + 1 else 3
        delay = CHECKER_S + factor * float(config["tablet_sched_repair_delay_factor_second"])
        if now < backend.decommissioned_at + delay:
            return ""
        if not backend.alive and stable == 0:
            return "unable to find source replica"
        if partition.recycled_until is not None:
            return ""
        if partition.no_source_until is not None and now < partition.no_source_until:
            return "unable to find source replica"
        if partition.alter_until is not None and now < partition.alter_until:
            return "table is in alter process, but tablet status is REPLICA_RELOCATING"
        if partition.name.startswith("colo") and not self.model.colocate_stable:
            return ""
        blocking = next((t for t in self.model.transactions if t[0] == partition.database), None)
        if blocking is not None:
            return f"wait txn before {blocking[1] + 1} to be finished"
        return None

    def _destination(self, cell: Cell, backend: SimBackend, config: dict[str, str]) -> SimBackend | None:
        hosts = {b.host for b in self.model.backends if b.id in cell[1] and b is not backend}
        open_ = [
            b
            for b in self.model.backends
            if b.alive and not b.leaving and not b.shutting_down and b.host not in hosts and self._room(b, config) > 0
        ]
        return min(open_, key=lambda b: b.data_used / (b.data_used + b.avail), default=None)

    def _room(self, backend: SimBackend, config: dict[str, str]) -> float:
        """Bytes a backend takes: refused when free < reserve AND used > limit (fe: clone/RootPathLoadStatistic.java)."""
        limit = float(config["storage_usage_soft_limit_percent"]) / 100
        reserve = float(config["storage_usage_soft_limit_reserve_bytes"])
        total = backend.data_used + backend.avail
        return backend.avail - min(reserve, (1 - limit) * total)

    def _fitting(self, target: SimBackend, source: SimBackend, tablets: int, config: dict[str, str]) -> int:
        each = max(1.0, source.data_used / tablets)
        return int(self._room(target, config) / each)

    def _remove_empty(self, now: float, config: dict[str, str]) -> list[SimBackend]:
        if config["drop_backend_after_decommission"] != "true" or now % REMOVAL_S:
            return []
        gone = [b for b in self.model.backends if b.leaving and not self.model.tablets_on(b.id)]
        self.model.backends = [b for b in self.model.backends if b not in gone]
        return gone
