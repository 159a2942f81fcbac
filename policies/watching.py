"""What one look adds to the memory of a step, and when to look again."""

from collections.abc import Mapping
from datetime import datetime

from policies import staging
from policies.acts import AskPerson
from policies.awaited import (
    BackendDrained,
    ClusterSettled,
    ImageEverywhere,
    LeaseOver,
    NodeCondition,
    NodeRestarted,
    ProcessCondition,
    ViewsRefreshed,
)
from policies.awaited_whole import ComingUp, HostCondition, WholeCondition
from policies.cluster import ClusterState, NodeKind
from policies.conditions import holds, images, read
from policies.forecast import Expected, forecast, time_left
from policies.operation import Operation, Sample, Stall, StepMemory
from policies.pacing import Pacing
from policies.packages import PackagesStaged, StagePackages
from policies.plan import Plan, Step
from policies.progress import FIRST_MOVE, keep, last_moved
from policies.request import WHOLE
from policies.stalls import diagnose

SHORTEST_LOOK = 12.0
"""Cluster seconds: a look costs two statements, and a watched cluster answers at most 12 a minute for all that watch it."""
NODES_LOOK = 15.0
"""Cluster seconds: a look at every node costs three statements."""
FIRST_PROCESS_LOOK = 5.0
"""Cluster seconds: the frontends ask a backend for a sign of life this often (fe: common/Config.java heartbeat_timeout_second),
so that nothing new shows earlier."""
HOST_LOOK = 2.0
"""Cluster seconds: a look that asks one host and no frontend; the next node waits for it."""
FIRST_OF_ITS_KIND = {NodeKind.BACKEND: 10.0}
"""Cluster seconds between two looks at a node of which nobody knows yet how long it takes: a look at backends costs two
statements, one at frontends or compute nodes three or four (NODES_LOOK), the login's included, and a watched cluster
answers 12 a minute."""
EARLY = 0.8
"""Nodes of one kind come back after about the same time: before this share of what the last one took, looks are few."""
SHARED_AGE = 0.8
"""A look of others may be this share of the interval between two looks old; acts always look live."""
VIEWS_LOOK = 30.0
"""Cluster seconds: a look at the views costs five statements, two of which a backend helps to answer."""
LEASE_LOOK = 120.0
"""Cluster seconds: a look at the settings logs in to every frontend; a lost value may stay lost for so long."""
LATENESS = 0.02
"""An ending may be seen this share of the time passed later than it came; so young drains are looked at more often."""
STALLED_LOOKS = 2.0
"""While a drain stalls, each look reads the expensive parts too, so it comes this many times more seldom."""


def watched(
    step: Step, memory: StepMemory, state: ClusterState, pacing: Pacing, now: datetime, plan: Expected | None = None
) -> StepMemory:
    """The memory after this look: sample, peak, since when the condition holds, its reading, forecast and stall."""
    if isinstance(step.until, ImageEverywhere) and memory.mark is None:
        memory = memory.with_(mark=images.mark(state))
    if isinstance(step.act, StagePackages):
        memory = staging.seen(step.act, memory, state)
    since = (memory.first_true_at or now) if holds(step.until, state, memory) else None
    seen = memory.with_(first_true_at=since, looked_at=now)
    if isinstance(step.until, BackendDrained):
        seen = _measured(step.until, seen, state, pacing, now, plan)
    seen = seen.with_(reading=read(step.until, state, seen, pacing, now))
    stall = diagnose(step, seen, state, pacing, now)
    return seen.with_(stall=stall, stall_since=_since(memory, stall, now))


def next_look(step: Step, memory: StepMemory, pacing: Pacing, now: datetime) -> float:
    """Wall seconds until the next look is worth its cost."""
    return pacing.wall(_next_look(step, memory, pacing, now))


def shared_age(step: Step) -> float:
    """Cluster seconds: a look that somebody took so long ago is as good as one of our own."""
    return SHARED_AGE * (FIRST_PROCESS_LOOK if isinstance(step.until, NodeRestarted | WholeCondition) else SHORTEST_LOOK)


def came_back(step: Step, memory: StepMemory | None, pacing: Pacing, now: datetime) -> Mapping[NodeKind, float]:
    """Cluster seconds that a node took to restart, by its kind; empty for a step that restarted none."""
    if memory is None or memory.acted_at is None or not isinstance(step.until, NodeRestarted):
        return {}
    return {step.until.role: pacing.cluster((now - memory.acted_at).total_seconds())}


def next_memory(plan: Plan, operation: Operation) -> StepMemory | None:
    """Within a node, time counts from when its statement was sent: a worker may have been away since. The steps of a whole
    cluster are one group, yet each is about a node of its own.
    """
    ahead, before = operation.step + 1, operation.memory
    same_node = ahead < len(plan.steps) and plan.steps[ahead].group == plan.steps[operation.step].group
    if not same_node or plan.kind in WHOLE or before is None or plan.steps[operation.step].act is None:
        return None
    sent_at = before.acted_at or before.intended_at or before.entered_at
    return StepMemory(step=plan.steps[ahead].id, entered_at=sent_at, mark=before.mark)


def _next_look_at_process(condition: ProcessCondition, memory: StepMemory, pacing: Pacing, now: datetime) -> float:
    """In cluster seconds: soon at first, since a restart takes seconds to minutes, and the next node waits for this one; where
    the node before told how long it takes, soon only when that is nearly over.
    """
    if isinstance(condition, ClusterSettled):
        return pacing.statistic_every
    passed = pacing.cluster((now - (memory.acted_at or memory.entered_at)).total_seconds())
    soon = min(max(FIRST_PROCESS_LOOK, LATENESS * passed), NODES_LOOK)
    if memory.back_after is None and isinstance(condition, NodeRestarted):
        return max(soon, FIRST_OF_ITS_KIND.get(condition.role, NODES_LOOK))
    if memory.back_after is None:
        return soon
    return max(soon, min(EARLY * memory.back_after - passed, NODES_LOOK))


def _measured(
    drain: BackendDrained, memory: StepMemory, state: ClusterState, pacing: Pacing, now: datetime, plan: Expected | None
) -> StepMemory:
    row = state.backend_by_id(drain.backend_id)
    if row is None:
        return memory.with_(forecast="")
    if memory.samples and state.taken_at <= memory.samples[-1].at:
        return memory  # The look of before, shared once more.
    sample = Sample(at=state.taken_at, tablets=row.tablets, data_bytes=row.data_used)
    peak = memory.peak if memory.peak and memory.peak.tablets >= row.tablets else sample
    grown = memory.with_(samples=keep(memory.samples, sample), peak=peak)
    return grown.with_(forecast=forecast(grown, pacing, now, plan))


def _since(before: StepMemory, stall: Stall | None, now: datetime) -> datetime | None:
    """A stall that changes its name is still the same standstill."""
    if stall is None:
        return None
    return before.stall_since or now


def _next_look(step: Step, memory: StepMemory, pacing: Pacing, now: datetime) -> float:
    """In cluster seconds."""
    if isinstance(step.act, AskPerson):
        return pacing.look_every
    if isinstance(step.until, HostCondition):
        return HOST_LOOK
    if isinstance(step.until, ComingUp):
        passed = pacing.cluster((now - memory.entered_at).total_seconds())
        return min(max(FIRST_PROCESS_LOOK, LATENESS * passed), NODES_LOOK)
    if isinstance(step.until, NodeCondition | PackagesStaged):
        return NODES_LOOK
    if isinstance(step.until, ProcessCondition):
        return _next_look_at_process(step.until, memory, pacing, now)
    if isinstance(step.until, ViewsRefreshed):
        return VIEWS_LOOK
    if isinstance(step.until, LeaseOver):
        passed = pacing.cluster((now - memory.entered_at).total_seconds())
        return max(1.0, min(LEASE_LOOK, step.until.seconds - passed))
    if not isinstance(step.until, BackendDrained):
        return SHORTEST_LOOK
    if memory.stall is not None:
        return STALLED_LOOKS * pacing.look_every
    passed = pacing.cluster((now - memory.entered_at).total_seconds())
    if memory.first_true_at is not None:
        # The row vanishes within `removal`, or a second look is due, exactly then.
        second = pacing.second_look_after - pacing.cluster((now - memory.first_true_at).total_seconds())
        return max(1.0, min(second, pacing.removal))
    if last_moved(memory.samples) is None and passed < FIRST_MOVE[0]:
        return min(pacing.look_every, FIRST_MOVE[0] - passed + SHORTEST_LOOK)
    left = time_left(memory, pacing, now).soonest_s
    worth = max(LATENESS * passed, 0.0 if left is None else pacing.cluster(left))
    return min(max(worth, SHORTEST_LOOK), max(pacing.look_every, SHORTEST_LOOK))
