"""The tablet scheduler: once a second, as many clones as the paths have slots for (fe: clone/TabletScheduler.java).

A clone takes a slot on its source path and one on its destination path. What is modelled: slots, the soft limit of
the destination, least loaded destination first, never two replicas on one host. What is not: compaction, ingest,
query load, versions. The hours it prints are this model's, not a promise of any cluster's.
"""

import heapq
from collections import deque

from workers.twin.life.checker import PRIORITIES, Need
from workers.twin.life.clone_tasks import Clone, Target
from workers.twin.model.catalog import Table
from workers.twin.model.cluster import Cluster
from workers.twin.model.nodes import Backend
from workers.twin.model.placement import NO_LOCATION, NO_MEDIUM, SOURCE_BAD, Cohort

PASS_S = 1.0  # fe: TabletScheduler SCHEDULE_INTERVAL
CLONE_LATENCY_S = 0.7  # invented: making a snapshot, telling the FE
CLONE_BYTES_PER_S = 50 * 1024**2  # invented: one clone on one path of a disk that also serves queries
CLONE_SPREAD = 0.25  # invented: one clone takes up to this much more or less than another
HISTORY = 1000  # fe: TabletScheduler schedHistory

MOST_GIVEN_UP = 100  # so many rows of one cause are enough for the history

NO_PATH = "unable to find dest path for new replica"
NO_SOURCE = "unable to find source replica"
BUSY = "path busy, wait for next round"


class CloneScheduler:
    """The leader's memory of what to copy: emptied when another frontend leads."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._heap: list[tuple[float, int, Clone]] = []
        self._sequence = 0
        self._awake = False
        self.needs: list[Need] = []
        self.running: dict[int, Clone] = {}
        self.history: deque[Clone] = deque(maxlen=HISTORY)
        self.admitted = 0
        self._reserve = 0
        self._percent = 0
        self.finished = 0
        self.failed = 0

    # --- what the checker asks for

    def refill(self, needs: list[Need]) -> None:
        """The checker's findings replace the queue, within tablet_sched_max_scheduling_tablets.

        The FE's test is `size > limit`, so a limit of 0 still lets one tablet in per round.
        """
        limit = self._cluster.number("tablet_sched_max_scheduling_tablets")
        self.needs = sorted(needs, key=lambda need: PRIORITIES.index(need.priority))
        waiting = sum(len(need.cohort.ids) if need.wanted is None else len(need.wanted) for need in needs)
        self.admitted = 0 if len(self.running) > limit else min(waiting, limit + 1)
        if self.admitted:
            self._wake()

    def clear(self) -> None:
        """New leader, or CLEAN TABLET SCHEDULER QUEUE: nothing is scheduled any more; copies under way are forgotten."""
        for clone in list(self.running.values()):
            self._end(clone, "CANCELLED", "")
        self.needs, self.admitted = [], 0

    def abandon(self, backend: int) -> None:
        """A node went away: its clones fail and its tablets wait again."""
        for clone in list(self.running.values()):
            if backend in clone.cohort.backends or clone.dest == backend:
                self._end(clone, "CANCELLED", f"backend {backend} is not available")
        self.needs = [need for need in self.needs if backend not in need.cohort.backends]

    def abandon_table(self, table: Table) -> None:
        """The table's tablets cease to exist."""
        for clone in [c for c in self.running.values() if c.cohort.table is table]:
            self._end(clone, "CANCELLED", "tablet does not exist")
        self.needs = [need for need in self.needs if need.cohort.table is not table]

    def slots(self) -> int:
        """fe: PathSlot clamps tablet_sched_slot_num_per_path to 2..64."""
        return max(2, min(64, self._cluster.number("tablet_sched_slot_num_per_path")))

    # --- one pass

    def _wake(self) -> None:
        if not self._awake:
            self._awake = True
            self._cluster.agenda.after(PASS_S, self._pass)

    def _pass(self) -> None:
        self._finish_due()
        if self._cluster.leader is not None:
            self._start()
        if self.running:
            self._cluster.agenda.after(PASS_S, self._pass)
        else:
            # Nothing moves and nothing could be started: the checker wakes us when that may have changed.
            self._awake = False

    def _finish_due(self) -> None:
        now = self._cluster.now
        while self._heap and self._heap[0][0] <= now:
            clone = heapq.heappop(self._heap)[2]
            if clone.state == "RUNNING":
                self._finish(clone)

    def _finish(self, clone: Clone) -> None:
        dest = self._cluster.backends.get(clone.dest)
        source = self._cluster.backends.get(clone.source)
        if dest is None or source is None or not (dest.process_up and source.process_up):
            self._end(clone, "CANCELLED", "clone task failed: rpc failed")
            return
        self._release(clone)
        clone.state = "FINISHED"
        self.finished += 1
        self._cluster.placement.move(clone.cohort, clone.tablet, clone.cohort.backends | {clone.dest})

    def _end(self, clone: Clone, state: str, message: str) -> None:
        self._release(clone)
        clone.state, clone.message = state, message
        self.failed += 1
        if clone.tablet in clone.cohort.busy:
            del clone.cohort.busy[clone.tablet]
            clone.cohort.ids[clone.tablet] = None

    def _release(self, clone: Clone) -> None:
        del self.running[clone.tablet]
        clone.finish = self._cluster.now
        self.history.append(clone)
        for backend_id in (clone.source, clone.dest):
            backend = self._cluster.backends.get(backend_id)
            if backend is not None:
                backend.slots_taken -= 1
        dest = self._cluster.backends.get(clone.dest)
        if dest is not None:
            dest.disk.arriving -= clone.size

    # --- choosing

    def _start(self) -> None:
        targets = self._targets()
        for need in list(self.needs):
            if self.admitted <= 0:
                return
            if need.cohort.ids:
                self._serve(need, targets)
                if need.cohort.message not in ("", BUSY):
                    self._give_up(need)
            if targets and not any(target.free_slots for target in targets):
                return

    def _give_up(self, need: Need) -> None:
        """UNRECOVERABLE: out of the pending list at once, into the history; the checker brings it back in its next round."""
        cohort, now = need.cohort, self._cluster.now
        waiting = list(cohort.ids if need.wanted is None else need.wanted)[: self.admitted]
        for tablet in waiting[:MOST_GIVEN_UP]:
            self.history.append(
                Clone(tablet, cohort, -1, -1, 0, need.status, need.priority, now, now, "CANCELLED", cohort.message)
            )
        self.admitted -= len(waiting)
        self.needs.remove(need)

    def _targets(self) -> list[Target]:
        slots = self.slots()
        self._reserve = self._cluster.number("storage_usage_soft_limit_reserve_bytes")
        self._percent = self._cluster.number("storage_usage_soft_limit_percent")
        found = []
        for backend in self._cluster.backends.values():
            if backend.takes_replicas and backend.process_up:
                usage = backend.disk.usage
                avail = usage.avail - backend.disk.arriving
                found.append(Target(backend, avail, usage.data_total, slots))
        return found

    def _serve(self, need: Need, targets: list[Target]) -> None:
        cohort = need.cohort
        cohort.message = self._hindrance(cohort, need.status)
        if cohort.message:
            return
        hosts = {b.host for b in (self._cluster.backends.get(i) for i in cohort.backends) if b is not None}
        possible = [t for t in targets if t.backend.host not in hosts]
        sources = [b for b in (self._cluster.backends.get(i) for i in cohort.backends) if b is not None and b.process_up]
        slots = self.slots()
        while cohort.ids and self.admitted > 0:
            tablet = self._next_tablet(need)
            if tablet is None:
                return
            target = self._choose(cohort, possible, need.wanted[tablet] if need.wanted else None)
            source = min((b for b in sources if b.slots_taken < slots), key=lambda b: b.slots_taken, default=None)
            if target is None:
                return
            if source is None or target.free_slots <= 0:
                cohort.message = BUSY
                return
            if need.wanted:
                del need.wanted[tablet]
            self._launch(need, tablet, source, target)

    def _next_tablet(self, need: Need) -> int | None:
        if need.wanted is None:
            return next(iter(need.cohort.ids))
        while need.wanted:
            tablet = next(iter(need.wanted))
            if tablet in need.cohort.ids:
                return tablet
            del need.wanted[tablet]
        return None

    def _choose(self, cohort: Cohort, possible: list[Target], wanted: int | None) -> Target | None:
        """The least loaded fitting path with a free slot; a full one if only slots are missing; None if none fits."""
        fitting = [
            target
            for target in possible
            if target.fits(cohort.table.tablet_bytes, self._reserve, self._percent) and wanted in (None, target.backend.id)
        ]
        if not fitting:
            cohort.message = NO_PATH
            return None
        return min(fitting, key=lambda target: (target.free_slots <= 0, target.load))

    def _hindrance(self, cohort: Cohort, status: str) -> str:
        if cohort.table.state != "NORMAL":
            return f"table is in alter process, but tablet status is {status}"
        if cohort.trouble == NO_MEDIUM and self._cluster.flag("enable_strict_storage_medium_check"):
            return NO_PATH
        if cohort.trouble.startswith(NO_LOCATION) and not self._labelled(cohort.trouble.removeprefix(NO_LOCATION)):
            return NO_PATH
        readable = any((b := self._cluster.backends.get(i)) is not None and b.alive for i in cohort.backends)
        if cohort.trouble == SOURCE_BAD or not readable:
            return NO_SOURCE
        return ""

    def _labelled(self, label: str) -> bool:
        """Whether a backend that takes replicas has this location."""
        return any(backend.location == label and backend.takes_replicas for backend in self._cluster.backends.values())

    def _launch(self, need: Need, tablet: int, source: Backend, target: Target) -> None:
        cohort, now = need.cohort, self._cluster.now
        size = cohort.table.tablet_bytes
        spread = 1 + CLONE_SPREAD * (2 * self._cluster.rng.random() - 1)
        speed = max(self._cluster.clone_speed, 1e-6) / max(source.disk.slowness, target.backend.disk.slowness)
        duration = (CLONE_LATENCY_S + size / CLONE_BYTES_PER_S) * spread / speed
        clone = Clone(
            tablet, cohort, source.id, target.backend.id, size, need.status, need.priority, now, now + duration
        )
        del cohort.ids[tablet]
        cohort.busy[tablet] = None
        source.slots_taken += 1
        target.backend.slots_taken += 1
        target.backend.disk.arriving += size
        target.avail -= size
        self.running[tablet] = clone
        self.admitted -= 1
        self._sequence += 1
        heapq.heappush(self._heap, (clone.finish, self._sequence, clone))
