"""Taking away a replica too many: first it leaves the loads, then, when older loads are over, the FE.

fe: clone/TabletScheduler.java deleteReplicaInternal: the replica's state becomes DECOMMISSION with a watermark
transaction id, and it is deleted only when all earlier transactions of that database are finished.
"""

from dataclasses import dataclass

from workers.twin.model.catalog import Table
from workers.twin.model.cluster import Cluster
from workers.twin.model.placement import Cohort

USUAL_LOADS_S = 6.0  # invented: how long the loads that run at any moment take to end
RETRY_S = 10.0  # invented: the checker's next round and the scheduler's next pass, roughly


@dataclass(eq=False)
class Removal:
    """Tablets of one cohort that lose their replica on `victim` together."""

    cohort: Cohort
    victim: int
    tablets: list[int]
    begun: float
    watermark: int
    message: str = ""
    over: bool = False


class Removals:
    """Invariant: a replica goes only while at least `replication` others stay on nodes that are here to stay."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.waiting: list[Removal] = []

    def begin(self, cohort: Cohort, *, tablets: list[int] | None = None, victim: int | None = None) -> None:
        """Tablets at rest with a replica too many; by default all of the cohort and the FE's choice of replica."""
        chosen = list(cohort.ids) if tablets is None else [t for t in tablets if t in cohort.ids]
        victim = self._victim(cohort) if victim is None else victim
        if not chosen:
            return
        for tablet in chosen:
            del cohort.ids[tablet]
            cohort.busy[tablet] = None
        watermark = self._cluster.next_transaction + int(self._cluster.now)
        removal = Removal(cohort, victim, chosen, self._cluster.now, watermark)
        self.waiting.append(removal)
        self._cluster.agenda.after(USUAL_LOADS_S, lambda: self._try(removal))

    def clear(self) -> None:
        """Forget everything begun: a new leader finds the redundant replicas again."""
        for removal in self.waiting:
            self._put_back(removal)
        self.waiting = []

    def abandon(self, backend: int) -> None:
        self._abandon([r for r in self.waiting if backend in r.cohort.backends])

    def abandon_table(self, table: Table) -> None:
        self._abandon([r for r in self.waiting if r.cohort.table is table])

    def _abandon(self, removals: list[Removal]) -> None:
        for removal in removals:
            self._put_back(removal)
            self.waiting.remove(removal)

    def _victim(self, cohort: Cohort) -> int:
        """Dead first, then leaving, then the fullest (the order of fe: TabletScheduler.handleRedundantReplica)."""

        def rank(backend_id: int) -> tuple[bool, bool, float]:
            backend = self._cluster.backends[backend_id]
            usage = backend.disk.usage
            return (not backend.alive, backend.decommissioned, usage.data_used / max(1, usage.data_total))

        return max(sorted(cohort.backends), key=rank)

    def _try(self, removal: Removal) -> None:
        if removal.over:
            return
        blocking = self._cluster.oldest_transaction(removal.cohort.table.database, removal.begun)
        if blocking and not self._cluster.flag("tablet_sched_always_force_decommission_replica"):
            removal.message = f"wait txn before {removal.watermark} to be finished"
            self._cluster.agenda.after(RETRY_S, lambda: self._try(removal))
            return
        self.waiting.remove(removal)
        if self._safe(removal):
            removal.over = True
            remaining = removal.cohort.backends - {removal.victim}
            for tablet in removal.tablets:
                self._cluster.placement.move(removal.cohort, tablet, remaining)
        else:
            self._put_back(removal)

    def _safe(self, removal: Removal) -> bool:
        backends = (self._cluster.backends.get(i) for i in removal.cohort.backends - {removal.victim})
        staying = [b for b in backends if b is not None and b.alive]
        return len(staying) >= removal.cohort.replication

    def _put_back(self, removal: Removal) -> None:
        removal.over = True
        for tablet in removal.tablets:
            del removal.cohort.busy[tablet]
            removal.cohort.ids[tablet] = None
