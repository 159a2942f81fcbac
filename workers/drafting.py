"""From a request to a plan: look at the cluster, ask the playbook, show the card."""

from datetime import datetime, timedelta

from bot.blocks import refusal_message
from policies.checklist import checklist
from policies.cluster import ClusterState
from policies.conditions.whole import FRONTENDS
from policies.deciding import tell
from policies.follow_ups import serving
from policies.host_checks.members import ports_for
from policies.leasing import lends
from policies.members import as_last_seen
from policies.operation import EventKind, Operation, OperationState
from policies.plan import Finding, Plan, Verdict
from policies.playbooks import entry_for
from policies.playbooks.entry import Entry
from policies.request import OperationKind, Request
from workers.audit import AuditEntry
from workers.hosts import NO_STORES
from workers.looking import with_more
from workers.remembering import stopped_words
from workers.starrocks import AccessDenied, ClusterError, Depth, unasked
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
        advice = stopped_words(wiring, request.cluster) or "Nothing was changed. Ask again when it answers."
        return _refuse(wiring, claim, operation, None, (str(error), advice), now)
    if plan.blocked:
        return _refuse(wiring, claim, operation, plan, _blocking(plan), now)
    return _offer(wiring, claim, operation, plan, now)


def make_plan(wiring: Wiring, request: Request, *, revision: int, now: datetime, claim: Claim | None = None) -> Plan:
    """A plan from a live look; raises ClusterError when the cluster cannot be read."""
    entry = entry_for(request.kind)
    state = _looked(wiring, request, claim, entry)
    for depth in entry.also if state.answered_by else ():
        # What each frontend has of its own, and materialized views, are asked only where a plan is about them.
        each = wiring.look(claim, request.cluster, Depth(depth))
        state = with_more(state, each).with_(unread={**state.unread, **each.unread})
    if entry.on_hosts is not None:
        state = state.with_(spare=wiring.spare(request.cluster), stage_fan_out=wiring.stage_fan_out(request.cluster))
        nodes = entry.on_hosts(request, state)
        new = entry.newcomers(request, state) if entry.newcomers is not None else None
        members = None if new is None else [*new, *(port.at for port in ports_for(new.values(), nodes, state))]
        stores = entry.stores(request) if entry.stores is not None else NO_STORES
        state = wiring.with_hosts(state, nodes, survey=entry.survey, stores=stores, members=members)
    if entry.ports and not wiring.has_driver(request.cluster):
        state = wiring.knocked(state, sorted(state.kinds))
    pacing = wiring.settings.pacing(request.cluster)
    history = wiring.history(request.cluster)
    plan = entry.make_plan(request, state, pacing=pacing, revision=revision, now=now, history=history)
    asked = wiring.settings.clusters[request.cluster].checklist
    plan = plan.with_(checklist=checklist(plan, state, asked), serving=serving(plan, state))
    return _with_lending_finding(wiring, _with_lock_finding(wiring, request, plan))


def _looked(wiring: Wiring, request: Request, claim: Claim | None, entry: Entry) -> ClusterState:
    """A live look; where no frontend leads, and the plan may do without, the members as last seen, or none. Raises ClusterError."""
    starts = request.kind is OperationKind.START_ALL
    try:
        state = wiring.look(claim, request.cluster, Depth.NODES if starts else Depth.FULL, targets=request.targets)
        if not entry.from_memory or (state.leader is not None and state.workers):
            return _kept(wiring, state, starts=starts)
        why = "none of them leads"
    except AccessDenied:
        raise
    except ClusterError as error:
        if not entry.from_memory:
            raise
        why = str(error)
    members = wiring.members(request.cluster)
    if members is None:
        return unasked(request.cluster, why)
    return as_last_seen(members, request.cluster, wiring.now()).with_(unread={FRONTENDS: why})


def _kept(wiring: Wiring, state: ClusterState, *, starts: bool) -> ClusterState:
    """The look, kept for when nobody answers; one of a cluster that is half down is not, and takes its health from before."""
    if not starts:
        wiring.remember_members(state)
        return state
    members = wiring.members(state.cluster)
    return state.with_(health=members.health if members is not None else None)


def _with_lending_finding(wiring: Wiring, plan: Plan) -> Plan:
    """What is lent is in the memory of the frontends: it is given back before they all stop."""
    if plan.kind is not OperationKind.STOP_ALL:
        return plan
    lending = [o for o in wiring.mailbox.live() if o.cluster == plan.cluster and o.leased and o.id != plan.operation]
    if not lending:
        return plan
    words = f"{lending[0].id} ({lending[0].title}) lends a setting."
    advice = "Let it end, or abort it; then ask again."
    return plan.with_(findings=(*plan.findings, Finding(check="leases", verdict=Verdict.BLOCK, sentence=words, advice=advice)))


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
        checklist=plan.checklist,
        quorum=policy.quorum,
        expires_at=now + timedelta(seconds=policy.expires_s),
    )
    offered, event = tell(offered, now, EventKind.PLANNED, f"Plan made: {plan.title}.")
    audit = (AuditEntry.of(offered, event, detail=f"digest {plan.digest}"),)
    delay = min(policy.expires_s, 600.0)
    wiring.store.commit(claim, offered, delay_s=delay, events=(event,), plan=plan, audit=audit)
    return "plan offered"
