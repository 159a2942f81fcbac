"""Faults of data: what keeps tablets where they are."""

from itertools import islice
from typing import TYPE_CHECKING

from workers.twin.faults.nodes import backend_at
from workers.twin.life.checker import CHECKER_S
from workers.twin.model.activity import AlterJob, BinnedPartition, RoutineLoad, Transaction
from workers.twin.model.catalog import ColocateGroup, Database, Partition, Table
from workers.twin.model.placement import MISSED_LOADS, NO_LOCATION, NO_MEDIUM, SOURCE_BAD, UNHEALTHY, Cohort

if TYPE_CHECKING:
    from workers.twin.twin import Twin


def _ordinary(twin: "Twin", at: str) -> list[Cohort]:
    """Cohorts on a backend that nothing ails, biggest first; colocate tables have rules of their own."""
    backend = backend_at(twin, at)
    found = [
        cohort
        for cohort in twin.cluster.placement.on(backend.id)
        if not (cohort.trouble or cohort.table.colocate_group or cohort.table.in_recycle_bin)
    ]
    return sorted(found, key=lambda cohort: -len(cohort.ids))


def recycle_bin(twin: "Twin", at: str, tablets: int, seconds: float | None) -> None:
    """Somebody drops partitions with `tablets` tablets on the backend; the bin keeps them for `seconds`."""
    cluster = twin.cluster
    entries: list[BinnedPartition] = []
    left = tablets
    for cohort in _ordinary(twin, at):
        ids = list(islice(cohort.ids, left))
        if ids:
            entries.append(_dropped(twin, cohort, ids))
            left -= len(ids)
        if left <= 0:
            break
    expire = float(cluster.number("catalog_trash_expire_second"))
    cluster.agenda.after(expire if seconds is None else seconds, lambda: _erase(twin, entries))


def _dropped(twin: "Twin", cohort: Cohort, ids: list[int]) -> BinnedPartition:
    cluster, original = twin.cluster, cohort.table
    for tablet in ids:
        original.partition_of(tablet).dropped += 1
    bin_table = Table(
        cluster.catalog.new_id(), original.database, original.name, original.replication, original.tablet_bytes,
        in_recycle_bin=True,
    )  # fmt: skip
    partition = Partition(cluster.catalog.new_id(), f"p_dropped_{len(cluster.recycle_bin) + 1}", 0, 0, cohort.replication)
    bin_table.partitions.append(partition)
    cluster.catalog.revision += 1
    cluster.placement.relabel(cohort, ids, table=bin_table, trouble="")
    entry = BinnedPartition(bin_table, original, partition.id, partition.name, cluster.now, len(ids))
    cluster.recycle_bin.append(entry)
    return entry


def _erase(twin: "Twin", entries: list[BinnedPartition]) -> None:
    cluster = twin.cluster
    for entry in entries:
        twin.course.clones.abandon_table(entry.table)
        twin.course.removals.abandon_table(entry.table)
        for cohort in [c for c in cluster.placement.cohorts.values() if c.table is entry.table]:
            cluster.placement.erase(cohort)
        cluster.recycle_bin.remove(entry)
    twin.course.tell("the recycle bin erased dropped partitions")


def _database(twin: "Twin", name: str | None) -> Database:
    """The named one, or the one with most tablets: what is blocked there is noticed."""
    databases = twin.cluster.catalog.databases
    if name is None:
        return max(databases.values(), key=lambda d: sum(table.tablets for table in d.tables.values()))
    if name not in databases:
        raise LookupError(f"no database {name!r}")
    return databases[name]


def _table(twin: "Twin", name: str | None) -> Table:
    """The named one (db.table), or the biggest."""
    if name is None:
        plain = [table for table in twin.cluster.catalog.tables() if not table.colocate_group]
        return max(plain, key=lambda table: table.tablets)
    table = twin.cluster.catalog.table(name)
    if table is None:
        raise LookupError(f"no table {name!r}")
    return table


def long_transaction(twin: "Twin", database: str | None, seconds: float | None, age_s: float) -> None:
    cluster = twin.cluster
    ident = cluster.next_transaction - 1
    cluster.next_transaction += 1
    label = f"nightly_import_{ident}"
    cluster.transactions[ident] = Transaction(ident, _database(twin, database), label, cluster.now - age_s)

    def end() -> None:
        cluster.transactions.pop(ident, None)

    if seconds is not None:
        cluster.agenda.after(seconds, end)


def end_transactions(twin: "Twin") -> None:
    twin.cluster.transactions.clear()


def routine_load(twin: "Twin", job: str, database: str | None, state: str, reason: str) -> None:
    """One there is gets another state."""
    cluster = twin.cluster
    load = next((each for each in cluster.routine_loads if each.name == job), None)
    if load is None:
        load = RoutineLoad(cluster.catalog.new_id(), job, _database(twin, database), cluster.now)
        cluster.routine_loads.append(load)
    load.state, load.reason = state, reason
    load.paused = cluster.now if state == "PAUSED" else None


def create_table(twin: "Twin", table: str) -> None:
    twin.cluster.catalog.add_table(table, 3, 0)


def alter_job(twin: "Twin", table: str | None, seconds: float | None) -> None:
    cluster = twin.cluster
    job = AlterJob(cluster.catalog.new_id(), _table(twin, table), cluster.now)
    job.table.state = "SCHEMA_CHANGE"
    cluster.alter_jobs.append(job)

    def finish() -> None:
        job.state, job.finished, job.table.state = "FINISHED", cluster.now, "NORMAL"

    if seconds is not None:
        cluster.agenda.after(seconds, finish)


def _groups(twin: "Twin") -> list[ColocateGroup]:
    groups = list(twin.cluster.catalog.groups.values())
    if not groups:
        raise LookupError("this cluster has no colocate group")
    return groups


def colocate_unstable(twin: "Twin", seconds: float | None) -> None:
    cluster = twin.cluster
    for group in _groups(twin):
        group.held_unstable, group.stable = True, False

    def release() -> None:
        for group in cluster.catalog.groups.values():
            group.held_unstable, group.stable = False, True
        cluster.disturbed = True

    if seconds is not None:
        cluster.agenda.after(seconds, release)


def colocate_wait(twin: "Twin") -> None:
    """A node came and went a moment ago: 15 minutes of rest are asked for before colocate tablets move."""
    _groups(twin)
    twin.course.colocation.waits = True
    twin.cluster.membership_changed_at = twin.cluster.now


def source_unhealthy(twin: "Twin", at: str, tablets: int) -> None:
    _mark(twin, at, tablets, SOURCE_BAD)


def source_healthy(twin: "Twin") -> None:
    """Somebody set the replicas' status right: every tablet can be read again."""
    placement = twin.cluster.placement
    for cohort in [c for c in placement.cohorts.values() if c.trouble == SOURCE_BAD]:
        placement.relabel(cohort, list(cohort.ids), trouble="")
    twin.cluster.disturbed = True


def location(twin: "Twin", at: str, label: str, tablets: int) -> None:
    """The backend gets a label; `tablets` of its tablets may lie on backends of this label only."""
    backend_at(twin, at).location = label
    if tablets:
        _mark(twin, at, tablets, NO_LOCATION + label)
    twin.cluster.disturbed = True


def strict_medium(twin: "Twin", at: str, tablets: int) -> None:
    """These want SSD and no other disk will do."""
    leader = twin.cluster.leader
    if leader is not None:
        leader.settings["enable_strict_storage_medium_check"] = "true"
    _mark(twin, at, tablets, NO_MEDIUM)


def unhealthy_baseline(twin: "Twin", tablets: int) -> None:
    """Unhealthy for reasons of their own, before and after; they move like any other."""
    placement = twin.cluster.placement
    left = tablets
    for cohort in [c for c in placement.cohorts.values() if not (c.trouble or c.table.colocate_group)]:
        ids = list(islice(cohort.ids, left))
        placement.relabel(cohort, ids, trouble=UNHEALTHY)
        left -= len(ids)
        if left <= 0:
            return


def missed_loads(twin: "Twin", at: str, tablets: int) -> None:
    """Loads went on while the backend was away: so many of its tablets lack their versions. The scheduler repairs them, no more a
    round than it takes on: with a limit of 0 that is one (fe: clone/TabletScheduler.java, size > limit).
    """
    cluster = twin.cluster
    mended = MISSED_LOADS + backend_at(twin, at).host
    _mark(twin, at, tablets, mended)

    def repair() -> None:
        left = cluster.number("tablet_sched_max_scheduling_tablets") + 1
        found = [cohort for cohort in cluster.placement.cohorts.values() if cohort.trouble == mended]
        for cohort in found:
            ids = list(islice(cohort.ids, left))
            cluster.placement.relabel(cohort, ids, trouble="")
            left -= len(ids)
        if any(cohort.ids for cohort in found):
            cluster.agenda.after(CHECKER_S, repair)
        else:
            cluster.placement.tidy()

    cluster.agenda.after(CHECKER_S, repair)


def _mark(twin: "Twin", at: str, tablets: int, trouble: str) -> None:
    left = tablets
    for cohort in _ordinary(twin, at):
        ids = list(islice(cohort.ids, left))
        twin.cluster.placement.relabel(cohort, ids, trouble=trouble)
        left -= len(ids)
        if left <= 0:
            break
    twin.cluster.disturbed = True


def replicas_exceed(twin: "Twin", replication: int | None, tablets: int) -> None:
    """Somebody creates a table with as many replicas as there are alive backends, or the number given."""
    cluster = twin.cluster
    alive = sorted(b.id for b in cluster.backends.values() if b.alive)
    wanted = len(alive) if replication is None else replication
    name = f"wide_{len(cluster.catalog.tables())}"
    table = cluster.catalog.add_table(f"scratch.{name}", wanted, 1024**2)
    partition = cluster.catalog.add_partition(table, name, tablets, wanted)
    ids = range(partition.first_tablet, partition.first_tablet + tablets)
    cluster.placement.place(table, wanted, alive[:wanted], ids)
    cluster.disturbed = True


def replicas_lowered(twin: "Twin", replication: int) -> None:
    """Somebody lowers every partition that wants more replicas to `replication` (MODIFY PARTITION)."""
    cluster = twin.cluster
    for table in cluster.catalog.tables():
        for partition in table.partitions:
            partition.replication = min(partition.replication, replication)
    for cohort in [c for c in cluster.placement.cohorts.values() if c.replication > replication and not c.busy]:
        lower = cluster.placement.cohort(cohort.table, replication, cohort.backends, cohort.trouble)
        lower.ids.update(cohort.ids)
        cohort.ids.clear()
    cluster.catalog.revision += 1
    cluster.disturbed = True


def drain_rate(twin: "Twin", factor: float) -> None:
    if factor <= 0:
        raise ValueError(f"factor must be positive, not {factor}")
    twin.cluster.clone_speed = factor
