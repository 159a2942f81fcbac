"""Interference: what somebody or something did to the cluster that the plan does not know of, so a person must decide.

One rule per function, asked in order at each look of a step; the first that has evidence gives the sentence. What is
merely slow is a stall (policies.stalls), and a frontend group without a leader is waited for: neither halts.

While undoing only a changed identity counts. A target that died is cancelled all the same: CANCEL changes a flag in the
frontends, needs nothing of the node, and must stay possible (the final sentence of the undo says that it is dead).
"""

from collections.abc import Callable
from datetime import datetime

from policies.acts import AddNode
from policies.address import Address
from policies.awaited import (
    BackendDrained,
    BackendGone,
    BackendLeaving,
    Condition,
    DrainCondition,
    HostJobDone,
    ImageEverywhere,
    NodeRestarted,
    NodeStopped,
    NodeUp,
    OnBlacklist,
    ProcessCondition,
    RoutineLoadsTold,
    SettingCondition,
    TabletsArriving,
    VariableIs,
    ViewCondition,
    ViewsRefreshed,
)
from policies.awaited_conf import ConfIs
from policies.cluster import Backend, ClusterState, NodeKind
from policies.conditions import believed, views
from policies.operation import Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.packages import PackagesStaged
from policies.plan import Plan, Step
from policies.progress import FIRST_MOVE, last_moved, measure
from policies.record import Record
from policies.request import WHOLE
from policies.stalls import recycle_bin
from policies.units import in_count, in_list, in_time

GENEROUS = 10.0
"""A node may empty itself this many times faster than measured before its vanishing is called a drop."""
UNMEASURED_TABLETS_PER_S = 100.0
"""Per cluster second, believed of a drain whose pace is not known yet; 100 to 1,000 tablets a minute are usual."""
BURST_TABLETS_PER_S = 1_000.0 / 60.0
"""Per cluster second, believed of every drain that moves: tablets go in bursts, and a pace measured between two of them says little
about the last one, which is all there is on a small node."""
FEW = 20
"""So few tablets may vanish at any time: tables are dropped, and a node with so few is removed within seconds."""


class Scene(Record):
    """One look at one step."""

    plan: Plan
    operation: Operation
    step: Step
    state: ClusterState
    pacing: Pacing
    now: datetime

    @property
    def seen_at(self) -> datetime:
        """When this look was taken, or this turn began if that is later: a look of our own comes after the turn's beginning."""
        return max(self.now, self.state.taken_at)

    @property
    def target(self) -> Address:
        """The node that the step is about; only rules about nodes ask."""
        if isinstance(self.step.until, SettingCondition | VariableIs | ViewCondition | ImageEverywhere | RoutineLoadsTold):
            raise TypeError(f"{self.step.id} is about no node")
        return self.step.until.address

    @property
    def row(self) -> Backend | None:
        """The draining target under the id that was approved; None for a step that drains nothing."""
        until = self.step.until
        return self.state.backend_by_id(until.backend_id) if isinstance(until, DrainCondition) else None

    @property
    def done_targets(self) -> frozenset[Address]:
        """Targets whose steps all lie behind: drained, so what becomes of their processes is nobody's concern."""
        behind = self.plan.steps[: self.operation.step]
        back_again = {s.act.address for s in behind if isinstance(s.act, AddNode)}
        return _drained(behind) - self.coming_targets - back_again

    @property
    def coming_targets(self) -> frozenset[Address]:
        """Targets with a step in hand or ahead."""
        return _drained(self.plan.steps[self.operation.step :])

    @property
    def others(self) -> tuple[Backend, ...]:
        """Backends that must be well while this one leaves."""
        apart = self.done_targets | {self.target}
        return tuple(b for b in self.state.backends if b.address not in apart)


def _drained(steps: tuple[Step, ...]) -> frozenset[Address]:
    return frozenset(s.until.address for s in steps if isinstance(s.until, DrainCondition))


Rule = Callable[[Scene], str | None]


def interference(plan: Plan, operation: Operation, state: ClusterState, pacing: Pacing, now: datetime) -> str | None:
    """Why to halt, as a sentence, or None. `operation.memory` is the memory before this look."""
    if operation.step >= len(plan.steps) or not believed(plan.steps[operation.step].until, state):
        return None
    scene = Scene(plan=plan, operation=operation, step=plan.steps[operation.step], state=state, pacing=pacing, now=now)
    return next((sentence for rule in _rules(scene) if (sentence := rule(scene)) is not None), None)


def _rules(scene: Scene) -> tuple[Rule, ...]:
    undoing = scene.operation.state is OperationState.UNDOING
    if scene.plan.kind in WHOLE:
        return ()
    if isinstance(scene.step.until, SettingCondition | VariableIs | OnBlacklist | ImageEverywhere | RoutineLoadsTold):
        return ()
    if isinstance(scene.step.until, ProcessCondition):
        return () if undoing else WHILE_RESTARTING
    if isinstance(scene.step.until, ViewCondition):
        return () if undoing else (a_refresh_failed,)
    if isinstance(scene.step.until, DrainCondition):
        return WHILE_UNDOING_A_DRAIN if undoing else WHILE_DRAINING
    return () if undoing else WHILE_NODES_COME_AND_GO


def identity_changed(scene: Scene) -> str | None:
    """A node is known by host:port and id: re-adding gives a new id (fe: system/SystemInfoService.java addBackend)."""
    if not isinstance(scene.step.until, DrainCondition):
        return None
    wanted = scene.step.until.backend_id
    there = scene.state.backend(scene.target)
    if there is not None and there.id != wanted:
        return (
            f"{scene.target} is now listed with id {there.id}; the plan is about id {wanted}. "
            "Somebody dropped it and added it again, so what was approved no longer exists. Close, and ask again."
        )
    if scene.row is not None and scene.row.address != scene.target:
        return f"The node with id {wanted} is now listed as {scene.row.address}, not as {scene.target}."
    return None


def decommission_cancelled(scene: Scene) -> str | None:
    """Once the flag was seen, only a CANCEL clears it (fe: alter/SystemHandler.java)."""
    drains = isinstance(scene.step.until, BackendDrained | BackendGone)
    if not drains or scene.row is None or scene.row.decommissioned:
        return None
    return (
        f"{scene.target} is no longer leaving: somebody cancelled the decommission. Abort to leave it so; "
        f'or run `ALTER SYSTEM DECOMMISSION BACKEND "{scene.target}"` by hand and retry.'
    )


def target_died(scene: Scene) -> str | None:
    """A dead node's tablets cannot be copied from it; those with one replica would be lost with it."""
    row = scene.row
    if row is None or row.alive:
        return None
    if isinstance(scene.step.until, BackendLeaving) and not row.decommissioned:
        return f"{scene.target} is not alive, so nothing can be copied from it. Start it, then retry."
    if row.tablets == 0:
        return None
    return (
        f"{scene.target} died with {in_count(row.tablets)} tablets on it: the drain cannot finish. "
        "Start its process again (do not drop the node), then retry."
    )


def another_is_down(scene: Scene) -> str | None:
    if isinstance(scene.step.until, HostJobDone | PackagesStaged) or _about_no_tablets(scene.step.until):
        return None
    down = [str(b.address) for b in scene.others if not b.alive or b.shutting_down]
    if not down:
        return None
    verb = "is" if len(down) == 1 else "are"
    return (
        f"{in_list(down)} {verb} not alive or shutting down while {scene.target} is in hand: another loss could "
        "leave tablets without a readable replica. Bring it back, then retry; or abort."
    )


def _about_no_tablets(until: Condition) -> bool:
    """A frontend or compute node that restarts: no replica is out of reach because of it."""
    return isinstance(until, NodeRestarted | NodeStopped | ConfIs) and until.role is not NodeKind.BACKEND


def another_is_leaving(scene: Scene) -> str | None:
    leaving = [b for b in scene.others if b.decommissioned]
    if not leaving:
        return None
    names = in_list([str(b.address) for b in leaving])
    verb = "is" if len(leaving) == 1 else "are"
    when = "before its turn" if all(b.address in scene.coming_targets for b in leaving) else "too"
    return (
        f"{names} {verb} leaving {when}: somebody started a decommission outside this operation. "
        "Two nodes that leave at once are not what was checked. Cancel the other one, then retry; or abort."
    )


def a_stayer_vanished(scene: Scene) -> str | None:
    """A node that the plan counts on is not listed any more."""
    listed = {b.address for b in scene.state.backends}
    counted = (room.address for room in scene.plan.room if room.used_after is not None)
    missing = [str(address) for address in counted if address not in listed]
    if not missing:
        return None
    return f"{in_list(missing)} is no longer listed: somebody dropped it. The plan counts on its room and its replicas."


def vanished_too_early(scene: Scene) -> str | None:
    """A drained row vanishes without ever showing 0, so its last number must be one that could have moved since.

    After a person retried, samples from before count as judged.
    """
    memory, until = scene.operation.memory, scene.step.until
    # Whoever was away since the statement was sent may find the drain over before it was seen to begin.
    asked = isinstance(until, BackendLeaving) and memory is not None and memory.intended_at is not None
    if scene.row is not None or not (asked or isinstance(until, BackendDrained)):
        return None
    if memory is not None and memory.stall is not None and memory.stall.cause == recycle_bin.CAUSE:
        return None  # What the recycle bin held is erased all at once.
    at, tablets = _last_seen(scene, memory)
    if at is None:
        return None
    could_move = _could_have_moved(scene, memory, at)
    if tablets <= could_move:
        return None
    return (
        f"{scene.target} vanished from the list with {in_count(tablets)} tablets on it {in_time(scene.seen_at - at)} ago; "
        f"at most {in_count(could_move)} could have moved since. It looks dropped, not drained: tablets with one replica "
        "may be lost. Look at SHOW PROC '/statistic'; retry goes on as if it had been drained."
    )


def _last_seen(scene: Scene, memory: StepMemory | None) -> tuple[datetime | None, int]:
    if memory is not None and memory.samples:
        last = memory.samples[-1]
        return (last.at, last.tablets) if last.at >= memory.entered_at else (None, 0)
    # Not yet looked at in this step: all there was is still there when the statement is sent. With several targets the plan
    # does not say how many tablets this one held.
    if (memory is not None and memory.retried_at is not None) or len(scene.plan.targets) != 1:
        return None, 0
    began = scene.operation.changed_at if memory is None else memory.intended_at or memory.entered_at
    return began, scene.plan.tablets_to_move


def _could_have_moved(scene: Scene, memory: StepMemory | None, last_seen: datetime) -> float:
    """Tablets that may have left since the last look, generously."""
    wall_s = (scene.seen_at - last_seen).total_seconds()
    samples = memory.samples if memory is not None else ()
    if memory is not None and last_moved(samples) is not None:
        rate = measure(memory, scene.pacing, scene.now).tablets_per_s
        # Whoever ends a stall sets free what it held: the pace of before says nothing then.
        if rate is not None and memory.stall is None:
            return max(GENEROUS * rate * wall_s, BURST_TABLETS_PER_S * scene.pacing.cluster(wall_s), FEW)
        moving_s = wall_s
    else:
        # The drain began when its statement was sent, which may be long before the first look of this step.
        began = min(samples[0].at, memory.entered_at) if samples and memory is not None else last_seen
        moving_s = min(wall_s, (scene.seen_at - began).total_seconds() - scene.pacing.wall(FIRST_MOVE[0]))
    return max(UNMEASURED_TABLETS_PER_S * scene.pacing.cluster(moving_s), FEW)


def mismatch(step: Step, state: ClusterState) -> str | None:
    """A node that was added came up with another version than the cluster's: it must go again (mission 000: “必须一致”)."""
    until = step.until
    if not isinstance(until, NodeUp) or not until.version:
        return None
    row = state.node(until.role, until.address)
    if row is None or not row.alive or not row.version or row.version == until.version:
        return None
    return (
        f"{until.address} runs {row.version}, but the cluster runs {until.version}: versions must be equal to the letter. "
        "Install the right package there, then ask again."
    )


def added_node_vanished(scene: Scene) -> str | None:
    """A node that this plan added, and that it still needs, is not listed any more."""
    until = scene.step.until
    if not isinstance(until, NodeUp | TabletsArriving):
        return None
    role = until.role if isinstance(until, NodeUp) else NodeKind.BACKEND
    if not scene.state.lists(role) or scene.state.node(role, until.address) is not None:
        return None
    return f"{until.address} is no longer listed: somebody dropped it. Abort to end here; or add it by hand and retry."


def a_refresh_failed(scene: Scene) -> str | None:
    """A view that was activated and could not be refreshed: what stands on it would be refreshed from old data."""
    until = scene.step.until
    if not isinstance(until, ViewsRefreshed):
        return None
    return views.failure(until, scene.state)


WHILE_DRAINING: tuple[Rule, ...] = (
    identity_changed,
    decommission_cancelled,
    target_died,
    another_is_down,
    another_is_leaving,
    a_stayer_vanished,
    vanished_too_early,
)
WHILE_UNDOING_A_DRAIN: tuple[Rule, ...] = (identity_changed,)
WHILE_RESTARTING: tuple[Rule, ...] = (another_is_down, another_is_leaving)
WHILE_NODES_COME_AND_GO: tuple[Rule, ...] = (added_node_vanished, a_stayer_vanished)
