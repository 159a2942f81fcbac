"""Sending one statement: intent on disk, look, send, look again, commit."""

from datetime import datetime

from bot.failpoints import failpoint
from policies.deciding import tell
from policies.operation import EventKind, Operation
from policies.plan import DecommissionBackend, Plan, Verdict
from policies.playbooks import entry_for
from policies.stepping import Perform, effect_visible
from workers import running
from workers.audit import AuditEntry
from workers.starrocks import ClusterError, Depth, OutcomeUnknown, Refused
from workers.store import Claim
from workers.wiring import Wiring

LOOK_AGAIN_S = 2.0


def act(wiring: Wiring, claim: Claim, plan: Plan, operation: Operation, move: Perform, now: datetime) -> str:
    """Carry out `move` if it is still what the live cluster calls for."""
    claim, operation = _write_intent(wiring, claim, operation, move, now)
    failpoint("after_intent")
    try:
        state = wiring.look(operation.cluster, _look_before(plan, operation, move), targets=plan.targets)
    except ClusterError as error:
        return running._unreachable(wiring, claim, operation, error, now)
    again = running.decide_move(wiring, plan, operation, state, now)
    if not (isinstance(again, Perform) and again.act == move.act):
        return running._follow(wiring, claim, plan, operation, again, now)
    blocked = _blocked_now(plan, operation, move, state)
    if blocked:
        return running.halt(wiring, claim, operation, blocked, now)
    return _send(wiring, claim, plan, operation, move, now)


def _write_intent(
    wiring: Wiring, claim: Claim, operation: Operation, move: Perform, now: datetime
) -> tuple[Claim, Operation]:
    """Say what is about to be done, durably, before doing it: in Redis and in the copy outside Redis."""
    assert operation.memory is not None  # running._with_memory
    intended = operation.with_(memory=operation.memory.with_(intended_at=operation.memory.intended_at or now))
    entry = AuditEntry.intent(intended, move.statement, now)
    claim = wiring.store.commit(claim, intended, delay_s=0, audit=(entry,), keep=True)
    wiring.mirror_audit()
    return claim, intended


def _look_before(plan: Plan, operation: Operation, move: Perform) -> Depth:
    """A node after the first one starts to leave a cluster that has changed since the approval: all checks run again."""
    later = isinstance(move.act, DecommissionBackend) and operation.step > 0
    return Depth.FULL if later else Depth.WATCH


def _blocked_now(plan: Plan, operation: Operation, move: Perform, state: object) -> str:
    if not (isinstance(move.act, DecommissionBackend) and operation.step > 0):
        return ""
    remaining = tuple(t for t in plan.targets if plan.groups.index(str(t)) >= plan.groups.index(str(move.act.address)))
    findings = entry_for(plan.kind).check(remaining, state)  # type: ignore[arg-type]
    blocking = [finding.sentence for finding in findings if finding.verdict is Verdict.BLOCK]
    return f"Looked at again before the next node: {blocking[0]}" if blocking else ""


def _send(wiring: Wiring, claim: Claim, plan: Plan, operation: Operation, move: Perform, now: datetime) -> str:
    """Error codes lie (almost all are 1064) and replies get lost: what counts is what is seen afterwards."""
    refusal = ""
    wiring.store.renew(claim)
    try:
        failpoint("before_send")
        wiring.perform(operation.cluster, move.act)
        failpoint("after_send")
    except OutcomeUnknown as error:
        refusal = f"the reply was lost ({error})"
    except Refused as error:
        refusal = str(error)
    except ClusterError as error:
        return running._unreachable(wiring, claim, operation, error, now)
    try:
        state = wiring.look(operation.cluster, Depth.WATCH, targets=plan.targets)
    except ClusterError as error:
        return running._unreachable(wiring, claim, operation, error, now)
    if refusal and not effect_visible(move.act, state):
        if refusal.startswith("the reply was lost"):
            wiring.store.commit(claim, operation, delay_s=LOOK_AGAIN_S)
            return f"{refusal}; no effect is visible, looking again"
        return running.halt(wiring, claim, operation, f"StarRocks refused `{move.statement}`: {refusal}", now)
    return _accepted(wiring, claim, operation, move, refusal, now)


def _accepted(wiring: Wiring, claim: Claim, operation: Operation, move: Perform, note: str, now: datetime) -> str:
    assert operation.memory is not None  # running._with_memory
    acted = operation.with_(memory=operation.memory.with_(acted_at=wiring.now()))
    words = "StarRocks accepted the statement." if not note else f"Its effect is visible, although {note}."
    acted, event = tell(acted, now, EventKind.ACTED, words, details=(move.statement,))
    entry = AuditEntry.of(acted, event, statement=move.statement, result=note or "accepted")
    failpoint("before_acted_commit")
    wiring.store.commit(claim, acted, delay_s=0, events=(event,), audit=(entry,))
    return f"sent: {move.statement}"
