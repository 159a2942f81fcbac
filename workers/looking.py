"""What a turn looks at, and what policies.stepping makes of it."""

from collections.abc import Callable
from datetime import datetime

from policies import staging
from policies.acts import AskPerson, HostAct, SwapPackage
from policies.address import Address
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
from policies.awaited_whole import ComingUp, HostCondition, WholeCondition
from policies.cluster import ClusterState, NodeKind, RunMode
from policies.conditions import holds
from policies.conditions.processes import job_trouble, told_by_frontends
from policies.conditions.whole import FRONTENDS
from policies.leasing import leases
from policies.operation import Operation, OperationState
from policies.packages import StagePackages
from policies.plan import Plan, Step
from policies.request import OperationKind
from policies.stepping import Move, Wait, next_move, next_undo
from policies.undoing import undo_steps
from policies.watching import shared_age
from workers.starrocks import ClusterError, Depth
from workers.store import Claim
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


def beyond_sql(wiring: Wiring, plan: Plan, operation: Operation, state: ClusterState) -> ClusterState:
    """The state with what no statement tells: whether a process still answers, and how far the jobs on a host are."""
    step = in_hand(plan, operation)
    state = wiring.knocked(wiring.probed(state, step), _doors(plan, operation))
    # A swap that was cut is seen on the host only, whatever version has come up there.
    swaps = isinstance(step.act, SwapPackage)
    if operation.state is not S.UNDOING and not swaps and told_by_frontends(step.until, state):
        return wiring.with_hosts(state, {})
    confs = _confs(plan, operation)
    nodes = {each.address: each.role for each in (*_host_acts(plan, operation), *confs)}
    jobs = {operation.memory.job} if operation.memory is not None else set()
    staged = in_hand(plan, operation).act
    if isinstance(staged, StagePackages) and operation.memory is not None and operation.state is not S.UNDOING:
        nodes |= {each.address: each.role for each in staging.window(staged, operation.memory)}
        jobs = set(staging.jobs(staged, operation.memory))
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
    advice = "No frontend of the cluster answers, and an abort would wait for one. Start the process by hand, then retry;"
    return f"{trouble} {advice} how old files are put back is in docs/hosts.md." if trouble else ""


def _to_undo(plan: Plan, operation: Operation) -> tuple[Step, ...]:
    return leases(plan, operation.step) if operation.closing else undo_steps(plan, operation.step)


def _host_acts(plan: Plan, operation: Operation) -> list[HostAct]:
    """What may be begun on a host in this turn."""
    undoing = operation.state is S.UNDOING
    acts = [step.undo for step in _to_undo(plan, operation)] if undoing else [in_hand(plan, operation).act]
    return [act for act in acts if isinstance(act, HostAct)]


def _doors(plan: Plan, operation: Operation) -> list[Address]:
    """The ports that tell of processes which people stop or start."""
    undoing = operation.state is S.UNDOING
    steps = undo_steps(plan, operation.step) if undoing else (in_hand(plan, operation),)
    asked = [(each.undo, each.undo_until) if undoing else (each.act, each.until) for each in steps]
    found = [until.addresses for act, until in asked if isinstance(act, AskPerson) and isinstance(until, HostCondition)]
    return [address for addresses in found for address in addresses]


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
    if _about_whole(plan, operation):
        return _whole(wiring, plan, operation, lambda some: wiring.look(claim, operation.cluster, some))
    state = wiring.look(claim, operation.cluster, depth, targets=plan.targets)
    for other in also_needed(plan, operation, depth):
        state = with_more(state, wiring.look(claim, operation.cluster, other))
    return beyond_sql(wiring, plan, operation, state)


def look_shared(wiring: Wiring, plan: Plan, operation: Operation, depth: Depth) -> ClusterState:
    """A look that others may share; one from before our own statement, or before a person's decision, would show the
    cluster without it. Raises ClusterError.
    """
    age = shared_age(in_hand(plan, operation))
    if _about_whole(plan, operation):
        young = operation.changed_at
        return _whole(wiring, plan, operation, lambda some: wiring.watch(operation.cluster, some, (), age, young))
    state = wiring.watch(operation.cluster, depth, plan.targets, age, younger_than=operation.changed_at)
    for other in also_needed(plan, operation, depth):
        state = with_more(state, wiring.watch(operation.cluster, other, age_s=age, younger_than=operation.changed_at))
    return beyond_sql(wiring, plan, operation, state)


def _about_whole(plan: Plan, operation: Operation) -> bool:
    """Whether this turn goes through a time in which no frontend answers."""
    undoing = operation.state is S.UNDOING and plan.kind is OperationKind.STOP_ALL
    return undoing or isinstance(in_hand(plan, operation).until, WholeCondition)


def _whole(wiring: Wiring, plan: Plan, operation: Operation, ask: Callable[[Depth], ClusterState]) -> ClusterState:
    """Hosts alone where they tell it all; frontends once they may be up, and none answering is then part of what is seen."""
    state = beyond_sql(wiring, plan, operation, ask(Depth.HOSTS))
    if not _frontends_wanted(plan, operation, state):
        return state
    try:
        seen = ask(Depth.NODES)
    except ClusterError as error:
        return state.with_(unread={FRONTENDS: str(error)})
    return seen.with_(hosts=state.hosts, silent=state.silent, answering=state.answering)


def _frontends_wanted(plan: Plan, operation: Operation, state: ClusterState) -> bool:
    """In an undo only after every process runs that has to: before that, nobody need answer."""
    if operation.state is not S.UNDOING:
        return isinstance(in_hand(plan, operation).until, ComingUp)
    untils = [step.undo_until for step in undo_steps(plan, operation.step)]
    return all(holds(until, state) for until in untils if isinstance(until, HostCondition))


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
    """A drain needs the backends and the scheduler; what is about any other node needs every list; what hosts tell, none."""
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
    if isinstance(step.until, HostCondition):
        return Depth.HOSTS
    if isinstance(step.until, ComingUp):
        return Depth.NODES
    return Depth.NODES if isinstance(step.until, NodeCondition | ProcessCondition) else Depth.WATCH
