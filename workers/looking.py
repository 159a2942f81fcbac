"""What a turn looks at, and what policies.stepping makes of it."""

from datetime import datetime

from policies.awaited import NodeCondition, OnBlacklist, SettingCondition, ViewCondition
from policies.cluster import ClusterState
from policies.operation import Operation, OperationState
from policies.plan import Plan, Step
from policies.stepping import Move, Wait, next_move, next_undo
from workers.starrocks import Depth
from workers.wiring import Wiring

S = OperationState


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
    if isinstance(step.until, ViewCondition):
        return Depth.VIEWS
    return Depth.NODES if isinstance(step.until, NodeCondition) else Depth.WATCH
