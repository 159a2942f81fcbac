"""Nodes that come, go, or come back: listed, up, unlisted, filling, led elsewhere, stopped."""

from datetime import datetime

from policies.awaited import (
    LeaderElsewhere,
    NodeCondition,
    NodeListed,
    NodeUnlisted,
    NodeUp,
    ProcessSilent,
    TabletsArriving,
)
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend
from policies.heartbeat_errors import in_words
from policies.operation import Reading, StepMemory
from policies.pacing import Pacing
from policies.units import in_bytes, in_count, in_time
from policies.versions import runs

JOURNAL_LAG = 1_000
"""Journal entries a frontend may be behind the leader and still count as caught up: a busy leader writes some hundred in
the 5 s between two heartbeats, and what SHOW FRONTENDS prints is as old as those (mission 000 shows 26)."""
NO_TABLET_PATIENCE = 1_800.0
"""Cluster seconds: while no disk is half full, a new backend may get no tablet at all
(fe: common/Config.java tablet_sched_balance_load_disk_safe_threshold)."""

Row = Backend | ComputeNode | Frontend


def holds(condition: NodeCondition, state: ClusterState) -> bool:
    """Whether this look alone shows what the condition wants."""
    match condition:
        case NodeListed():
            return state.node(condition.role, condition.address) is not None
        case NodeUp():
            row = state.node(condition.role, condition.address)
            return row is not None and not missing(condition, row, state)
        case NodeUnlisted():
            return state.lists(condition.role) and state.node(condition.role, condition.address) is None
        case TabletsArriving():
            backend = state.backend(condition.address)
            return backend is not None and backend.tablets > 0
        case LeaderElsewhere():
            return state.leader is not None and state.leader.address != condition.address
        case ProcessSilent():
            return _is_silent(condition, state)


def read(condition: NodeCondition, state: ClusterState, memory: StepMemory, pacing: Pacing, now: datetime) -> Reading:
    """What the condition sees, as a sentence."""
    done = holds(condition, state)
    match condition:
        case NodeUp():
            return Reading(done=done, sentence=_up_words(condition, state))
        case TabletsArriving():
            return _arriving(condition, state, memory, pacing, now)
        case NodeListed():
            words = "is listed" if done else "is not listed yet"
            return Reading(done=done, sentence=f"{condition.address} {words} as {condition.role.short}.")
        case NodeUnlisted():
            words = "is no longer listed" if done else "is still listed"
            return Reading(done=done, sentence=f"{condition.address} {words} as {condition.role.short}.")
        case LeaderElsewhere():
            return Reading(done=done, sentence=_leader_words(condition, state))
        case ProcessSilent():
            return Reading(done=done, sentence=_silence_words(condition, state))


def missing(condition: NodeUp, row: Row, state: ClusterState) -> str:
    """What is not as it should be yet, in words; empty when the node is up."""
    if not row.alive:
        return f"is not alive{in_words(row.error)}" if row.error else "is not alive yet."
    if not row.version:
        return "is alive, but has not told its version yet."
    if condition.version and not runs(row.version, condition.version):
        return f"runs {row.version}, but {condition.version} is wanted."
    if isinstance(row, Frontend):
        return _behind(row, state)
    if isinstance(row, Backend) and row.total <= condition.more_than:
        return f"is alive with {in_bytes(row.total)} of disk in total; more than {in_bytes(condition.more_than)} is awaited."
    return ""


def _behind(row: Frontend, state: ClusterState) -> str:
    if not row.joined:
        return "is alive, but has not joined the group of frontends yet."
    if state.leader is None:
        return "waits for a leader."
    lag = state.leader.journal_id - row.journal_id
    return f"is {in_count(lag)} journal entries behind the leader." if lag > JOURNAL_LAG else ""


def _up_words(condition: NodeUp, state: ClusterState) -> str:
    row = state.node(condition.role, condition.address)
    who = f"{condition.role.short} {condition.address}"
    if row is None:
        return f"{who} is not listed."
    wanting = missing(condition, row, state)
    if wanting:
        return f"{who} {wanting}"
    disk = f", {in_bytes(row.total)} of disk" if isinstance(row, Backend) and row.total else ""
    return f"{who} is up: alive, version {row.version}{disk}."


def _arriving(
    condition: TabletsArriving, state: ClusterState, memory: StepMemory, pacing: Pacing, now: datetime
) -> Reading:
    row = state.backend(condition.address)
    tablets = row.tablets if row is not None else 0
    if tablets:
        used = in_bytes(row.data_used) if row is not None else ""
        return Reading(done=True, sentence=f"Balancing has begun: {condition.address} holds {in_count(tablets)} tablets ({used}).")
    waited = now - memory.entered_at
    if row is not None and waited.total_seconds() >= pacing.wall(NO_TABLET_PATIENCE):
        words = f"{condition.address} has got no tablet in {in_time(waited)}: the balancer sees no need, or is switched off."
        return Reading(done=True, sentence=words)
    return Reading(done=False, sentence=f"{condition.address} is empty; the balancer has not begun yet.")


def _is_silent(condition: ProcessSilent, state: ClusterState) -> bool:
    quiet = None if state.silent is None else condition.probed in state.silent
    if state.hosts is None:
        return quiet is True
    look = state.host_of(condition.address)
    return look is not None and not look.trouble and look.process is None and quiet is not False


def _silence_words(condition: ProcessSilent, state: ClusterState) -> str:
    look = state.host_of(condition.address)
    if look is not None and look.trouble:
        return f"Whether a process still runs on {condition.address.host} is not known: {look.trouble}"
    if look is not None and look.process is not None:
        return f"Process {look.process.pid} still runs on {condition.address.host}."
    if look is not None and (state.silent is None or condition.probed in state.silent):
        return f"No process of it runs on {condition.address.host} any more."
    if state.silent is None:
        return f"Whether a process still answers at {condition.probed} cannot be tried from here."
    return f"{'Nothing answers' if condition.probed in state.silent else 'A process still answers'} at {condition.probed}."


def _leader_words(condition: LeaderElsewhere, state: ClusterState) -> str:
    if state.leader is None:
        return "No frontend leads right now: an election is going on."
    if state.leader.address == condition.address:
        return f"{condition.address} still leads."
    return f"{state.leader.address} leads now."
