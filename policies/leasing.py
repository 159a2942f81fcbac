"""Settings that a plan lends for its own time: in force from one step on until a later one, an abort or a close gives them back.

A restarted frontend forgets them, and so does the cluster with a new leader (fe: ADMIN SET FRONTEND CONFIG changes memory). So
while such a step lies behind, every frontend is asked now and then, and told again where the value got lost. A global variable
may be lent too: nothing forgets it, so the leader alone is asked, for what somebody else may have done to it.

A frozen scheduler has one exception. What was loaded while a node was away is missing on it, and with the scheduler frozen it
would be repaired a tablet a round (fe: clone/TabletScheduler.java: size > limit): a cluster with loads would never be at rest
again. So where it does not come to rest by itself, the scheduler gets its old value back until it has, and not a node longer.
"""

from datetime import datetime, timedelta

from policies.acts import HostAct, SetSetting, SetVariable
from policies.awaited import ClusterSettled
from policies.cluster import ClusterState
from policies.conditions.settings import values
from policies.operation import HOLDING, LeaseSeen, Operation, OperationState
from policies.pacing import Pacing
from policies.plan import Plan, Step
from policies.record import Record
from policies.settings import MAX_SCHEDULING
from policies.tunable import TUNABLES
from policies.units import in_list
from policies.watching import LEASE_LOOK

REPAIR_AFTER = 120.0
"""Cluster seconds after a node's return: reports of its tablets come every minute (be: config report_tablet_interval_seconds), and
what heals by itself has healed with the second."""
SCHEDULING = frozenset({MAX_SCHEDULING.name, *MAX_SCHEDULING.aliases})


class Lost(Record):
    """A value that must be set: `frontends` have another one, told in words; `why` is how that comes about, as a sentence."""

    act: SetSetting | SetVariable
    frontends: tuple[str, ...]
    sentence: str
    why: str = "a restart or an election forgets it. Set again."


def leases(plan: Plan, step_index: int) -> tuple[Step, ...]:
    """The lent steps that were begun and not given back yet, oldest first; the step in hand counts as begun."""
    steps = plan.steps
    return tuple(
        step
        for index, step in enumerate(steps[: step_index + 1])
        if step.lent and all(later.act != step.undo for later in steps[index + 1 : step_index])
    )


def lends(plan: Plan) -> tuple[str, ...]:
    """The settings that a plan lends, by the names that `/sr tune` has for them: two operations must not lend the same one."""
    names = {_lending(step).name for step in plan.steps if step.lent}
    options = {name: one.option for one in TUNABLES for name in (one.setting.name, *one.setting.aliases)}
    return tuple(sorted(options.get(name, name) for name in names))


def variables_held(plan: Plan, step_index: int) -> bool:
    """Whether a global variable is among the leases that must be in force."""
    return any(isinstance(step.act, SetVariable) for step in held(plan, step_index))


def held(plan: Plan, step_index: int) -> tuple[Step, ...]:
    """The leases that must be in force: not the one that the step in hand begins, nor one that it gives back."""
    if step_index >= len(plan.steps):
        return ()
    in_hand = plan.steps[step_index]
    return tuple(step for step in leases(plan, step_index) if step != in_hand and step.undo != in_hand.act)


def forgotten(step: Step) -> bool:
    """Whether the step's act makes a frontend forget what was lent, so that it should be asked right after."""
    role = getattr(step.act, "role", None)
    return isinstance(step.act, HostAct) and role is not None and role.frontend


def due(plan: Plan, operation: Operation, pacing: Pacing, now: datetime) -> bool:
    """Whether the frontends should be asked for what was lent: also while people think, but not while it is given back."""
    giving_back = operation.state is OperationState.UNDOING or operation.halted_from == OperationState.UNDOING.value
    if giving_back or operation.state not in HOLDING or not held(plan, operation.step):
        return False
    seen = operation.lease_seen
    if seen is None or seen.repairing != repairing(plan, operation, pacing, now):
        return True
    return now - seen.at >= timedelta(seconds=pacing.wall(LEASE_LOOK))


def repairing(plan: Plan, operation: Operation, pacing: Pacing, now: datetime) -> str:
    """The step for which the scheduler is let run now: a freeze of it is held, and the cluster does not come to rest after a
    node. Empty: it stays frozen. What was begun goes on until the step is over.
    """
    if operation.step >= len(plan.steps) or operation.memory is None:
        return ""
    step = plan.steps[operation.step]
    frozen = any(_lending(each).name in SCHEDULING for each in held(plan, operation.step))
    if not frozen or not isinstance(step.until, ClusterSettled):
        return ""
    begun = operation.lease_seen is not None and operation.lease_seen.repairing == step.id
    # A step's memory may count from the statement of the step before; the last event is not older than this step.
    since = max(operation.memory.entered_at, operation.changed_at)
    return step.id if begun or now - since >= timedelta(seconds=pacing.wall(REPAIR_AFTER)) else ""


def _wanted(step: Step, *, repair: str) -> SetSetting | SetVariable:
    """What must be in force now: what is lent; of the scheduler's freeze, while repair is let run, what was there before."""
    act = _lending(step)
    if repair and act.name in SCHEDULING and isinstance(step.undo, SetSetting):
        return step.undo
    return act


def lost(plan: Plan, operation: Operation, state: ClusterState, *, repair: str = "") -> tuple[Lost, ...]:
    """The values that must be set, each with where it is another one; empty when all are in force. `repair`: see `repairing`."""
    leader = state.leader.address.host if state.leader else ""
    deaf = operation.lease_seen.deaf if operation.lease_seen else ()
    found = []
    was_repairing = operation.lease_seen is not None and operation.lease_seen.repairing != ""
    for step in held(plan, operation.step):
        act = _wanted(step, repair=repair)
        wrong = _wrong(act, state)
        if leader in wrong or any(_mark(host, act) not in deaf for host in wrong):
            values_there = in_list([f"{value} on {host}" for host, value in wrong.items()])
            why = _why(act, lent=act == step.act, thawed=was_repairing and not repair)
            found.append(Lost(act=act, frontends=tuple(wrong), sentence=f"`{act.name}` was {values_there}", why=why))
    return tuple(found)


def _why(act: SetSetting | SetVariable, *, lent: bool, thawed: bool) -> str:
    if isinstance(act, SetVariable):
        return f"somebody set `{act.name}` meanwhile, since nothing forgets a global variable. Set again."
    if not lent:
        return f"the cluster does not come to rest while nothing is repaired. It is {act.value} until it has."
    if thawed and act.name in SCHEDULING:
        return "what was to be repaired is. Frozen again before the next node."
    return "a restart or an election forgets it. Set again."


def seen(
    plan: Plan, operation: Operation, state: ClusterState, now: datetime, told: tuple[Lost, ...] = (), *, repair: str = ""
) -> LeaseSeen:
    """What to remember of a look at the frontends. `told` was sent right before it.

    A frontend that answers us but not the leader's RPC keeps its own value: who was told in vain is told no more, until it leads.
    """
    before = operation.lease_seen.deaf if operation.lease_seen else ()
    marks = []
    for step in held(plan, operation.step):
        act = _wanted(step, repair=repair)
        for host in _wrong(act, state):
            mark = _mark(host, act)
            if mark in before or any(each.act == act for each in told):
                marks.append(mark)
    return LeaseSeen(at=now, deaf=tuple(marks), repairing=repair)


def _wrong(act: SetSetting | SetVariable, state: ClusterState) -> dict[str, str]:
    if isinstance(act, SetVariable):
        found = (state.variables or {}).get(act.name, act.value)
        return {state.leader.address.host: found} if state.leader is not None and found != act.value else {}
    return {host: value for host, value in values(act.name, state).items() if value != act.value}


def _lending(step: Step) -> SetSetting | SetVariable:
    """Settings and global variables are lent, nothing else."""
    if not isinstance(step.act, SetSetting | SetVariable):
        raise TypeError(f"{step.id} lends no setting")
    return step.act


def _mark(host: str, act: SetSetting | SetVariable) -> str:
    return f"{act.name} on {host}"
