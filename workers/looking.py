"""What a turn looks at, and what policies.stepping makes of it."""

from datetime import datetime

from policies.awaited import NodeCondition, OnBlacklist, SettingCondition
from policies.cluster import ClusterState
from policies.leasing import leases
from policies.operation import Operation, OperationState
from policies.plan import Plan, Step
from policies.stepping import Move, Wait, next_move, next_undo
from workers.starrocks import Depth
from workers.store import Claim
from workers.wiring import Wiring

S = OperationState


def look(wiring: Wiring, claim: Claim, plan: Plan, operation: Operation, depth: Depth) -> ClusterState:
    """A live look, with what the frontends have in memory where that is about to be given back. Raises ClusterError, Fenced."""
    state = wiring.look(claim, operation.cluster, depth, targets=plan.targets)
    if depth is Depth.SETTINGS or not _gives_back(plan, operation):
        return state
    return _with_settings(state, wiring.look(claim, operation.cluster, Depth.SETTINGS))


def watch(wiring: Wiring, plan: Plan, operation: Operation, depth: Depth) -> ClusterState:
    """The same, shared with others; never older than our own last statement or a person's decision. Raises ClusterError."""
    young = operation.changed_at
    state = wiring.watch(operation.cluster, depth, plan.targets, younger_than=young)
    if depth is Depth.SETTINGS or not _gives_back(plan, operation):
        return state
    return _with_settings(state, wiring.watch(operation.cluster, Depth.SETTINGS, younger_than=young))


def _gives_back(plan: Plan, operation: Operation) -> bool:
    return operation.state is S.UNDOING and bool(leases(plan, operation.step))


def _with_settings(state: ClusterState, settings: ClusterState) -> ClusterState:
    return state.with_(frontends=state.frontends or settings.frontends, frontend_settings=settings.frontend_settings)


def decide_move(wiring: Wiring, plan: Plan, operation: Operation, state: ClusterState, now: datetime) -> Move:
    """What policies.stepping says for this look; a paused operation only watches."""
    pacing = wiring.settings.pacing(operation.cluster)
    if operation.state is S.UNDOING:
        return next_undo(plan, operation, state, pacing, now)
    move = next_move(plan, operation, state, pacing, now)
    if operation.state is S.PAUSED and not isinstance(move, Wait):
        return Wait(after_s=pacing.wall(pacing.look_every), memory=move.memory)
    return move


def in_hand(plan: Plan, operation: Operation) -> Step:
    """The step that the operation is at; the last one when it is beyond."""
    return plan.steps[min(operation.step, len(plan.steps) - 1)]


def depth_of(step: Step) -> Depth:
    """A drain needs the backends and the scheduler; what is about any other node needs every list."""
    if isinstance(step.until, SettingCondition):
        return Depth.SETTINGS
    if isinstance(step.until, OnBlacklist):
        return Depth.BLACKLISTS
    return Depth.NODES if isinstance(step.until, NodeCondition) else Depth.WATCH
