"""What follows from a look when nothing is sent: wait, go on, turn back, stop and ask, end. One commit each."""

from datetime import datetime

from bot.failpoints import failpoint
from policies.cluster import ClusterState
from policies.deciding import tell
from policies.follow_ups import follow_ups
from policies.leasing import forgotten
from policies.operation import Event, EventKind, Operation, OperationState, StepMemory
from policies.picture import wanted
from policies.plan import Plan
from policies.signing import FollowUps
from policies.stalls.lost_meanwhile import CAUSE, OVER
from policies.stepping import Advance, Finish, Halt, Pause, TurnBack, Wait
from policies.units import in_time
from policies.watching import LEASE_LOOK, came_back, next_memory
from workers.audit import AuditEntry
from workers.hosts import HostUnreachable
from workers.remembering import note_members, remember
from workers.starrocks import ClusterError
from workers.store import Claim
from workers.wiring import Wiring

S = OperationState
Outcome = Wait | Advance | TurnBack | Halt | Pause | Finish

UNREACHABLE_RETRY_S = 15.0
HALTED_LOOK_S = 600.0
LOOK_WHILE_PAUSED_S = 5.0


def settle(
    wiring: Wiring, claim: Claim, plan: Plan, operation: Operation, move: Outcome, state: ClusterState, now: datetime
) -> str:
    """Commit what a look, `state`, has led to, where nothing is to be sent."""
    match move:
        case Wait():
            return _wait(wiring, claim, operation, move, now)
        case Advance():
            return _advance(wiring, claim, plan, operation, move, state, now)
        case TurnBack():
            return _turn_back(wiring, claim, operation, move, now)
        case Halt():
            skippable = operation.state is not S.UNDOING and plan.steps[operation.step].skippable
            return halt(wiring, claim, operation.with_(memory=move.memory), move.sentence, now, skippable=skippable)
        case Pause():
            return _pause(wiring, claim, operation, move, now)
        case Finish():
            return _finish(wiring, claim, operation, move, state, now)


def unreachable(
    wiring: Wiring, claim: Claim, operation: Operation, error: ClusterError | HostUnreachable, now: datetime
) -> str:
    """No frontend, or not the host, answers: nothing is known, so nothing is done; the card says so and the next look comes
    soon.
    """
    first = operation.trouble_since is None
    troubled = operation.with_(trouble=str(error), trouble_since=operation.trouble_since or now)
    events: tuple[Event, ...] = ()
    if first:
        words = "The cluster cannot be read right now; nothing is done until it can be. A drain goes on by itself."
        if isinstance(error, HostUnreachable):
            words = "The host cannot be reached right now; nothing was begun there, and nothing is until it can be."
        troubled, event = tell(troubled, now, EventKind.OBSERVED, words, details=(str(error),))
        events = (event,)
    wall = wiring.settings.pacing(operation.cluster).wall(UNREACHABLE_RETRY_S)
    wiring.store.commit(claim, troubled, delay_s=max(1.0, wall), events=events)
    return f"cannot read the cluster: {error}"


def _wait(wiring: Wiring, claim: Claim, operation: Operation, move: Wait, now: datetime) -> str:
    waiting, events = _news(operation.with_(memory=move.memory), operation.memory, move.memory, now)
    audit = tuple(AuditEntry.of(waiting, event) for event in events)
    failpoint("before_wait_commit")
    wiring.store.commit(claim, waiting, delay_s=move.after_s, events=events, audit=audit)
    return move.memory.reading.sentence if move.memory.reading else "waiting"


def _news(
    operation: Operation, before: StepMemory | None, after: StepMemory, now: datetime
) -> tuple[Operation, tuple[Event, ...]]:
    """A stall is told once, when it begins or its cause changes, and once when it ends."""
    old = before.stall if before else None
    new = after.stall
    if new is not None and (old is None or old.cause != new.cause):
        details = tuple(part for part in (new.advice, *new.examples) if part)
        operation, event = tell(operation, now, EventKind.STALLED, new.sentence, details=details)
        return operation, (event,)
    if new is None and old is not None:
        words = OVER if old.cause == CAUSE else "Tablets are moving again."
        operation, event = tell(operation, now, EventKind.MOVING_AGAIN, words)
        return operation, (event,)
    return operation, ()


def _advance(
    wiring: Wiring, claim: Claim, plan: Plan, operation: Operation, move: Advance, state: ClusterState, now: datetime
) -> str:
    done = plan.steps[operation.step]
    seen = None if forgotten(done) else operation.lease_seen
    back = came_back(done, operation.memory, wiring.settings.pacing(operation.cluster), now)
    ahead = operation.with_(
        step=operation.step + 1, memory=next_memory(plan, operation), lease_seen=seen, came_back={**operation.came_back, **back}
    )
    ahead, event = tell(ahead, now, EventKind.STEP_DONE, move.sentence, details=(f"Step {operation.step + 1}: {done.title}",))
    finished = ahead.step >= len(plan.steps) and ahead.state is S.RUNNING
    if finished:
        return _end(wiring, claim, ahead, S.DONE, EventKind.DONE, _summary(plan, ahead, now), state, now, first=(event,))
    failpoint("before_advance_commit")
    wiring.store.commit(claim, ahead, delay_s=0, events=(event,), audit=(AuditEntry.of(ahead, event),))
    return move.sentence


def _turn_back(wiring: Wiring, claim: Claim, operation: Operation, move: TurnBack, now: datetime) -> str:
    """What was added must not stand, and taking it out again is safe: that needs no person."""
    undoing = operation.moved(S.UNDOING, now, memory=None)
    undoing, event = tell(undoing, now, EventKind.UNDOING, f"{move.sentence} Taking it out again.")
    wiring.store.commit(claim, undoing, delay_s=0, events=(event,), audit=(AuditEntry.of(undoing, event),))
    return f"turning back: {move.sentence}"


def _pause(wiring: Wiring, claim: Claim, operation: Operation, move: Pause, now: datetime) -> str:
    """People look, and resume it or abort it; the lock stays ours."""
    paused = operation.with_(memory=move.memory).moved(S.PAUSED, now)
    paused, event = tell(paused, now, EventKind.PAUSED, move.sentence)
    wiring.store.commit(claim, paused, delay_s=LOOK_WHILE_PAUSED_S, events=(event,), audit=(AuditEntry.of(paused, event),))
    return f"paused: {move.sentence}"


def _finish(wiring: Wiring, claim: Claim, operation: Operation, move: Finish, state: ClusterState, now: datetime) -> str:
    to, kind = (S.UNDONE, EventKind.UNDONE) if operation.state is S.UNDOING else (S.DONE, EventKind.DONE)
    if operation.closing:
        to, kind = S.CLOSED, EventKind.CLOSED
    return _end(wiring, claim, operation, to, kind, move.sentence, state, now)


def _end(
    wiring: Wiring,
    claim: Claim,
    operation: Operation,
    to: OperationState,
    kind: EventKind,
    sentence: str,
    state: ClusterState,
    now: datetime,
    first: tuple[Event, ...] = (),
) -> str:
    ended = operation.moved(to, now, memory=None)
    ended, event = tell(ended, now, kind, sentence)
    events = (*first, event)
    done = claim.plan if to is S.DONE else None
    if done is not None:
        ended, more = _with_follow_ups(ended, done, state, now)
        events += more
    failpoint("before_end_commit")
    audit = tuple(AuditEntry.of(ended, each) for each in events)
    picture = done is not None and wanted(done, ended, wiring.settings.pacing(ended.cluster))
    wiring.store.commit(claim, ended, delay_s=None, events=events, audit=audit, picture=picture)
    if done is not None:
        remember(wiring, done, ended)
        note_members(wiring, done, ended)
    return sentence


def _with_follow_ups(
    ended: Operation, plan: Plan, state: ClusterState, now: datetime
) -> tuple[Operation, tuple[Event, ...]]:
    """What others do now, where nodes came or went; it stays open until somebody signs it, and holds nothing up."""
    snippets = follow_ups(plan, state)
    if not snippets:
        return ended, ()
    details = tuple(f"{snippet.title}: {snippet.text}" for snippet in snippets)
    ended, event = tell(ended, now, EventKind.FOLLOW_UPS, "Follow-ups: what monitoring and proxies have to learn.", details=details)
    return ended.with_(follow_ups=FollowUps(event=event.n, snippets=snippets)), (event,)


def _summary(plan: Plan, operation: Operation, now: datetime) -> str:
    took = in_time(now - (operation.started_at or now))
    return f"Done in {took}: {plan.done_words or plan.title}"


def until_looked_at(wiring: Wiring, operation: Operation) -> float:
    """Wall seconds until a halted operation has its next turn: only what it lends is looked after."""
    return wiring.settings.pacing(operation.cluster).wall(LEASE_LOOK) if operation.leased else HALTED_LOOK_S


def halt(
    wiring: Wiring,
    claim: Claim,
    operation: Operation,
    why: str,
    now: datetime,
    *,
    skippable: bool = False,
    details: tuple[str, ...] = (),
) -> str:
    """Stop and ask a person; the lock stays ours. A step that may be skipped offers that too."""
    came_from = "undoing" if operation.state is S.UNDOING else "running"
    halted = operation.moved(S.HALTED, now, halted_because=why, halted_from=came_from, skippable=skippable)
    halted, event = tell(halted, now, EventKind.HALTED, why, details=details)
    delay = until_looked_at(wiring, halted)
    wiring.store.commit(claim, halted, delay_s=delay, events=(event,), audit=(AuditEntry.of(halted, event),))
    return f"halted: {why}"
