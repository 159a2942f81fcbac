"""What to do next, as a value: from a plan, an operation's memory and one look at the cluster to one move.

Nothing here acts. Whoever carries out a move commits its memory and asks again; a crash between any two commits only
means that the question is asked again with an older memory. So every answer rests on what is seen, and the memory only
says what we asked for. The rules keep that, whatever was interrupted or done by others meanwhile:

  I1  DROP BACKEND is sent only for a row of the approved id that is flagged as leaving, holds no tablet, and whose drain
      step lies behind. Never FORCE, never on hope.
  I2  DECOMMISSION is sent only for a living target of the plan under its approved id, while no other node is leaving
      or down. So there are never two nodes leaving because of us.
  I3  An act whose effect is already seen is not sent, and one that was accepted is not sent again; only a person's retry
      asks anew. What lives in the memory of frontends alone (effects.forgettable) is sent again, MOST_TRIES times at most.
  I4  After an undo has finished, no target of the plan that is still listed is leaving.
  I5  From every state that is not halted, a cluster left in peace leads to the end.
"""

from datetime import datetime, timedelta

from policies import guards, staging
from policies.acts import Act, AskPerson, ForgetRehearsal, HostAct, RestartProcess, StartProcess, StopProcess, SwapPackage
from policies.awaited import (
    BackendDrained,
    BackendGone,
    BackendLeaving,
    GoAhead,
    NodeListed,
    NodeRestarted,
    NodeUnlisted,
    ViewIs,
)
from policies.cluster import ClusterState
from policies.conditions import believed, holds, unlisted
from policies.conditions.processes import job_trouble, mixed
from policies.effects import cannot_go_back, effect_visible, forbidden, forgettable, host_job, repeatable
from policies.forecast import expected
from policies.hosts import HostJob, HostLook, JobState
from policies.leasing import leases
from policies.operation import Operation, Reading, StepMemory
from policies.pacing import Pacing
from policies.packages import StagePackages
from policies.plan import Plan, Step
from policies.record import Record
from policies.statements import in_code, statement_of
from policies.undoing import closed_words, kept_words, undo_in_hand, undo_steps
from policies.units import in_list, in_time
from policies.watching import next_look, watched

__all__ = ["Advance", "Finish", "Halt", "Move", "Pause", "Perform", "TurnBack", "Wait", "effect_visible", "next_move", "next_undo"]

EFFECT_PATIENCE = 60.0
"""Cluster seconds: the flag of a node and the node list change at once on the leader; later means never. What takes longer has
a deadline of its own."""


JOB_LOOK = 10.0
"""Cluster seconds between two looks at a job that must end before an undo goes on."""
JOB_PATIENCE = 1_800.0
"""Cluster seconds that an undo waits for such a job where the step in hand has no deadline."""
STAYS_UP = 120.0
"""Cluster seconds, counted from the job's begin, after which a process that the job has started and that is not there has
ended again. A unit that is started again by systemd is back long before."""
UNDO_ADVICE = "Retry tries the undo again; Close leaves it as it is and gives back what was lent."
MOST_TRIES = 5
"""A statement whose reply is lost again and again is not sent for ever; a person's retry counts anew."""


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


class TurnBack(Record):
    """What was begun must not stand, and it can be undone safely without asking: undo the group in hand."""

    memory: StepMemory
    sentence: str


class Halt(Record):
    """Stop and ask a person."""

    memory: StepMemory
    sentence: str


class Pause(Record):
    """The plan wants a person to look before it goes on."""

    memory: StepMemory
    sentence: str


class Finish(Record):
    """The plan, or its undo, has come to its end."""

    memory: StepMemory
    sentence: str


Move = Perform | Wait | Advance | TurnBack | Halt | Pause | Finish


def next_move(plan: Plan, operation: Operation, state: ClusterState, pacing: Pacing, now: datetime) -> Move:
    """What a running operation does after this look. A paused one may ask too, and then only keeps the memory."""
    if operation.step >= len(plan.steps):
        memory = operation.memory or StepMemory(step="end", entered_at=now)
        return Finish(memory=memory, sentence="Every step of the plan is done.")
    step = plan.steps[operation.step]
    memory = watched(step, _remembered(operation, step.id, now), state, pacing, now, expected(plan))
    if isinstance(step.until, NodeRestarted):
        memory = memory.with_(back_after=operation.came_back.get(step.until.role))
    if not believed(step.until, state):
        return Wait(memory=memory, after_s=next_look(step, memory, pacing, now))
    interference = guards.interference(plan, operation, state, pacing, now)
    if interference is not None:
        return Halt(memory=memory, sentence=interference)
    if memory.reading is not None and memory.reading.done:
        return Advance(memory=memory, sentence=_done_words(step, memory, state))
    if isinstance(step.until, GoAhead):
        return Pause(memory=memory, sentence=step.until.seen)
    mismatch = guards.mismatch(step, state)
    if mismatch is not None:
        can_undo = bool(undo_in_hand(plan, operation.step))
        return TurnBack(memory=memory, sentence=mismatch) if can_undo else Halt(memory=memory, sentence=mismatch)
    overdue = _overdue(step, memory, pacing, now)
    if overdue is not None:
        return Halt(memory=memory, sentence=overdue)
    behind = tuple(done.until for done in plan.steps[: operation.step])
    return _act_or_wait(step, memory, forbidden(step.act, plan, behind, state), state, pacing, now)


def next_undo(plan: Plan, operation: Operation, state: ClusterState, pacing: Pacing, now: datetime) -> Move:
    """What an operation that is being undone does after this look; `operation.step` is the step that was in hand."""
    undone = operation.memory or StepMemory(step="undo", entered_at=now)
    in_hand = plan.steps[min(operation.step, len(plan.steps) - 1)]
    if not believed(in_hand.until, state):
        return Wait(memory=undone, after_s=pacing.wall(pacing.look_every))
    # Who closes wants nothing undone but what was lent; then nothing can stand in the way of that.
    interference = None if operation.closing else guards.interference(plan, operation, state, pacing, now)
    if interference is not None:
        return Halt(memory=undone, sentence=interference)
    on_its_way = "" if _ends_it(plan, operation) else _on_its_way(in_hand, operation, state)
    if on_its_way:
        # What is on its way there ends first: two jobs on one node would undo one another.
        waiting = undone.with_(looked_at=now, reading=Reading(done=False, sentence=on_its_way))
        patient = in_hand.with_(deadline=in_hand.deadline or JOB_PATIENCE, advice=UNDO_ADVICE)
        overdue = _overdue(patient, waiting, pacing, now)
        if overdue is None:
            return Wait(memory=waiting, after_s=pacing.wall(JOB_LOOK))
        if not operation.closing:
            return Halt(memory=waiting, sentence=overdue)
    for step in leases(plan, operation.step) if operation.closing else undo_steps(plan, operation.step):
        back = _turned_round(step)
        if back is None or _is_back(back, operation, state, now) or unlisted(back.until, state):
            continue
        memory = watched(back, _remembered(operation, back.id, now), state, pacing, now)
        overdue = _overdue(back, memory, pacing, now)
        if overdue is not None:
            return Halt(memory=memory, sentence=overdue)
        why_not = cannot_go_back(back.act, state) or forbidden(back.act, plan, (), state)
        return _act_or_wait(back, memory, why_not, state, pacing, now)
    if operation.closing:
        return Finish(memory=undone, sentence=closed_words(plan, operation))
    return Finish(memory=undone, sentence=kept_words(plan, operation, undone, state))


def _on_its_way(in_hand: Step, operation: Operation, state: ClusterState) -> str:
    """Why the job that was begun last must be waited for, as a sentence: it runs, or it is the job of the step in hand and
    its host cannot be looked at, so that nobody knows. Who closes does not wait for a host that may never come back. Empty
    when nothing is on its way.
    """
    last = operation.last_job
    host = state.host_of(last.address) if last is not None else None
    if last is None or host is None:
        return ""
    where = last.address.host
    if host.trouble:
        ours = isinstance(in_hand.act, HostAct) and in_hand.act.address == last.address and not operation.closing
        return f"Whether the job on {where} still runs is not known: {host.trouble}" if ours else ""
    job = host.jobs.get(last.id)
    return f"The job on {where} ends first. {job.said}".strip() if job is not None and job.state is JobState.RUNNING else ""


def _ends_it(plan: Plan, operation: Operation) -> bool:
    """Whether the undo is what ends the job that runs: a rehearsal is thrown away, and may take an hour otherwise."""
    return any(isinstance(step.undo, ForgetRehearsal) for step in undo_steps(plan, operation.step))


def _remembered(operation: Operation, name: str, now: datetime) -> StepMemory:
    """The memory of this step; that of another one says nothing about it."""
    memory = operation.memory
    if memory is not None and memory.step == name:
        return memory
    return StepMemory(step=name, entered_at=now)


def _is_back(back: Step, operation: Operation, state: ClusterState, now: datetime) -> bool:
    """A node that runs is not back while its swap lies unfinished: the next start would run on files of two versions."""
    if isinstance(back.act, SwapPackage | StartProcess) and mixed(state, back.act.address):
        return False
    return holds(back.until, state, _remembered(operation, back.id, now))


def _turned_round(step: Step) -> Step | None:
    """The undo of a step as a step of its own."""
    if step.undo_until is None:
        return None
    return step.with_(
        id=f"undo-{step.id}", act=step.undo, until=step.undo_until, undo=None, undo_until=None, advice=UNDO_ADVICE
    )


def _act_or_wait(step: Step, memory: StepMemory, why_not: str | None, state: ClusterState, pacing: Pacing, now: datetime) -> Move:
    """`until` is not seen yet: act if that was not asked for, otherwise be patient for as long as makes sense."""
    if step.act is None:
        return Wait(memory=memory, after_s=next_look(step, memory, pacing, now))
    if isinstance(step.act, HostAct):
        return _begin_or_wait(step, step.act, memory, why_not, state, pacing, now)
    if isinstance(step.act, StagePackages):
        return _stage_or_wait(step, step.act, memory, state, pacing, now)
    if isinstance(step.act, AskPerson):
        return _ask_or_wait(step, step.act, memory, pacing, now)
    statement = statement_of(step.act)
    # After a person's retry the step is entered anew: what was accepted before then had no lasting effect.
    if memory.acted_at is not None and memory.acted_at >= memory.entered_at:
        passed = now - memory.acted_at
        if passed < timedelta(seconds=pacing.wall(max(EFFECT_PATIENCE, step.deadline or 0.0))):
            return Wait(memory=memory, after_s=next_look(step, memory, pacing, now))
        seen = memory.reading.sentence if memory.reading else ""
        often = f" {memory.tries} times" if memory.tries > 1 else ""
        words = f"StarRocks accepted {in_code(statement)}{often}, but {in_time(passed)} later it has no effect: {seen}"
        if not forgettable(step.act) or memory.tries >= MOST_TRIES:
            return Halt(memory=memory, sentence=words)
    if why_not is not None:
        return Halt(memory=memory, sentence=why_not)
    if memory.tries >= MOST_TRIES:
        words = f"{in_code(statement)} was sent {memory.tries} times and no effect is seen: no reply comes."
        return Halt(memory=memory, sentence=words)
    if memory.intended_at is not None and not repeatable(step.act, state):
        words = f"{in_code(statement)} may have been sent, and what is seen does not allow to send it again."
        return Halt(memory=memory, sentence=words)
    return Perform(memory=memory, act=step.act, statement=statement)


def _begin_or_wait(
    step: Step, act: HostAct, memory: StepMemory, why_not: str | None, state: ClusterState, pacing: Pacing, now: datetime
) -> Move:
    """A job on a host is begun once; after a person's retry again only if the last one came to nothing."""
    wait = Wait(memory=memory, after_s=next_look(step, memory, pacing, now))
    host = state.host_of(act.address)
    if host is None or (host.trouble and memory.job):
        return wait  # Whether it was begun is not known until the host can be looked at.
    job = host_job(act, state, memory.job)
    if job is not None and (job.state is JobState.RUNNING or _stands(act, job, host)):
        return wait
    # Of a worker that died right after it began the job, only the intent is left, and the job on the host.
    there = job is not None and job.state is not JobState.ABSENT
    begun = any(at is not None and at >= memory.entered_at for at in (memory.acted_at, memory.intended_at if there else None))
    trouble = job_trouble(state, memory, act.address)
    if begun and job is not None and (trouble or job.state is not JobState.DONE):
        return Halt(memory=memory, sentence=" ".join(part for part in (trouble, step.advice) if part))
    if begun and _ended_again(act, host, memory, pacing, now):
        words = f"The process that the job on {act.address.host} started has ended again; its log says why."
        return Halt(memory=memory, sentence=f"{words} {step.advice}".rstrip())
    if begun:
        return wait
    if why_not is not None:
        return Halt(memory=memory, sentence=why_not)
    if memory.tries >= MOST_TRIES:
        return Halt(memory=memory, sentence=f"{act.address.host} did not begin to {statement_of(act)} in {memory.tries} tries.")
    if there:
        memory = memory.with_(job="", intended_at=None)  # It came to nothing: the next try is a job of its own.
    return Perform(memory=memory, act=act, statement=statement_of(act))


def _stage_or_wait(
    step: Step, act: StagePackages, memory: StepMemory, state: ClusterState, pacing: Pacing, now: datetime
) -> Move:
    """Where a package is to be begun now, it is; where it failed, the others go on to their end first."""
    failed = staging.failures(act, memory, state)
    if failed:
        return Halt(memory=memory, sentence=f"{failed} {step.advice}")
    batch = [node.address.host for node in staging.due(act, memory, state)]
    if not batch:
        return Wait(memory=memory, after_s=next_look(step, memory, pacing, now))
    if memory.tries >= MOST_TRIES:
        words = f"Staging of {act.version} was to begin on {in_list(batch)} {memory.tries} times, and no reply came. {step.advice}"
        return Halt(memory=memory, sentence=words)
    return Perform(memory=memory, act=act, statement=f"unpack and verify {act.version} on {in_list(batch, act.fan_out)}")


def _stands(act: HostAct, job: HostJob, host: HostLook) -> bool:
    """Whether what a job has brought about is still so on its host: the cluster only has to notice."""
    if job.state is not JobState.DONE:
        return False
    if isinstance(act, StopProcess):
        return host.process is None
    return isinstance(act, RestartProcess | StartProcess | SwapPackage) and host.process is not None


def _ended_again(act: HostAct, host: HostLook, memory: StepMemory, pacing: Pacing, now: datetime) -> bool:
    """Whether a process that was started well is there no more: it will not come by waiting for it."""
    since = memory.acted_at or memory.intended_at
    starts = isinstance(act, RestartProcess | StartProcess | SwapPackage)
    return starts and host.process is None and since is not None and now - since >= timedelta(seconds=pacing.wall(STAYS_UP))


def _ask_or_wait(step: Step, act: AskPerson, memory: StepMemory, pacing: Pacing, now: datetime) -> Move:
    """A person is asked once, and not at all when it turns out to be done within the grace; then it takes its time."""
    asked = memory.acted_at is not None and memory.acted_at >= memory.entered_at
    early = now - memory.entered_at < timedelta(seconds=pacing.wall(act.grace))
    if asked or early:
        return Wait(memory=memory, after_s=next_look(step, memory, pacing, now))
    return Perform(memory=memory, act=act, statement=statement_of(act))


def _overdue(step: Step, memory: StepMemory, pacing: Pacing, now: datetime) -> str | None:
    """The step has waited longer than makes sense, counted from the statement, or from a person's retry."""
    if step.deadline is None:
        return None
    since = max(memory.entered_at, memory.acted_at or memory.entered_at)
    if now - since < timedelta(seconds=pacing.wall(step.deadline)):
        return None
    seen = memory.reading.sentence if memory.reading else ""
    return " ".join(part for part in (f"After {in_time(now - since)}:", seen, step.advice) if part)


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
        case NodeRestarted() if not by_us and not perhaps:
            return f"{condition.address} has restarted since the plan was made; nothing was done. {seen}"
        case NodeListed() | NodeUnlisted() | ViewIs() if not by_us and not perhaps:
            return f"{seen} It was so already; nothing was sent."
        case _ if perhaps and not isinstance(step.act, AskPerson | HostAct | StagePackages):
            return f"{seen} The statement had been sent; its reply was lost."
        case _:
            return seen
