"""From a request to a plan: look at the cluster, ask the playbook, show the card."""

from datetime import datetime, timedelta

from bot.blocks import refusal_message
from policies.deciding import tell
from policies.host_checks.members import ports_for
from policies.leasing import lends
from policies.operation import EventKind, Operation, OperationState
from policies.plan import Finding, Plan, Verdict
from policies.playbooks import entry_for
from policies.request import Request
from workers.audit import AuditEntry
from workers.looking import with_more
from workers.starrocks import ClusterError, Depth
from workers.store import Claim
from workers.wiring import Wiring

S = OperationState


def draft(wiring: Wiring, claim: Claim, now: datetime) -> str:
    """Make the first plan; a request that cannot be planned is refused, privately when it is only a slip of the pen."""
    request = claim.request
    operation = claim.operation or Operation(
        id=request.id, request=request, state=S.DRAFTING, created_at=request.asked_at, changed_at=now
    )
    try:
        plan = make_plan(wiring, request, revision=1, now=now, claim=claim)
    except ClusterError as error:
        return _refuse(wiring, claim, operation, None, (str(error), "Nothing was changed. Ask again when it answers."), now)
    if plan.blocked:
        return _refuse(wiring, claim, operation, plan, _blocking(plan), now)
    return _offer(wiring, claim, operation, plan, now)


def make_plan(wiring: Wiring, request: Request, *, revision: int, now: datetime, claim: Claim | None = None) -> Plan:
    """A plan from a live look; raises ClusterError when the cluster cannot be read."""
    state = wiring.look(claim, request.cluster, Depth.FULL, targets=request.targets)
    entry = entry_for(request.kind)
    for depth in entry.also:
        # What each frontend has of its own, and materialized views, are asked only where a plan is about them.
        each = wiring.look(claim, request.cluster, Depth(depth))
        state = with_more(state, each).with_(unread={**state.unread, **each.unread})
    if entry.on_hosts is not None:
        state = state.with_(spare=wiring.spare(request.cluster))
        nodes = entry.on_hosts(request, state)
        new = entry.newcomers(request, state) if entry.newcomers is not None else None
        members = None if new is None else [*new, *(port.at for port in ports_for(new.values(), nodes, state))]
        state = wiring.with_hosts(state, nodes, survey=entry.survey, members=members)
    pacing = wiring.settings.pacing(request.cluster)
    history = wiring.history(request.cluster)
    plan = entry.make_plan(request, state, pacing=pacing, revision=revision, now=now, history=history)
    return _with_lock_finding(wiring, request, plan)


def _with_lock_finding(wiring: Wiring, request: Request, plan: Plan) -> Plan:
    names = (request.lock, *(f"{request.cluster} {name}" for name in lends(plan)))
    holders = (wiring.store.holder(name) for name in names)
    holder = next((found for found in holders if found is not None and found.operation != plan.operation), None)
    if holder is None:
        return plan
    words = f"{holder.operation} ({holder.title}) goes on now: once approved, this operation waits for its end."
    return plan.with_(findings=(*plan.findings, Finding(check="lock", verdict=Verdict.OK, sentence=words)))


def _blocking(plan: Plan) -> tuple[str, ...]:
    blocking = (f for f in plan.findings if f.verdict is Verdict.BLOCK)
    return tuple(" ".join(part for part in (finding.sentence, finding.advice) if part) for finding in blocking)


def _refuse(
    wiring: Wiring, claim: Claim, operation: Operation, plan: Plan | None, reasons: tuple[str, ...], now: datetime
) -> str:
    """A slip of the pen (the target itself is wrong, or nothing could be read) is answered to its author alone."""
    title = plan.title if plan else ""
    slip = plan is None or not plan.steps
    # Revision 0 means that there was never a plan to show: such an operation has no card.
    refused = operation.moved(S.REFUSED, now, title=title, revision=plan.revision if plan and not slip else 0)
    refused, event = tell(refused, now, EventKind.REFUSED, reasons[0], details=reasons[1:])
    message = refusal_message(operation.request, reasons)
    private = (wiring.private(operation.request.channel, operation.request.requester.id, message),) if slip else ()
    wiring.store.commit(
        claim,
        refused,
        delay_s=None,
        events=() if slip else (event,),
        plan=None if slip else plan,
        private=private,
        audit=(AuditEntry.of(refused, event),),
    )
    return f"refused: {reasons[0]}"


def _offer(wiring: Wiring, claim: Claim, operation: Operation, plan: Plan, now: datetime) -> str:
    policy = wiring.policy_for(operation)
    offered = operation.moved(
        S.AWAITING_APPROVAL,
        now,
        title=plan.title,
        revision=plan.revision,
        digest=plan.digest,
        lends=lends(plan),
        quorum=policy.quorum,
        expires_at=now + timedelta(seconds=policy.expires_s),
    )
    offered, event = tell(offered, now, EventKind.PLANNED, f"Plan made: {plan.title}.")
    audit = (AuditEntry.of(offered, event, detail=f"digest {plan.digest}"),)
    delay = min(policy.expires_s, 600.0)
    wiring.store.commit(claim, offered, delay_s=delay, events=(event,), plan=plan, audit=audit)
    return "plan offered"
