"""Sending one statement: intent on disk, look, send, look again, commit."""

from datetime import datetime

from bot.failpoints import failpoint
from policies.acts import AskPerson, HostAct
from policies.deciding import tell
from policies.effects import effect_visible
from policies.hosts import job_name
from policies.judging_again import blocked_now, judged_again
from policies.operation import EventKind, HostJobRef, Operation, OperationState, Reading
from policies.packages import StagePackages
from policies.plan import Plan
from policies.stepping import Perform
from workers.audit import AuditEntry
from workers.hosts import HostOutcomeUnknown, HostRefused, HostUnderWay, HostUnreachable
from workers.looking import decide_move, depth_of, in_hand, look_live
from workers.outcomes import halt, settle, unreachable
from workers.staging import LOOK_AGAIN_S, begin_where_due
from workers.starrocks import ClusterError, Depth, OutcomeUnknown, Refused
from workers.store import Claim
from workers.wiring import Wiring


def act(wiring: Wiring, claim: Claim, plan: Plan, operation: Operation, move: Perform, now: datetime) -> str:
    """Carry out `move` if it is still what the live cluster calls for."""
    if isinstance(move.act, AskPerson):
        return _ask(wiring, claim, operation, move.act, now)
    claim, operation = _write_intent(wiring, claim, operation, move, now)
    failpoint("after_intent")
    try:
        state = look_live(wiring, claim, plan, operation, _look_before(plan, operation))
    except ClusterError as error:
        return unreachable(wiring, claim, operation, error, now)
    again = decide_move(wiring, plan, _not_counted_yet(operation), state, now)
    if not (isinstance(again, Perform) and again.act == move.act):
        if isinstance(again, Perform):
            wiring.store.commit(claim, operation, delay_s=0)
            return "another act is called for now; looking again"
        return settle(wiring, claim, plan, operation, again, state, now)
    blocked = blocked_now(plan, operation.step, state)
    if blocked:
        return halt(wiring, claim, operation, blocked, now)
    if isinstance(move.act, StagePackages):
        return begin_where_due(wiring, claim, operation.with_(memory=again.memory), move.act, state, now)
    return send(wiring, claim, plan, operation, move, now)


def _write_intent(
    wiring: Wiring, claim: Claim, operation: Operation, move: Perform, now: datetime
) -> tuple[Claim, Operation]:
    """Say what is about to be done, durably, before doing it: in Redis and in the copy outside Redis."""
    assert operation.memory is not None  # workers.running gives every turn one
    memory = operation.memory
    intended = operation.with_(memory=memory.with_(intended_at=memory.intended_at or now, tries=memory.tries + 1))
    job = memory.job or job_name(operation.id, memory.step, now)
    if isinstance(move.act, StagePackages):
        intended = intended.with_(memory=intended.memory.with_(job=job) if intended.memory else None)
    if isinstance(move.act, HostAct):
        last = HostJobRef(id=job, role=move.act.role, address=move.act.address)
        intended = intended.with_(memory=intended.memory.with_(job=job) if intended.memory else None, last_job=last)
    entry = AuditEntry.intent(intended, move.statement, now)
    claim = wiring.store.commit(claim, intended, delay_s=0, audit=(entry,), keep=True)
    wiring.mirror_audit()
    return claim, intended


def _not_counted_yet(operation: Operation) -> Operation:
    """The try that is about to be made does not count against itself: else the last one allowed would never be made."""
    assert operation.memory is not None  # workers.running gives every turn one
    return operation.with_(memory=operation.memory.with_(tries=operation.memory.tries - 1))


def _ask(wiring: Wiring, claim: Claim, operation: Operation, act: AskPerson, now: datetime) -> str:
    """Ask in the thread, once: the question and the note that it was asked are one commit."""
    assert operation.memory is not None  # workers.running gives every turn one
    asked = operation.with_(memory=operation.memory.with_(intended_at=now, acted_at=now))
    asked, event = tell(asked, now, EventKind.ASKED, act.task, details=act.commands)
    wiring.store.commit(claim, asked, delay_s=0, events=(event,), audit=(AuditEntry.of(asked, event),))
    return f"asked: {act.task}"


def _look_before(plan: Plan, operation: Operation) -> Depth:
    """A node that leaves a cluster which has changed since the approval: all checks run again."""
    undoing = operation.state is OperationState.UNDOING
    return Depth.FULL if not undoing and judged_again(plan, operation.step) else depth_of(in_hand(plan, operation))


def send(wiring: Wiring, claim: Claim, plan: Plan, operation: Operation, move: Perform, now: datetime) -> str:
    """Error codes lie (almost all are 1064) and replies get lost: what counts is what is seen afterwards."""
    refusal = ""
    wiring.store.renew(claim)
    try:
        failpoint("before_send")
        wiring.perform(operation.cluster, move.act, operation.memory.job if operation.memory else "")
        failpoint("after_send")
    except HostUnderWay as error:
        return _under_way(wiring, claim, operation, str(error))
    except (OutcomeUnknown, HostOutcomeUnknown) as error:
        refusal = f"the reply was lost ({error})"
    except (Refused, HostRefused) as error:
        refusal = str(error)
    except (ClusterError, HostUnreachable) as error:
        return unreachable(wiring, claim, operation, error, now)
    sent_at = wiring.now()
    if isinstance(move.act, HostAct) and not refusal:
        return _accepted(wiring, claim, operation, move, "", sent_at)
    try:
        state = look_live(wiring, claim, plan, operation, depth_of(in_hand(plan, operation)))
    except ClusterError as error:
        return unreachable(wiring, claim, operation, error, now)
    if refusal and not effect_visible(move.act, state, operation.memory.job if operation.memory else ""):
        if refusal.startswith("the reply was lost"):
            wiring.store.commit(claim, operation, delay_s=LOOK_AGAIN_S)
            return f"{refusal}; no effect is visible, looking again"
        skippable = operation.state is not OperationState.UNDOING and in_hand(plan, operation).skippable
        if isinstance(move.act, HostAct):
            words = f"{move.act.address.host} refused to {move.statement}: {refusal}"
            return halt(wiring, claim, operation, words, now, skippable=skippable)
        return halt(wiring, claim, operation, refusal, now, skippable=skippable, details=(move.statement,))
    return _accepted(wiring, claim, operation, move, refusal, sent_at)


def _under_way(wiring: Wiring, claim: Claim, operation: Operation, sentence: str) -> str:
    """Gigabytes take many turns to copy: none of them is a try that came to nothing."""
    assert operation.memory is not None  # workers.running gives every turn one
    memory = operation.memory.with_(tries=operation.memory.tries - 1, reading=Reading(done=False, sentence=sentence))
    wiring.store.commit(claim, operation.with_(memory=memory), delay_s=0)
    return sentence


def _accepted(wiring: Wiring, claim: Claim, operation: Operation, move: Perform, note: str, sent_at: datetime) -> str:
    """`sent_at` is when the answer came: the look that followed it is young enough for the next turn."""
    assert operation.memory is not None  # workers.running gives every turn one
    acted = operation.with_(memory=operation.memory.with_(acted_at=sent_at))
    accepted = "The job has begun on the host." if isinstance(move.act, HostAct) else "StarRocks accepted the statement."
    words = accepted if not note else f"Its effect is visible, although {note}."
    acted, event = tell(acted, sent_at, EventKind.ACTED, words, details=(move.statement,))
    entry = AuditEntry.of(acted, event, statement=move.statement, result=note or "accepted")
    failpoint("before_acted_commit")
    wiring.store.commit(claim, acted, delay_s=0, events=(event,), audit=(entry,))
    return f"sent: {move.statement}"
