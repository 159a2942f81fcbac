"""Colocate tables: a balancer of their own decides where a bucket lives, for all tables of the group at once.

fe: clone/ColocateTableBalancer.java. A group is unstable while replicas are not where its bucket sequence says.
"""

from dataclasses import dataclass, field

from workers.twin.life.checker import COLOCATE_MISMATCH, Need
from workers.twin.model.catalog import ColocateGroup
from workers.twin.model.cluster import Cluster
from workers.twin.model.placement import Cohort
from workers.twin.model.settings import COLOCATE_STABLE_WAIT


@dataclass
class Findings:
    needs: list[Need] = field(default_factory=list)
    redundant: list[tuple[Cohort, int, list[int]]] = field(default_factory=list)
    restless: bool = False


class ColocateBalancer:
    """`waits` turns on the wait for a resting set of backends, which code of mid-2025 has and older code has not."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.waits = cluster.version.colocate_stable_wait
        self._mismatched_since: dict[str, float] = {}

    def look(self) -> Findings:
        found = Findings()
        if self._cluster.flag("tablet_sched_disable_colocate_balance"):
            found.restless = bool(self._mismatched_since)
            return found
        for group in self._cluster.catalog.groups.values():
            if group.held_unstable:
                group.stable, found.restless = False, True
            elif self._rested():
                self._relocate(group)
                self._compare(group, found)
            else:
                found.restless = True
        return found

    def _rested(self) -> bool:
        wait = self._cluster.number(COLOCATE_STABLE_WAIT.name) if self.waits else 0
        return self._cluster.now - self._cluster.membership_changed_at >= wait

    def _relocate(self, group: ColocateGroup) -> None:
        """Replace leaving backends in the bucket sequence by the least loaded one that a bucket does not use yet."""
        arrivals: dict[int, int] = {}
        for bucket, backends in enumerate(group.sequence):
            for leaving in sorted(backends):
                node = self._cluster.backends.get(leaving)
                if node is not None and not node.decommissioned:
                    continue
                candidates = [
                    b
                    for b in self._cluster.backends.values()
                    if b.takes_replicas and b.id not in group.sequence[bucket]
                ]
                if not candidates:
                    continue
                best = min(candidates, key=lambda b: (arrivals.get(b.id, 0), b.disk.usage.data_used / max(1, b.disk.total)))
                arrivals[best.id] = arrivals.get(best.id, 0) + 1
                group.sequence[bucket] = (group.sequence[bucket] - {leaving}) | {best.id}

    def _compare(self, group: ColocateGroup, found: Findings) -> None:
        tables = {table.id for table in group.tables}
        settled = True
        for cohort in list(self._cluster.placement.cohorts.values()):
            if cohort.table.id not in tables or cohort.table.in_recycle_bin:
                continue
            wanted: dict[int, int] = {}
            surplus: dict[int, list[int]] = {}
            for tablet in cohort.ids:
                expected = group.sequence[group.bucket_of(cohort.table, tablet)]
                if not expected <= cohort.backends:
                    wanted[tablet] = min(expected - cohort.backends)
                elif expected != cohort.backends:
                    surplus.setdefault(min(cohort.backends - expected), []).append(tablet)
            settled = settled and not wanted and not surplus and not cohort.busy
            if wanted and self._ripe(group):
                found.needs.append(Need(cohort, COLOCATE_MISMATCH, "NORMAL", wanted))
            found.redundant.extend((cohort, victim, tablets) for victim, tablets in surplus.items())
        if settled:
            self._mismatched_since.pop(group.id, None)
        group.stable = settled
        found.restless = found.restless or not settled

    def _ripe(self, group: ColocateGroup) -> bool:
        """The same delay as for other tablets of NORMAL priority."""
        since = self._mismatched_since.setdefault(group.id, self._cluster.now)
        return self._cluster.now - since >= 2 * self._cluster.number("tablet_sched_repair_delay_factor_second")
