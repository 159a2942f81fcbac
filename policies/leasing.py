"""Settings that a plan lends for its own time: in force from one step on until a later one, an abort or a close gives them back.

A restarted frontend forgets them, and so does the cluster with a new leader (fe: ADMIN SET FRONTEND CONFIG changes memory). So
while such a step lies behind, every frontend is asked now and then, and told again where the value got lost. A global variable
may be lent too: nothing forgets it, so the leader alone is asked, for what somebody else may have done to it.
"""

from datetime import datetime, timedelta

from policies.acts import HostAct, SetSetting, SetVariable
from policies.cluster import ClusterState
from policies.conditions.settings import values
from policies.operation import HOLDING, LeaseSeen, Operation, OperationState
from policies.pacing import Pacing
from policies.plan import Plan, Step
from policies.record import Record
from policies.tunable import TUNABLES
from policies.units import in_list
from policies.watching import LEASE_LOOK


class Lost(Record):
    """A lent value that `frontends` do not have any more, and what they have instead, in words."""

    act: SetSetting | SetVariable
    frontends: tuple[str, ...]
    sentence: str

    @property
    def why(self) -> str:
        """How that comes about, as a sentence."""
        if isinstance(self.act, SetVariable):
            return f"somebody set `{self.act.name}` meanwhile, since nothing forgets a global variable."
        return "a restart or an election forgets it."


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
    return seen is None or now - seen.at >= timedelta(seconds=pacing.wall(LEASE_LOOK))


def lost(plan: Plan, operation: Operation, state: ClusterState) -> tuple[Lost, ...]:
    """The lent values that must be set again, each with where it got lost; empty when all are in force."""
    leader = state.leader.address.host if state.leader else ""
    deaf = operation.lease_seen.deaf if operation.lease_seen else ()
    found = []
    for step in held(plan, operation.step):
        wrong = _wrong(step, state)
        if leader in wrong or any(_mark(host, step) not in deaf for host in wrong):
            values_there = in_list([f"{value} on {host}" for host, value in wrong.items()])
            found.append(Lost(act=_lending(step), frontends=tuple(wrong), sentence=f"`{_lending(step).name}` was {values_there}"))
    return tuple(found)


def seen(plan: Plan, operation: Operation, state: ClusterState, now: datetime, told: tuple[Lost, ...] = ()) -> LeaseSeen:
    """What to remember of a look at the frontends. `told` was sent right before it.

    A frontend that answers us but not the leader's RPC keeps its own value: who was told in vain is told no more, until it leads.
    """
    before = operation.lease_seen.deaf if operation.lease_seen else ()
    marks = []
    for step in held(plan, operation.step):
        for host in _wrong(step, state):
            mark = _mark(host, step)
            if mark in before or any(each.act == step.act for each in told):
                marks.append(mark)
    return LeaseSeen(at=now, deaf=tuple(marks))


def _wrong(step: Step, state: ClusterState) -> dict[str, str]:
    act = _lending(step)
    if isinstance(act, SetVariable):
        found = (state.variables or {}).get(act.name, act.value)
        return {state.leader.address.host: found} if state.leader is not None and found != act.value else {}
    return {host: value for host, value in values(act.name, state).items() if value != act.value}


def _lending(step: Step) -> SetSetting | SetVariable:
    """Settings and global variables are lent, nothing else."""
    if not isinstance(step.act, SetSetting | SetVariable):
        raise TypeError(f"{step.id} lends no setting")
    return step.act


def _mark(host: str, step: Step) -> str:
    return f"{_lending(step).name} on {host}"
