"""The tablet checker: every 20 s, which tablets are not as they should be, and since when.

A tablet first seen unhealthy only starts a clock; it is scheduled after tablet_sched_repair_delay_factor_second times
1, 2 or 3 by priority (fe: clone/TabletChecker.java, catalog/LocalTablet.java readyToBeRepaired). That is why the
first two to three minutes of a decommission show nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from workers.twin.model.catalog import Database
from workers.twin.model.cluster import Cluster
from workers.twin.model.placement import MISSED_LOADS, SOURCE_BAD, UNHEALTHY, Cohort, Key

CHECKER_S = 20.0  # fe: tablet_sched_checker_interval_seconds

HEALTHY = "HEALTHY"
RELOCATING = "REPLICA_RELOCATING"
MISSING = "REPLICA_MISSING"
REDUNDANT = "REDUNDANT"
UNRECOVERABLE = "UNRECOVERABLE"
COLOCATE_MISMATCH = "COLOCATE_MISMATCH"
INCOMPLETE = "VERSION_INCOMPLETE"

PRIORITIES = ("VERY_HIGH", "HIGH", "NORMAL", "LOW")
_DELAY_FACTOR = {"VERY_HIGH": 0, "HIGH": 1, "NORMAL": 2, "LOW": 3}


@dataclass(eq=False, slots=True)
class Need:
    """Tablets to clone. `wanted` names the destination of each tablet where a colocate group has decided it."""

    cohort: Cohort
    status: str
    priority: str
    wanted: dict[int, int] | None = None


@dataclass
class Standing:
    """How many of a set of replicas count as there, and how many of those are here to stay."""

    counted: int
    stable: int


@dataclass
class Diagnosis:
    """What one round of the checker found."""

    needs: list[Need] = field(default_factory=list)
    redundant: list[Cohort] = field(default_factory=list)
    restless: bool = False


class Checker:
    """Judges cohorts, not tablets: all tablets of a cohort have the same replicas, hence the same status."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._first_seen: dict[Key, float] = {}

    def judge(self, cohort: Cohort, known: dict[frozenset[int], Standing]) -> str:
        """`known` caches the standing of a set of backends for one round."""
        standing = known.get(cohort.backends)
        if standing is None:
            standing = known[cohort.backends] = self._standing(cohort.backends)
        if not standing.counted:
            return UNRECOVERABLE
        if standing.stable >= cohort.replication:
            return REDUNDANT if len(cohort.backends) > cohort.replication else HEALTHY
        return MISSING if standing.counted < cohort.replication else RELOCATING

    def priority(self, cohort: Cohort, status: str) -> str:
        """fe: LocalTablet.getHealthStatusWithPriority: below a majority of what is needed, the case is more urgent."""
        standing = self._standing(cohort.backends)
        majority = cohort.replication // 2 + 1
        if status == MISSING:
            return "HIGH" if standing.counted < majority else "NORMAL"
        return "NORMAL" if standing.stable < majority else "LOW"

    def look(self) -> Diagnosis:
        """One round over everything but colocate tables, which have a balancer of their own."""
        found = Diagnosis()
        known: dict[frozenset[int], Standing] = {}
        seen: dict[Key, float] = {}
        delay = self._cluster.number("tablet_sched_repair_delay_factor_second")
        for cohort in list(self._cluster.placement.cohorts.values()):
            if cohort.table.colocate_group or self._left_alone(cohort):
                continue
            status = self.judge(cohort, known)
            if status == HEALTHY:
                continue
            found.restless = True
            if status == REDUNDANT:
                found.redundant.append(cohort)
                continue
            priority = self.priority(cohort, status)
            first = seen[cohort.key] = self._first_seen.get(cohort.key, self._cluster.now)
            if self._cluster.now - first >= delay * _DELAY_FACTOR[priority]:
                found.needs.append(Need(cohort, status, priority))
        self._first_seen = seen
        return found

    def unhealthy(self) -> dict[int, int]:
        """Unhealthy tablets by database id, as SHOW PROC '/statistic' counts them: redundant ones are not."""
        counts: dict[int, int] = {}
        for cohort in self._unhealthy_cohorts():
            database = cohort.table.database.id
            counts[database] = counts.get(database, 0) + len(cohort)
        return counts

    def unhealthy_ids(self, database: Database, limit: int = 1000) -> list[int]:
        """Which they are; cut at `limit`, where a real FE would print all."""
        ids = (i for c in self._unhealthy_cohorts() if c.table.database is database for i in c.all_ids())
        return list(islice(ids, limit))

    def _unhealthy_cohorts(self) -> Iterator[Cohort]:
        known: dict[frozenset[int], Standing] = {}
        if self._cluster.shared_data:
            return  # tablets of cloud-native tables are never unhealthy
        for cohort in self._cluster.placement.cohorts.values():
            if cohort.table.in_recycle_bin:
                continue
            ails = cohort.trouble in (UNHEALTHY, SOURCE_BAD) or cohort.trouble.startswith(MISSED_LOADS)
            if ails or self.judge(cohort, known) not in (HEALTHY, REDUNDANT):
                yield cohort

    def _left_alone(self, cohort: Cohort) -> bool:
        return cohort.table.in_recycle_bin and not self._cluster.version.bin_is_relocated

    def _standing(self, backends: frozenset[int]) -> Standing:
        counted = stable = 0
        tolerate = self._cluster.number("tablet_sched_be_down_tolerate_time_s")
        for backend_id in backends:
            backend = self._cluster.backends.get(backend_id)
            if backend is None:
                continue
            down = 0.0 if backend.down_since is None else self._cluster.now - backend.down_since
            if backend.alive or down <= tolerate:
                counted += 1
                stable += not backend.decommissioned
        return Standing(counted, stable)
