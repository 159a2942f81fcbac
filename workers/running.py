"""A turn of a running operation: look, let policies.stepping say what is next, do just that.

An act goes through five moments: its intent is committed (and copied to the audit file), the cluster is looked at live,
the statement is sent, the cluster is looked at again, the outcome is committed. A crash between any two is repaired by
the next look: policies.stepping decides from what is seen, never from what was hoped.
"""

from datetime import datetime

from policies.awaited import BackendDrained
from policies.cluster import ClusterState
from policies.deciding import tell
from policies.leasing import due
from policies.mixed import changed, noted, watched
from policies.operation import EventKind, Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.picture import looked, worth_noting
from policies.plan import Plan, Step
from policies.stalls import needs_evidence
from policies.stepping import Perform
from workers import series
from workers.acting import act
from workers.audit import AuditEntry
from workers.holding import hold
from workers.looking import decide_move, depth_of, failed_on_host, in_hand, look_shared
from workers.outcomes import halt, settle, unreachable, until_looked_at
from workers.starrocks import ClusterError, Depth
from workers.store import Claim
from workers.wiring import Wiring


def step(wiring: Wiring, claim: Claim, operation: Operation, now: datetime) -> str:
    """One look and what follows from it."""
    plan = claim.plan
    if plan is None:
        raise RuntimeError(f"{operation.id} runs without a plan")
    operation, now_at = _with_memory(operation, plan, now), in_hand(plan, operation)
    pacing = wiring.settings.pacing(operation.cluster)
    if due(plan, operation, pacing, now):
        kept = hold(wiring, claim, plan, operation, now)
        if isinstance(kept, str):
            return kept
        operation = kept
    depth = _depth(now_at, operation, pacing, now)
    try:
        state = look_shared(wiring, plan, operation, depth)
    except ClusterError as error:
        failed = failed_on_host(wiring, plan, operation, now)
        if failed:
            return halt(wiring, claim, operation, failed, now)
        return unreachable(wiring, claim, operation, error, now)
    operation = operation.with_(trouble="", trouble_since=None)
    seen = _objects(wiring, claim, plan, operation, state, now)
    if isinstance(seen, str):
        return seen
    operation = seen
    if isinstance(now_at.until, BackendDrained):
        _note(wiring, operation, plan, now_at.until, state, now)
    move = decide_move(wiring, plan, operation, state, now)
    if isinstance(move, Perform):
        return act(wiring, claim, plan, operation.with_(memory=move.memory), move, now)
    return settle(wiring, claim, plan, operation, move, state, now)


def _objects(
    wiring: Wiring, claim: Claim, plan: Plan, operation: Operation, state: ClusterState, now: datetime
) -> Operation | str:
    """The operation with what there is while frontends of two versions run; or, where somebody changed that, what was told."""
    if operation.state is OperationState.UNDOING or not watched(plan, operation.step):
        return operation
    there = noted(state, now)
    if there is None:
        return operation
    words = changed(operation, there)
    operation = operation.with_(objects=there)
    if not words:
        return operation
    operation, event = tell(operation, now, EventKind.OBSERVED, words)
    wiring.store.commit(claim, operation, delay_s=0, events=(event,), audit=(AuditEntry.of(operation, event),))
    return words


def _note(wiring: Wiring, operation: Operation, plan: Plan, drain: BackendDrained, state: ClusterState, now: datetime) -> None:
    """Keep this look for the picture; the one that sees the node gone in any case."""
    gone = state.backend_by_id(drain.backend_id) is None
    if gone or worth_noting(operation.memory, wiring.settings.pacing(operation.cluster), now):
        series.note(wiring.mailbox.redis, wiring.mailbox.keys, operation.id, looked(plan, state, now))


def rest(wiring: Wiring, claim: Claim, operation: Operation, now: datetime) -> str:
    """Halted: a person decides. What is lent stays in force meanwhile, however long that takes."""
    pacing = wiring.settings.pacing(operation.cluster)
    if claim.plan is not None and due(claim.plan, operation, pacing, now):
        kept = hold(wiring, claim, claim.plan, operation, now)
        if isinstance(kept, str):
            return kept
        operation = kept
    wiring.store.commit(claim, operation, delay_s=until_looked_at(wiring, operation))
    return "waiting for a person"


def _with_memory(operation: Operation, plan: Plan, now: datetime) -> Operation:
    """Memory for the step in hand; a step that is entered for the first time starts with an empty one."""
    if operation.memory is not None:
        return operation
    name = "undo" if operation.state is OperationState.UNDOING else in_hand(plan, operation).id
    return operation.with_(memory=StepMemory(step=name, entered_at=now))


def _depth(step: Step, operation: Operation, pacing: Pacing, now: datetime) -> Depth:
    memory = operation.memory
    assert memory is not None  # set by _with_memory
    return Depth.EVIDENCE if needs_evidence(step, memory, pacing, now) else depth_of(step)
