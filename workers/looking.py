"""What a turn looks at, and what policies.stepping makes of it."""

from datetime import datetime

from policies.acts import HostAct
from policies.awaited import (
    ClusterSettled,
    FrontendAnswers,
    ImageEverywhere,
    NodeCondition,
    NodeRestarted,
    OnBlacklist,
    ProcessCondition,
    SettingCondition,
    VariableIs,
    ViewCondition,
)
from policies.awaited_conf import ConfIs
from policies.cluster import ClusterState, NodeKind, RunMode
from policies.conditions.processes import job_trouble, told_by_frontends
from policies.leasing import leases
from policies.operation import Operation, OperationState
from policies.plan import Plan, Step
from policies.stepping import Move, Wait, next_move, next_undo
from policies.undoing import undo_steps
from policies.watching import shared_age
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


def beyond_sql(wiring: Wiring, plan: Plan, operation: Operation, state: ClusterState) -> ClusterState:
    """The state with what no statement tells: whether a process still answers, and how far the jobs on a host are."""
    step = in_hand(plan, operation)
    state = wiring.probed(state, step)
    if operation.state is not S.UNDOING and told_by_frontends(step.until, state):
        return wiring.with_hosts(state, {})
    confs = _confs(plan, operation)
    nodes = {each.address: each.role for each in (*_host_acts(plan, operation), *confs)}
    jobs = {operation.memory.job} if operation.memory is not None else set()
    if operation.last_job is not None and operation.state is S.UNDOING:
        nodes[operation.last_job.address] = operation.last_job.role
        jobs.add(operation.last_job.id)
    return wiring.with_hosts(state, nodes, sorted(jobs - {""}), survey=bool(confs)) if nodes else state


def failed_on_host(wiring: Wiring, plan: Plan, operation: Operation, now: datetime) -> str:
    """Why the job of the step in hand did not end well, where no frontend answers: the only one may be the one that we stopped.

    Empty while it may end well, or nobody knows.
    """
    act, memory = in_hand(plan, operation).act, operation.memory
    if operation.state is not S.RUNNING or not isinstance(act, HostAct) or memory is None or not memory.job:
        return ""
    nobody = ClusterState(cluster=operation.cluster, taken_at=now, version="", run_mode=RunMode.SHARED_NOTHING)
    seen = wiring.with_hosts(nobody, {act.address: act.role}, [memory.job])
    trouble = job_trouble(seen, memory, act.address)
    return f"{trouble} No frontend of the cluster answers. Start the process by hand, then retry." if trouble else ""


def _to_undo(plan: Plan, operation: Operation) -> tuple[Step, ...]:
    return leases(plan, operation.step) if operation.closing else undo_steps(plan, operation.step)


def _host_acts(plan: Plan, operation: Operation) -> list[HostAct]:
    """What may be begun on a host in this turn."""
    undoing = operation.state is S.UNDOING
    acts = [step.undo for step in _to_undo(plan, operation)] if undoing else [in_hand(plan, operation).act]
    return [act for act in acts if isinstance(act, HostAct)]


def _confs(plan: Plan, operation: Operation) -> list[ConfIs]:
    """What this turn has to see of conf files, which takes a closer look."""
    undoing = operation.state is S.UNDOING
    untils = [step.undo_until for step in _to_undo(plan, operation)] if undoing else [in_hand(plan, operation).until]
    return [until for until in untils if isinstance(until, ConfIs)]


def in_hand(plan: Plan, operation: Operation) -> Step:
    """The step that the operation is at; the last one when it is beyond."""
    return plan.steps[min(operation.step, len(plan.steps) - 1)]


def look_live(wiring: Wiring, claim: Claim, plan: Plan, operation: Operation, depth: Depth) -> ClusterState:
    """A look of our own, with all that this turn is about. Raises ClusterError, Fenced."""
    state = wiring.look(claim, operation.cluster, depth, targets=plan.targets)
    for other in also_needed(plan, operation, depth):
        state = with_more(state, wiring.look(claim, operation.cluster, other))
    return beyond_sql(wiring, plan, operation, state)


def look_shared(wiring: Wiring, plan: Plan, operation: Operation, depth: Depth) -> ClusterState:
    """A look that others may share; one from before our own statement, or before a person's decision, would show the
    cluster without it. Raises ClusterError.
    """
    age = shared_age(in_hand(plan, operation))
    state = wiring.watch(operation.cluster, depth, plan.targets, age, younger_than=operation.changed_at)
    for other in also_needed(plan, operation, depth):
        state = with_more(state, wiring.watch(operation.cluster, other, age_s=age, younger_than=operation.changed_at))
    return beyond_sql(wiring, plan, operation, state)


def also_needed(plan: Plan, operation: Operation, depth: Depth) -> tuple[Depth, ...]:
    """What an undo is about and the step in hand is not: each frontend's own memory, or nodes of another kind."""
    if operation.state is not S.UNDOING:
        return ()
    wanted = (
        (ViewCondition, Depth.VIEWS),
        (SettingCondition, Depth.SETTINGS),
        (VariableIs, Depth.VARIABLES),
        (OnBlacklist, Depth.BLACKLISTS),
        (NodeCondition | ConfIs, Depth.NODES),
    )
    undone = [step.undo_until for step in _to_undo(plan, operation)]
    needed = [each for kind, each in wanted if any(isinstance(until, kind) for until in undone)]
    known = {depth, Depth.NODES} if depth is Depth.SETTLED else {depth}
    return tuple(each for each in needed if each not in known)


def with_more(state: ClusterState, other: ClusterState) -> ClusterState:
    """The state with what another look, of the same moment, knows beyond it."""
    return state.with_(
        frontends=state.frontends or other.frontends,
        compute_nodes=state.compute_nodes or other.compute_nodes,
        compute_nodes_read=state.compute_nodes_read or other.compute_nodes_read,
        frontend_settings=other.frontend_settings if state.frontend_settings is None else state.frontend_settings,
        variables=other.variables if state.variables is None else state.variables,
        blacklists=other.blacklists if state.blacklists is None else state.blacklists,
        views=other.views if state.views is None else state.views,
        images=other.images if state.images is None else state.images,
    )


def depth_of(step: Step) -> Depth:
    """A drain needs the backends and the scheduler; what is about any other node needs every list."""
    if isinstance(step.until, SettingCondition):
        return Depth.SETTINGS
    if isinstance(step.until, VariableIs):
        return Depth.VARIABLES
    if isinstance(step.until, OnBlacklist):
        return Depth.BLACKLISTS
    if isinstance(step.until, ClusterSettled):
        return Depth.SETTLED
    if isinstance(step.until, FrontendAnswers):
        return Depth.ANSWERS
    if isinstance(step.until, NodeRestarted) and step.until.role is not NodeKind.COMPUTE_NODE:
        return Depth.FRONTENDS if step.until.role.frontend else Depth.GLANCE
    if isinstance(step.until, ViewCondition):
        return Depth.VIEWS
    if isinstance(step.until, ImageEverywhere):
        return Depth.IMAGES
    return Depth.NODES if isinstance(step.until, NodeCondition | ProcessCondition) else Depth.WATCH
