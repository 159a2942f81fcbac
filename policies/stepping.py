"""What to do next, as a value: from the plan, the operation and one look.

Invariants:
- nothing is sent whose effect is visible already, and nothing that the plan does not name;
- at most one node leaves because of us at any time: a group's first act is sent only after every group before it is gone;
- DROP BACKEND is sent only for a row with the planned id that is leaving and holds no tablet, after two looks saw that;
- the same look gives the same answer: an answer lost in a crash is found again by looking again.
"""

from datetime import datetime, timedelta

from policies.cluster import ClusterState, RunMode
from policies.conditions import read
from policies.guards import interference
from policies.operation import Operation, StepMemory
from policies.pacing import Pacing
from policies.plan import (
    Act,
    BackendDrained,
    CancelDecommission,
    DecommissionBackend,
    DropBackend,
    Plan,
    Step,
)
from policies.progress import time_left
from policies.record import Record
from policies.statements import statement_of
from policies.units import in_count, in_list, in_time
from policies.watching import watched

EFFECT_PATIENCE_S = 60.0
"""Cluster seconds until the effect of an accepted statement must be visible; flags are set before the reply."""
NEAREST_LOOK_S = 12.0
"""Cluster seconds between two looks at the least: two statements each, ten a minute."""


class Perform(Record):
    """Send this act's statement."""

    act: Act
    statement: str
    memory: StepMemory


class Wait(Record):
    """Look again after so many wall-clock seconds."""

    after_s: float
    memory: StepMemory


class Advance(Record):
    """The step's condition was seen: go to the next one."""

    sentence: str
    memory: StepMemory


class Halt(Record):
    """Stop and ask a person."""

    sentence: str
    memory: StepMemory


class Finish(Record):
    """Nothing is left to do."""

    sentence: str
    memory: StepMemory


Move = Perform | Wait | Advance | Halt | Finish


def next_move(plan: Plan, operation: Operation, state: ClusterState, pacing: Pacing, now: datetime) -> Move:
    """What follows for a running operation from this look."""
    step = plan.steps[operation.step]
    before = operation.memory or StepMemory(step=step.id, entered_at=now)
    disturbed = interference(plan, operation.with_(memory=before), state, pacing, now)
    if disturbed:
        return Halt(sentence=disturbed, memory=before)
    memory = watched(step, before, state, pacing, now)
    reading = read(step.until, state, memory, pacing, now)
    if reading.done:
        return Advance(sentence=_done_words(step, memory, reading.sentence), memory=memory)
    if step.act is not None and memory.acted_at is None:
        refusal = _unsafe(step.act, state)
        if refusal:
            return Halt(sentence=refusal, memory=memory)
        return Perform(act=step.act, statement=statement_of(step.act), memory=memory)
    if memory.acted_at is not None and now - memory.acted_at > timedelta(seconds=pacing.wall(EFFECT_PATIENCE_S)):
        words = f"StarRocks accepted `{statement_of(step.act)}`, but {reading.sentence}" if step.act else reading.sentence
        return Halt(sentence=words, memory=memory)
    return Wait(after_s=_next_look(step, memory, state, pacing, now), memory=memory)


def _done_words(step: Step, memory: StepMemory, sentence: str) -> str:
    if isinstance(step.act, DecommissionBackend) and memory.acted_at is None and memory.intended_at is None:
        return f"{sentence} It was so before anything was sent."
    if isinstance(step.act, DropBackend) and memory.intended_at is None:
        return f"{sentence} StarRocks removed it by itself; nothing had to be dropped."
    return sentence


def _unsafe(act: Act, state: ClusterState) -> str | None:
    """Why an act must not be sent on what this look shows (P6)."""
    if not isinstance(act, DropBackend):
        return None
    backend = state.backend_by_id(act.backend_id)
    if backend is None:
        return None
    if backend.tablets and state.run_mode is RunMode.SHARED_NOTHING:
        return f"{act.address} holds {in_count(backend.tablets)} tablets again: it is not dropped."
    if not backend.decommissioned:
        return f"{act.address} is not leaving any more: it is not dropped."
    return None


def effect_visible(act: Act, state: ClusterState) -> bool:
    """The look shows what the act was to bring about, whoever did it."""
    backend = state.backend_by_id(act.backend_id)
    match act:
        case DecommissionBackend():
            return backend is None or backend.decommissioned
        case CancelDecommission():
            return backend is None or not backend.decommissioned
        case DropBackend():
            return backend is None


def _next_look(step: Step, memory: StepMemory, state: ClusterState, pacing: Pacing, now: datetime) -> float:
    """Sooner when the end is near, so that little time is lost between the cluster's end and ours."""
    usual, nearest = pacing.wall(pacing.look_every), pacing.wall(NEAREST_LOOK_S)
    if not isinstance(step.until, BackendDrained):
        return nearest
    if memory.first_true_at is not None:
        due = memory.first_true_at + timedelta(seconds=pacing.wall(pacing.second_look_after))
        removal = pacing.wall(pacing.removal)
        return max(0.05, min((due - now).total_seconds(), removal))
    left = time_left(memory.samples)
    if left is None:
        return usual
    even = left[0] / 0.75
    return min(usual, max(nearest, even))


def undo_steps(plan: Plan, step_index: int) -> tuple[Step, ...]:
    """Steps of the group in hand, from that one backwards, that have an undo; each undo act once.

    A group whose point of no return was reached (its row is gone) has none left.
    """
    index = min(step_index, len(plan.steps) - 1)
    group = plan.steps[index].group
    found: list[Step] = []
    for step in reversed(plan.steps[: index + 1]):
        if step.group == group and step.undo is not None and all(step.undo != other.undo for other in found):
            found.append(step)
    return tuple(found)


def next_undo(plan: Plan, operation: Operation, state: ClusterState, pacing: Pacing, now: datetime) -> Move:
    """What follows for an operation that is being undone."""
    memory = operation.memory or StepMemory(step="undo", entered_at=now)
    disturbed = interference(plan, operation.with_(memory=memory), state, pacing, now)
    if disturbed:
        return Halt(sentence=disturbed, memory=memory)
    for step in undo_steps(plan, operation.step):
        if step.undo is None or step.undo_until is None or state.backend_by_id(step.until.backend_id) is None:
            continue
        if read(step.undo_until, state, memory, pacing, now).done:
            continue
        if memory.acted_at is None:
            return Perform(act=step.undo, statement=statement_of(step.undo), memory=memory)
        if now - memory.acted_at > timedelta(seconds=pacing.wall(EFFECT_PATIENCE_S)):
            words = f"StarRocks accepted `{statement_of(step.undo)}`, but {step.until.address} is still leaving."
            return Halt(sentence=words, memory=memory)
        return Wait(after_s=pacing.wall(NEAREST_LOOK_S), memory=memory)
    return Finish(sentence=_undone_words(plan, operation, state, now), memory=memory)


def _undone_words(plan: Plan, operation: Operation, state: ClusterState, now: datetime) -> str:
    index = min(operation.step, len(plan.steps) - 1)
    address = plan.steps[index].until.address
    backend = state.backend_by_id(plan.steps[index].until.backend_id)
    done = list(plan.groups[: plan.groups.index(plan.steps[index].group)])
    if backend is None:
        done.append(str(address))
        words = f"{address} was gone already: that cannot be undone."
    else:
        words = f"{address} stays in the cluster with {in_count(backend.tablets)} tablets; what has moved stays moved."
    gone = f" Gone for good before the abort: {in_list(done)}." if done else ""
    took = in_time(now - (operation.started_at or now))
    return f"Undone after {took}: {words}{gone}"
