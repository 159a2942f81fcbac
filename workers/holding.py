"""What was lent stays in force while the steps after it go on: ask every frontend, and tell it again where it got lost.

A SET changes nothing when repeated, so no memory of the step in hand is touched: a crash in here costs one more look.
"""

from datetime import datetime

from bot.failpoints import failpoint
from policies.deciding import tell
from policies.leasing import Lost, lost, seen
from policies.operation import EventKind, Operation
from policies.plan import Plan
from policies.statements import statement_of
from workers.audit import AuditEntry
from workers.outcomes import unreachable
from workers.starrocks import ClusterError, Depth, OutcomeUnknown, Refused
from workers.store import Claim
from workers.wiring import Wiring


def hold(wiring: Wiring, claim: Claim, plan: Plan, operation: Operation, now: datetime) -> Operation | str:
    """The operation with this look in its memory; or, where a value was set again, what this turn did and committed."""
    try:
        state = wiring.watch(operation.cluster, Depth.SETTINGS, younger_than=operation.changed_at)
    except ClusterError:
        return operation  # The look of the step in hand tells what is wrong, and this one is asked again.
    gone = lost(plan, operation, state)
    if gone is None:
        return operation.with_(lease_seen=seen(plan, operation, state, now))
    return _set_again(wiring, claim, plan, operation, gone, now)


def _set_again(wiring: Wiring, claim: Claim, plan: Plan, operation: Operation, gone: Lost, now: datetime) -> str:
    """Intent, look, send, look, commit, as for a step of its own."""
    statement = statement_of(gone.act)
    claim = wiring.store.commit(claim, operation, delay_s=0, audit=(AuditEntry.intent(operation, statement, now),), keep=True)
    wiring.mirror_audit()
    failpoint("after_intent_to_hold")
    refusal = ""
    try:
        if lost(plan, operation, wiring.look(claim, operation.cluster, Depth.SETTINGS)) is None:
            wiring.store.commit(claim, operation, delay_s=0)
            return "what was lent is in force after all"
        wiring.store.renew(claim)
        try:
            wiring.perform(operation.cluster, gone.act)
            failpoint("after_set_again")
        except (OutcomeUnknown, Refused) as error:
            refusal = str(error)
        state = wiring.look(claim, operation.cluster, Depth.SETTINGS)
    except ClusterError as error:
        return unreachable(wiring, claim, operation, error, now)
    kept = operation.with_(lease_seen=seen(plan, operation, state, now, told=gone))
    still = lost(plan, kept, state)
    words = gone.sentence if still is None else f"`{gone.act.name}` cannot be set again now: {refusal or still.sentence}"
    kept, event = tell(kept, now, EventKind.ACTED, words, details=(statement,))
    entry = AuditEntry.of(kept, event, statement=statement, result=refusal or "accepted")
    wiring.store.commit(claim, kept, delay_s=0, events=(event,), audit=(entry,))
    return words
