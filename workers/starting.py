"""From approval to the first step: take the lock or queue, look again, compare the facts, start."""

from datetime import datetime, timedelta

from policies.approval import standing
from policies.checklist import asks_more
from policies.checks.interrupted_node import HOSTS
from policies.deciding import tell
from policies.drift import compare
from policies.leasing import lends
from policies.operation import Event, EventKind, Operation, OperationState
from policies.plan import Plan, Verdict
from workers.audit import AuditEntry
from workers.drafting import make_plan
from workers.starrocks import ClusterError
from workers.store import Claim
from workers.wiring import Wiring

S = OperationState

RETRY_LOOK_S = 10.0
QUEUE_LOOK_S = 60.0
WITHDRAWN = "What was agreed to does not stand any more"
ASKS_MORE = "The settings changed after the plan was made"


def start(wiring: Wiring, claim: Claim, operation: Operation, now: datetime) -> str:
    """Start an approved operation, or say visibly why it cannot start yet."""
    approved = claim.plan
    if approved is None:
        raise RuntimeError(f"{operation.id} has no plan to start")
    withdrawn = _votes_that_no_longer_stand(wiring, operation, now)
    if withdrawn:
        return _ask_again(wiring, claim, operation, approved, withdrawn, now, because=WITHDRAWN)
    for name in operation.locks:
        lock = wiring.store.lock(claim, name, operation.title)
        if not lock.acquired:
            return _queue(wiring, claim, operation, lock.holder, now)
    try:
        fresh = make_plan(wiring, operation.request, revision=operation.revision, now=now, claim=claim)
    except ClusterError as error:
        return _wait(wiring, claim, operation, str(error), now)
    blocking = [finding for finding in fresh.findings if finding.verdict is Verdict.BLOCK]
    if blocking and all(finding.check == HOSTS for finding in blocking):
        # A link that is down now says nothing about the plan: the approval stands until it runs out.
        return _wait(wiring, claim, operation, blocking[0].sentence, now)
    if blocking:
        return _refuse(wiring, claim, operation, fresh, now)
    drift = compare(approved.facts, fresh.facts)
    if drift.material or fresh.steps != approved.steps:
        return _ask_again(wiring, claim, operation, fresh, drift.material or ("The steps are different now.",), now)
    if asks_more(fresh.checklist, approved.checklist):
        return _ask_again(wiring, claim, operation, fresh, ("The checklist asks for more now.",), now, because=ASKS_MORE)
    leased = any(step.lent for step in approved.steps)
    return _run(wiring, claim, operation, drift.harmless, now, leased=leased)


def _wait(wiring: Wiring, claim: Claim, operation: Operation, trouble: str, now: datetime) -> str:
    waiting = operation.with_(trouble=trouble, trouble_since=operation.trouble_since or now)
    pacing = wiring.settings.pacing(operation.cluster)
    wiring.store.commit(claim, waiting, delay_s=max(1.0, pacing.wall(RETRY_LOOK_S)))
    return f"approved, but the cluster or its hosts cannot be looked at: {trouble}"


def _votes_that_no_longer_stand(wiring: Wiring, operation: Operation, now: datetime) -> tuple[str, ...]:
    """Judged at the click, and again here: an approver may have left the group meanwhile, whoever signed the workspace."""
    policy = wiring.policy_for(operation)
    members = [wiring.directory.member(vote.person) for vote in operation.votes]
    signer = wiring.directory.member(operation.signed.person) if operation.signed is not None else None
    return standing(operation, members, policy, wiring.home_team(), now, signer)


def _queue(wiring: Wiring, claim: Claim, operation: Operation, holder: str, now: datetime) -> str:
    if operation.state is S.QUEUED and operation.queued_behind == holder:
        wiring.store.commit(claim, operation, delay_s=QUEUE_LOOK_S)
        return f"still waiting for {holder}"
    queued = operation.moved(S.QUEUED, now, queued_behind=holder)
    words = f"Approved. {holder} goes on now; this operation starts by itself when that one has ended."
    queued, event = tell(queued, now, EventKind.QUEUED, words)
    wiring.store.commit(claim, queued, delay_s=QUEUE_LOOK_S, events=(event,), audit=(AuditEntry.of(queued, event),))
    return f"queued behind {holder}"


def _refuse(wiring: Wiring, claim: Claim, operation: Operation, fresh: Plan, now: datetime) -> str:
    reasons = tuple(f.sentence for f in fresh.findings if f.verdict is Verdict.BLOCK)
    refused = operation.moved(S.REFUSED, now, queued_behind="", trouble="", trouble_since=None)
    words = "Not started: looked at again just before the start, the plan is no longer safe. Nothing was changed."
    refused, event = tell(refused, now, EventKind.REFUSED, words, details=reasons)
    plan = fresh.with_(revision=operation.revision)
    wiring.store.commit(
        claim, refused, delay_s=None, events=(event,), plan=plan, audit=(AuditEntry.of(refused, event),)
    )
    return "refused at the start"


def _ask_again(
    wiring: Wiring,
    claim: Claim,
    operation: Operation,
    plan: Plan,
    why: tuple[str, ...],
    now: datetime,
    because: str = "The cluster changed after the plan was made",
) -> str:
    """What was approved is not what would run: a new revision, no votes, and the difference in words."""
    policy = wiring.policy_for(operation)
    revised = plan.with_(revision=operation.revision + 1, made_at=now)
    again = operation.moved(
        S.AWAITING_APPROVAL,
        now,
        revision=revised.revision,
        digest=revised.digest,
        # What this revision does not lend any more, it may still have locked for the one before.
        lends=tuple(sorted({*operation.lends, *lends(revised)})),
        checklist=revised.checklist,
        votes=(),
        queued_behind="",
        trouble="",
        trouble_since=None,
        expires_at=now + timedelta(seconds=policy.expires_s),
    )
    signature = " and a new signature" if revised.checklist else ""
    words = f"{because}: this is a new plan, and it needs new approvals{signature}."
    again, event = tell(again, now, EventKind.REPLANNED, words, details=why)
    wiring.store.commit(
        claim,
        again,
        delay_s=min(policy.expires_s, 600.0),
        events=(event,),
        plan=revised,
        audit=(AuditEntry.of(again, event, detail=f"digest {revised.digest}"),),
        release_lock=True,
    )
    return "plan made again"


def _run(
    wiring: Wiring, claim: Claim, operation: Operation, harmless: tuple[str, ...], now: datetime, *, leased: bool
) -> str:
    running = operation.moved(
        S.RUNNING, now, started_at=now, step=0, memory=None, queued_behind="", trouble="", trouble_since=None, leased=leased
    )
    event: Event
    words = "Started. The cluster was looked at again and is as the plan says."
    running, event = tell(running, now, EventKind.STARTED, words, details=harmless)
    wiring.store.commit(claim, running, delay_s=0, events=(event,), audit=(AuditEntry.of(running, event),))
    return "started"
