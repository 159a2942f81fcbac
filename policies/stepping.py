"""What to do next, as a value: from a plan, an operation's memory and one look at the cluster to one move.

Nothing here acts. Whoever carries out a move commits its memory and asks again; a crash between any two commits only
means that the question is asked again with an older memory. So every answer rests on what is seen, and the memory only
says what we asked for. The rules keep that, whatever was interrupted or done by others meanwhile:

  I1  DROP BACKEND is sent only for a row of the approved id that is flagged as leaving, holds no tablet, and whose drain
      step lies behind. Never FORCE, never on hope.
  I2  DECOMMISSION is sent only for a living target of the plan under its approved id, while no other node is leaving
      or down. So there are never two nodes leaving because of us.
  I3  An act whose effect is already seen is not sent, and one that was accepted is not sent again; only a person's retry
      asks anew.
  I4  After an undo has finished, no target of the plan that is still listed is leaving.
  I5  From every state that is not halted, a cluster left in peace leads to the end.
"""

from datetime import datetime, timedelta

from policies import guards
from policies.cluster import ClusterState
from policies.conditions import holds, unlisted
from policies.operation import Operation, StepMemory
from policies.pacing import Pacing
from policies.plan import (
    Act,
    BackendDrained,
    BackendGone,
    BackendLeaving,
    CancelDecommission,
    DecommissionBackend,
    DropBackend,
    Plan,
    Step,
)
from policies.record import Record
from policies.statements import statement_of
from policies.undoing import kept_words, undo_steps
from policies.units import in_count, in_time
from policies.watching import next_look, watched

EFFECT_PATIENCE = 60.0
"""Cluster seconds: the flag of a node and the node list change at once on the leader; later means never."""


class Perform(Record):
    """Send this statement: write the intent down first, look again, then send."""

    memory: StepMemory
    act: Act
    statement: str


class Wait(Record):
    """Nothing to do; look again after so many wall seconds."""

    memory: StepMemory
    after_s: float


class Advance(Record):
    """The step is done, as the sentence says; the next step begins with an empty memory."""

    memory: StepMemory
    sentence: str


class Halt(Record):
    """Stop and ask a person."""

    memory: StepMemory
    sentence: str


class Finish(Record):
    """The plan, or its undo, has come to its end."""

    memory: StepMemory
    sentence: str


Move = Perform | Wait | Advance | Halt | Finish


def next_move(plan: Plan, operation: Operation, state: ClusterState, pacing: Pacing, now: datetime) -> Move:
    """What a running operation does after this look. A paused one may ask too, and then only keeps the memory."""
    if operation.step >= len(plan.steps):
        memory = operation.memory or StepMemory(step="end", entered_at=now)
        return Finish(memory=memory, sentence="Every step of the plan is done.")
    step = plan.steps[operation.step]
    memory = watched(step, _remembered(operation, step.id, now), state, pacing, now)
    if not state.backends:
        return Wait(memory=memory, after_s=next_look(step, memory, pacing, now))
    interference = guards.interference(plan, operation, state, pacing, now)
    if interference is not None:
        return Halt(memory=memory, sentence=interference)
    if memory.reading is not None and memory.reading.done:
        return Advance(memory=memory, sentence=_done_words(step, memory, state))
    return _act_or_wait(step, memory, _why_not(step, plan, operation, state), state, pacing, now)


def next_undo(plan: Plan, operation: Operation, state: ClusterState, pacing: Pacing, now: datetime) -> Move:
    """What an operation that is being undone does after this look; `operation.step` is the step that was in hand."""
    undone = operation.memory or StepMemory(step="undo", entered_at=now)
    if not state.backends:
        return Wait(memory=undone, after_s=pacing.wall(pacing.look_every))
    interference = guards.interference(plan, operation, state, pacing, now)
    if interference is not None:
        return Halt(memory=undone, sentence=interference)
    for step in undo_steps(plan, operation.step):
        back = _turned_round(step)
        if back is None or holds(back.until, state) or unlisted(back.until, state):
            continue
        memory = watched(back, _remembered(operation, back.id, now), state, pacing, now)
        return _act_or_wait(back, memory, None, state, pacing, now)
    return Finish(memory=undone, sentence=kept_words(plan, operation, undone, state))


def effect_visible(act: Act, state: ClusterState) -> bool:
    """Whether the cluster shows what the act is to bring about."""
    row = state.backend_by_id(act.backend_id)
    match act:
        case DecommissionBackend():
            return row is not None and row.decommissioned
        case CancelDecommission():
            # A node that was removed meanwhile cannot be cancelled any more, and need not be.
            return bool(state.backends) and (row is None or not row.decommissioned)
        case DropBackend():
            return bool(state.backends) and row is None


def repeatable(act: Act, state: ClusterState) -> bool:
    """Whether an act may be sent again when nobody knows if it was sent: its effect is not seen, and twice is as once.

    DECOMMISSION and CANCEL change nothing when repeated (fe: alter/SystemHandler.java). DROP of a row that is still
    there, flagged and empty, has not taken effect.
    """
    if isinstance(act, DropBackend):
        row = state.backend_by_id(act.backend_id)
        return row is not None and row.address == act.address and row.decommissioned and row.tablets == 0
    return state.backend_by_id(act.backend_id) is not None


def _remembered(operation: Operation, name: str, now: datetime) -> StepMemory:
    """The memory of this step; that of another one says nothing about it."""
    memory = operation.memory
    if memory is not None and memory.step == name:
        return memory
    return StepMemory(step=name, entered_at=now)


def _turned_round(step: Step) -> Step | None:
    """The undo of a step as a step of its own."""
    if step.undo is None or step.undo_until is None:
        return None
    return step.with_(id=f"undo-{step.id}", act=step.undo, until=step.undo_until, undo=None, undo_until=None)


def _act_or_wait(step: Step, memory: StepMemory, why_not: str | None, state: ClusterState, pacing: Pacing, now: datetime) -> Move:
    """`until` is not seen yet: act if that was not asked for, otherwise be patient for as long as makes sense."""
    if step.act is None:
        return Wait(memory=memory, after_s=next_look(step, memory, pacing, now))
    statement = statement_of(step.act)
    # After a person's retry the step is entered anew: what was accepted before then had no lasting effect.
    if memory.acted_at is not None and memory.acted_at >= memory.entered_at:
        passed = now - memory.acted_at
        if passed < timedelta(seconds=pacing.wall(EFFECT_PATIENCE)):
            return Wait(memory=memory, after_s=next_look(step, memory, pacing, now))
        seen = memory.reading.sentence if memory.reading else ""
        words = f"StarRocks accepted `{statement}`, but {in_time(passed)} later it has no effect: {seen}"
        return Halt(memory=memory, sentence=words)
    if why_not is not None:
        return Halt(memory=memory, sentence=why_not)
    if memory.intended_at is not None and not repeatable(step.act, state):
        words = f"`{statement}` may have been sent, and what is seen does not allow to send it again."
        return Halt(memory=memory, sentence=words)
    return Perform(memory=memory, act=step.act, statement=statement)


def _why_not(step: Step, plan: Plan, operation: Operation, state: ClusterState) -> str | None:
    """What forbids the act of this step right now (I1, I2), or None."""
    match step.act:
        case DecommissionBackend(address=address, backend_id=backend_id):
            row = state.backend_by_id(backend_id)
            if address not in plan.targets:
                return f"{address} is no target of the approved plan; nothing was sent."
            if row is None:
                return f"{address} (id {backend_id}) is not listed any more, so there is nothing to decommission."
            return None
        case DropBackend():
            return _why_not_drop(step.act, plan.steps[: operation.step], state)
        case _:
            return None


def _why_not_drop(act: DropBackend, behind: tuple[Step, ...], state: ClusterState) -> str | None:
    """A node that holds tablets is never dropped (design promise: no table below a readable replica)."""
    row = state.backend_by_id(act.backend_id)
    if row is None or row.address != act.address:
        return f"{act.address} (id {act.backend_id}) is not what is listed there; nothing was dropped."
    if not row.decommissioned:
        return f"{act.address} is not flagged as leaving; a node that was not drained is never dropped."
    if row.tablets > 0:
        return f"{act.address} still holds {in_count(row.tablets)} tablets; a node with tablets is never dropped."
    if not any(isinstance(s.until, BackendDrained) and s.until.backend_id == act.backend_id for s in behind):
        return f"The plan has no drain of {act.address} before its drop; nothing was dropped."
    return None


def _done_words(step: Step, memory: StepMemory, state: ClusterState) -> str:
    """How the step came to be done, and by whom."""
    condition = step.until
    seen = memory.reading.sentence if memory.reading else ""
    by_us = memory.acted_at is not None
    perhaps = memory.intended_at is not None and not by_us
    match condition:
        case BackendLeaving() if not by_us and not perhaps:
            return f"{condition.address} was already leaving; nothing was sent. {seen}"
        case BackendGone() if not by_us and not perhaps:
            return f"StarRocks removed the row of {condition.address} by itself; nothing was sent."
        case BackendGone():
            return f"The row of {condition.address} is gone."
        case BackendDrained() if state.backend_by_id(condition.backend_id) is None:
            return f"{condition.address} is drained: StarRocks moved its tablets and removed its row by itself."
        case _ if perhaps:
            return f"{seen} The statement had been sent; its reply was lost."
        case _:
            return seen
