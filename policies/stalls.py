"""The stall doctor: why a drain does not move, with the evidence, and what a person can do.

Causes in order; the first with evidence wins. Message patterns are the scheduler's own texts
(fe: clone/TabletScheduler.java, clone/TabletSchedCtx.java), matched case-insensitively.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from policies import settings
from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.pacing import Pacing
from policies.plan import BackendDrained, Step
from policies.progress import last_moved_at
from policies.room import disks_of, usable_bytes
from policies.units import in_count, in_list, in_time

NO_DESTINATION = "unable to find dest path"
WAITS_FOR_TRANSACTION = "wait txn before"
UNDER_ALTER = "is in alter process"
NO_SOURCE = "unable to find source"
OLD_TRANSACTION = timedelta(minutes=10)

Cause = Callable[[Backend, ClusterState], Stall | None]


def diagnose(step: Step, memory: StepMemory, state: ClusterState, pacing: Pacing, now: datetime) -> Stall | None:
    """The cause of a stall, or None while the drain moves, is still in its plateau, or is not a drain at all."""
    if not isinstance(step.until, BackendDrained):
        return None
    backend = state.backend_by_id(step.until.backend_id)
    if backend is None or backend.tablets == 0 or not _stands_still(memory, pacing, now, pacing.stalled_after):
        return None
    found = (cause(backend, state) for cause in CAUSES)
    return next((stall for stall in found if stall is not None), _unknown(backend, memory, now))


def needs_evidence(step: Step, memory: StepMemory, pacing: Pacing, now: datetime) -> bool:
    """A stall is near or on, so the next look should read the expensive parts too."""
    if not isinstance(step.until, BackendDrained):
        return False
    return memory.stall is not None or _stands_still(memory, pacing, now, pacing.stalled_after * 0.8)


def _stands_still(memory: StepMemory, pacing: Pacing, now: datetime, patience: float) -> bool:
    moved_at = last_moved_at(memory)
    never = memory.peak is None or not memory.samples or memory.samples[-1].tablets >= memory.samples[0].tablets
    if never:
        patience += pacing.plateau
    return now - moved_at >= timedelta(seconds=pacing.wall(patience))


def _died(backend: Backend, _state: ClusterState) -> Stall | None:
    if backend.alive:
        return None
    because = f" ({backend.error})" if backend.error else ""
    return Stall(
        cause="node died",
        sentence=f"{backend.address} is not alive any more{because}: one-replica tablets on it have no source.",
        advice="Start its process again; the drain then goes on by itself.",
    )


def _frozen(_backend: Backend, state: ClusterState) -> Stall | None:
    if not state.settings or settings.number(state, settings.MAX_SCHEDULING) > 0:
        return None
    name = settings.MAX_SCHEDULING.name
    return Stall(
        cause="scheduler frozen",
        sentence=f"The tablet scheduler is frozen: {name} is 0.",
        advice=f'ADMIN SET FRONTEND CONFIG ("{name}" = "{settings.MAX_SCHEDULING.default}"), unless an upgrade is going on.',
    )


def _no_source(_backend: Backend, state: ClusterState) -> Stall | None:
    examples = _tablets_saying(state, NO_SOURCE)
    if not examples:
        return None
    return Stall(
        cause="source unhealthy",
        sentence="Some tablets have no healthy replica to copy from.",
        advice="ADMIN SHOW REPLICA STATUS on their tables shows which are bad; they must be repaired or restored.",
        examples=examples,
    )


def _no_room(backend: Backend, state: ClusterState) -> Stall | None:
    examples = _tablets_saying(state, NO_DESTINATION)
    stayers = [b for b in state.staying({backend.address}) if b.alive and b.disks]
    full = stayers and not any(usable_bytes(disk, state) for b in stayers for disk in disks_of(b))
    if not examples and not full:
        return None
    limit = settings.number(state, settings.SOFT_LIMIT_PERCENT)
    return Stall(
        cause="no room",
        sentence=f"No disk of the staying nodes may take more: each is at its soft limit ({limit} %), or holds a replica.",
        advice="Free space or add a backend; Abort keeps what has moved.",
        examples=examples,
    )


def _alter(_backend: Backend, state: ClusterState) -> Stall | None:
    examples = _tablets_saying(state, UNDER_ALTER)
    if not state.alter_jobs or not (examples or state.alter_jobs):
        return None
    jobs = in_list([f"{job.database}.{job.table}" for job in state.alter_jobs])
    return Stall(
        cause="alter job",
        sentence=f"Tables under ALTER keep their tablets where they are: {jobs}.",
        advice="Wait for the job, or cancel it (CANCEL ALTER TABLE) if it can be repeated.",
        examples=examples,
    )


def _transaction(_backend: Backend, state: ClusterState) -> Stall | None:
    examples = _tablets_saying(state, WAITS_FOR_TRANSACTION)
    old = [t for t in state.transactions or () if t.prepared and state.taken_at - t.prepared > OLD_TRANSACTION]
    if not old and not examples:
        return None
    words = "Old replicas wait for older load transactions of their table to end."
    if old:
        oldest = min(old, key=lambda t: t.prepared or state.taken_at)
        age = in_time(state.taken_at - (oldest.prepared or state.taken_at))
        words = f"Old replicas wait for transaction {oldest.id} ({oldest.label}, {oldest.database}), {age} old."
    return Stall(
        cause="long transaction",
        sentence=words,
        advice="Let that load end or stop it at its source; the drain then goes on by itself.",
        examples=examples,
    )


def _colocate(_backend: Backend, state: ClusterState) -> Stall | None:
    moving = [group.name for group in state.colocate_groups or () if not group.stable]
    off = settings.is_on(state, settings.DISABLE_COLOCATE_BALANCE) and bool(state.colocate_groups)
    if not moving and not off:
        return None
    if off:
        words = f"{settings.DISABLE_COLOCATE_BALANCE.name} is true: colocate tables cannot leave."
        return Stall(cause="colocate wait", sentence=words, advice="Set it to false for the drain.")
    return Stall(
        cause="colocate wait",
        sentence=f"Colocate groups are still relocating: {in_list(moving)}.",
        advice="From 3.4 the balancer waits until the set of alive nodes was unchanged for 15 minutes: be patient.",
    )


def _recycle_bin(backend: Backend, state: ClusterState) -> Stall | None:
    held = state.recycle_bin.on_backend.get(backend.id, 0) if state.recycle_bin else 0
    if not held:
        return None
    keeps = in_time(settings.number(state, settings.TRASH_EXPIRE))
    return Stall(
        cause="recycle bin",
        sentence=f"{in_count(held)} of the {in_count(backend.tablets)} tablets left belong to dropped tables or partitions.",
        advice=f"The recycle bin lets them go {keeps} after the drop (catalog_trash_expire_second); then the drain ends.",
    )


def _too_few(backend: Backend, state: ClusterState) -> Stall | None:
    stayers = [b for b in state.staying({backend.address}) if b.alive]
    largest = max((r.replication for r in state.replication or ()), default=0)
    if largest <= len(stayers):
        return None
    return Stall(
        cause="replicas exceed backends",
        sentence=f"A table asks for {largest} replicas, and only {len(stayers)} alive backends stay.",
        advice="Add a backend, or lower that table's replication_num.",
    )


CAUSES: tuple[Cause, ...] = (
    _died, _frozen, _too_few, _no_source, _recycle_bin, _no_room, _alter, _transaction, _colocate
)


def _tablets_saying(state: ClusterState, text: str) -> tuple[str, ...]:
    examples = state.scheduler.examples if state.scheduler else ()
    return tuple(f"tablet {e.tablet_id}: {e.message}" for e in examples if text in e.message.lower())[:5]


def _unknown(backend: Backend, memory: StepMemory, now: datetime) -> Stall:
    still = in_time(now - last_moved_at(memory))
    return Stall(
        cause="unknown",
        sentence=f"No tablet has left {backend.address} for {still}; {in_count(backend.tablets)} are left. The cause is unknown.",
        advice='On the leader, fe.log says every 10 s "lefts … replicas to decommission" with example tablet ids.',
    )
