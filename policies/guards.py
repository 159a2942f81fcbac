"""Guards: what a look may show that the plan does not know, so that a person must decide. Judged at every look.

A missing leader is not interference: it is waited for.
"""

from datetime import datetime

from policies.cluster import Backend, ClusterState
from policies.operation import Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.plan import BackendDrained, Plan, Step
from policies.progress import rate
from policies.units import in_count, in_list

VANISHED_FACTOR = 4.0
VANISHED_FLOOR = 2_000
"""A node normally vanishes without ever showing 0. It went too early when it held far more tablets at the last look than
the measured rate could have moved since: then somebody dropped it."""


def interference(plan: Plan, operation: Operation, state: ClusterState, pacing: Pacing, now: datetime) -> str | None:
    """Why to halt, as a sentence; None when the cluster is as the plan expects at this step."""
    step = plan.steps[min(operation.step, len(plan.steps) - 1)]
    undoing = operation.state is OperationState.UNDOING
    return (
        _other_identity(step, state)
        or _target_died(step, state)
        or (None if undoing else _others(plan, operation, state))
        or (None if undoing else _flag_cleared(step, operation, state))
        or (None if undoing else _vanished_early(step, operation.memory, state, now))
    )


def _other_identity(step: Step, state: ClusterState) -> str | None:
    listed = state.backend(step.until.address)
    if listed is None or listed.id == step.until.backend_id:
        return None
    return (
        f"{listed.address} is now backend {listed.id}, not {step.until.backend_id}: "
        "somebody dropped it and added it again. The approved plan is about the old one."
    )


def _target_died(step: Step, state: ClusterState) -> str | None:
    backend = state.backend_by_id(step.until.backend_id)
    if backend is None or backend.alive or not backend.tablets:
        return None
    because = f" ({backend.error})" if backend.error else ""
    return (
        f"{backend.address} died while {in_count(backend.tablets)} tablets were on it{because}. "
        "Start its process again, then Retry; one-replica tablets have no other copy."
    )


def _others(plan: Plan, operation: Operation, state: ClusterState) -> str | None:
    group = plan.steps[min(operation.step, len(plan.steps) - 1)].group
    others = [b for b in state.backends if str(b.address) != group]
    down = [str(b.address) for b in others if not b.alive]
    if down:
        return f"Another backend is down: {in_list(down)}. Bring it back, then Retry; the drain itself goes on."
    stopping = [str(b.address) for b in others if b.shutting_down]
    if stopping:
        return f"Another backend is shutting down: {in_list(stopping)}. Let it come back, then Retry."
    leaving = [str(b.address) for b in others if b.decommissioned]
    if leaving:
        return f"Another backend is leaving that this plan has not started: {in_list(leaving)}. Somebody else drains too."
    return None


def _flag_cleared(step: Step, operation: Operation, state: ClusterState) -> str | None:
    if not isinstance(step.until, BackendDrained):
        return None
    backend = state.backend_by_id(step.until.backend_id)
    if backend is None or backend.decommissioned:
        return None
    return (
        f"{backend.address} is not leaving any more: somebody cancelled its decommission. "
        f"{in_count(backend.tablets)} tablets are on it. Abort ends this operation as it is."
    )


def _vanished_early(step: Step, memory: StepMemory | None, state: ClusterState, now: datetime) -> str | None:
    if not isinstance(step.until, BackendDrained) or memory is None or not memory.samples:
        return None
    if state.backend_by_id(step.until.backend_id) is not None:
        return None
    last = memory.samples[-1]
    measured = rate(memory.samples)
    gap = (now - last.at).total_seconds()
    possible = (measured.tablets if measured else 0.0) * gap * VANISHED_FACTOR
    if last.tablets <= max(VANISHED_FLOOR, possible):
        return None
    return (
        f"{step.until.address} vanished with {in_count(last.tablets)} tablets on it at the last look: "
        "it was dropped, not drained. Look at unhealthy tablets (SHOW PROC '/statistic') before anything else."
    )


def target_of(step: Step, state: ClusterState) -> Backend | None:
    """The row the step is about."""
    return state.backend_by_id(step.until.backend_id)
