"""What was lent stays in force while the steps after it go on: ask every frontend, and tell it again where it got lost.

A SET changes nothing when repeated, so no memory of the step in hand is touched: a crash in here costs one more look.
"""

from datetime import datetime

from bot.failpoints import failpoint
from policies.cluster import ClusterState
from policies.deciding import tell
from policies.leasing import Lost, lost, repairing, seen, variables_held
from policies.operation import EventKind, Operation
from policies.plan import Plan
from policies.statements import statement_of
from policies.units import in_list
from workers.audit import AuditEntry
from workers.looking import with_more
from workers.outcomes import unreachable
from workers.starrocks import ClusterError, Depth, OutcomeUnknown, Refused
from workers.store import Claim
from workers.wiring import Wiring


def hold(wiring: Wiring, claim: Claim, plan: Plan, operation: Operation, now: datetime) -> Operation | str:
    """The operation with this look in its memory; or, where a value was set again, what this turn did and committed."""
    try:
        state = wiring.watch(operation.cluster, Depth.SETTINGS, younger_than=operation.changed_at)
        if variables_held(plan, operation.step):
            state = with_more(state, wiring.watch(operation.cluster, Depth.VARIABLES, younger_than=operation.changed_at))
    except ClusterError:
        return operation  # The look of the step in hand tells what is wrong, and this one is asked again.
    repair = repairing(plan, operation, wiring.settings.pacing(operation.cluster), now)
    gone = lost(plan, operation, state, repair=repair)
    if not gone:
        return operation.with_(lease_seen=seen(plan, operation, state, now, repair=repair))
    return _set_again(wiring, claim, plan, operation, gone, now, repair=repair)


def _set_again(
    wiring: Wiring, claim: Claim, plan: Plan, operation: Operation, gone: tuple[Lost, ...], now: datetime, *, repair: str
) -> str:
    """Intent, look, send, look, commit, as for a step of its own; all that got lost in one go, and told once."""
    statements = tuple(statement_of(each.act) for each in gone)
    intents = tuple(AuditEntry.intent(operation, statement, now) for statement in statements)
    claim = wiring.store.commit(claim, operation, delay_s=0, audit=intents, keep=True)
    wiring.mirror_audit()
    failpoint("after_intent_to_hold")
    try:
        state = _look(wiring, claim, plan, operation)
        gone = lost(plan, operation, state, repair=repair)
        if not gone:
            kept = operation.with_(lease_seen=seen(plan, operation, state, now, repair=repair))
            wiring.store.commit(claim, kept, delay_s=0)
            return "what was lent is in force after all"
        refusals = [refusal for each in gone if (refusal := _told(wiring, claim, operation, each))]
        state = _look(wiring, claim, plan, operation)
    except ClusterError as error:
        return unreachable(wiring, claim, operation, error, now)
    kept = operation.with_(lease_seen=seen(plan, operation, state, now, told=gone, repair=repair))
    still = lost(plan, kept, state, repair=repair)
    kept, event = tell(kept, now, EventKind.ACTED, _words(gone, still, refusals), details=statements)
    result = "; ".join(refusals) or "accepted"
    entries = tuple(AuditEntry.of(kept, event, statement=statement, result=result) for statement in statements)
    wiring.store.commit(claim, kept, delay_s=0, events=(event,), audit=entries)
    return event.sentence


def _look(wiring: Wiring, claim: Claim, plan: Plan, operation: Operation) -> ClusterState:
    """A live look at all that is lent. Raises ClusterError, Fenced."""
    state = wiring.look(claim, operation.cluster, Depth.SETTINGS)
    if not variables_held(plan, operation.step):
        return state
    return with_more(state, wiring.look(claim, operation.cluster, Depth.VARIABLES))


def _told(wiring: Wiring, claim: Claim, operation: Operation, gone: Lost) -> str:
    """Send one value again; why it was refused, empty when it was not. What counts is what is seen afterwards."""
    wiring.store.renew(claim)
    try:
        wiring.perform(operation.cluster, gone.act)
        failpoint("after_set_again")
    except (OutcomeUnknown, Refused) as error:
        return str(error)
    return ""


def _words(gone: tuple[Lost, ...], still: tuple[Lost, ...], refusals: list[str]) -> str:
    found = in_list([each.sentence for each in gone])
    if not still:
        return f"{found}: {' '.join(dict.fromkeys(each.why for each in gone))}"
    left = in_list([each.sentence for each in still])
    return f"What is lent got lost and cannot be set again now: {left}. {' '.join(dict.fromkeys(refusals))}".strip()
