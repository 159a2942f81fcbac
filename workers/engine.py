"""One turn of one operation: claim, look, act only if still needed, look again, commit.

Every turn ends in exactly one commit that says when the next look is due, so a process may die at any point: what was
committed stands, what was not is looked at again. Each turn returns a sentence that says what it did.
"""

from datetime import datetime, timedelta

from bot.blocks import private_line
from bot.failpoints import failpoint
from bot.identity import IdentityUnknown
from policies.approval import judge, quorum_met
from policies.deciding import decide, tell
from policies.operation import Decision, DecisionKind, EventKind, Operation, OperationState
from workers import drafting, running, starting
from workers.audit import AuditEntry
from workers.store import Claim
from workers.wiring import Wiring

S = OperationState

WAKE_LIMIT_S = 600.0
"""Nothing sleeps longer than this, so that a changed clock or a lost wake-up cannot strand an operation."""
IDENTITY_PATIENCE_S = 60.0
"""An operation that may have been told to stop waits this long for Slack to say who told it."""
NOBODY_KNOWS = "Slack could not say who you are, so “{kind}” was not done. Look at the card, then try again."


def take_turn(wiring: Wiring, claim: Claim) -> str:
    """Do the next thing for a claimed operation and commit it; returns what was done, in words."""
    now = wiring.now()
    operation = claim.operation
    if operation is None or (operation.state is S.DRAFTING and not claim.inbox):
        return drafting.draft(wiring, claim, now)
    if claim.inbox:
        return _hear(wiring, claim, operation, now)
    match operation.state:
        case S.AWAITING_APPROVAL | S.QUEUED:
            return _await(wiring, claim, operation, now)
        case S.RUNNING | S.PAUSED | S.UNDOING:
            return running.step(wiring, claim, operation, now)
        case S.HALTED:
            return running.rest(wiring, claim, operation, now)
        case _:
            wiring.store.commit(claim, operation, delay_s=None)
            return f"already {operation.state}"


def _await(wiring: Wiring, claim: Claim, operation: Operation, now: datetime) -> str:
    """Nobody said anything new: expire, start what has its votes, or wait."""
    if operation.expires_at is not None and now >= operation.expires_at:
        expired = operation.moved(S.EXPIRED, now)
        expired, event = tell(expired, now, EventKind.EXPIRED, _expiry_words(operation))
        wiring.store.commit(claim, expired, delay_s=None, events=(event,), audit=(AuditEntry.of(expired, event),))
        return "expired"
    if operation.state is S.QUEUED or quorum_met(operation, wiring.policy_for(operation)):
        return starting.start(wiring, claim, operation, now)
    left = (operation.expires_at - now).total_seconds() if operation.expires_at else WAKE_LIMIT_S
    wiring.store.commit(claim, operation, delay_s=max(0.0, min(left, WAKE_LIMIT_S)))
    return "waiting for approval"


def _expiry_words(operation: Operation) -> str:
    if operation.state is S.QUEUED:
        return "Expired while it waited for the cluster. Nothing was changed; ask again to get a fresh plan."
    return "Expired: it was not approved in time. Nothing was changed; ask again to get a fresh plan."


def _hear(wiring: Wiring, claim: Claim, operation: Operation, now: datetime) -> str:
    """Judge the oldest decision in the inbox again, here, with the truth of this moment, and apply it."""
    entry, decision, refusal = _oldest(wiring, claim, operation, now)
    if refusal is not None:
        private = (wiring.private(decision.channel, decision.person.id, private_line(refusal)),)
        audit = (AuditEntry.refused(operation, decision, refusal, now),)
        delay = None if operation.state.terminal else 0.0
        wiring.store.commit(claim, operation, delay_s=delay, taken=(entry,), private=private, audit=audit)
        return f"{decision.kind} by {decision.person.id} refused: {refusal}"
    decided = decide(operation, decision, now)
    after = decided.operation
    delay = None if after.state.terminal else 0.0
    entries = tuple(AuditEntry.of(after, event) for event in decided.events)
    failpoint("before_heard_commit")
    wiring.store.commit(claim, after, delay_s=delay, events=decided.events, taken=(entry,), audit=entries)
    return f"{decision.kind} by {decision.person.id}"


def _oldest(wiring: Wiring, claim: Claim, operation: Operation, now: datetime) -> tuple[str, Decision, str | None]:
    """The oldest decision of somebody whom Slack knows, with its entry and why it is refused, if it is.

    Nobody's decision waits behind one whose author Slack cannot name now; and after a while that one is refused, since the
    operation stands still for it. Raises IdentityUnknown when all must wait.
    """
    unknown: dict[str, IdentityUnknown] = {}
    for entry, decision in claim.inbox:
        person = decision.person.id
        if person not in unknown:
            if unknown:
                wiring.store.renew(claim)  # Slack may have taken its time to say nothing.
            try:
                return entry, decision, _refusal(wiring, operation, decision, now)
            except IdentityUnknown as error:
                unknown[person] = error
        if now - decision.at > timedelta(seconds=IDENTITY_PATIENCE_S):
            return entry, decision, NOBODY_KNOWS.format(kind=decision.kind.value)
    raise next(iter(unknown.values()))


def _refusal(wiring: Wiring, operation: Operation, decision: Decision, now: datetime) -> str | None:
    """Why this person may not decide this now, or None. An unknown identity is asked for again, never waved through."""
    member = wiring.directory.member(decision.person)
    policy = wiring.policy_for(operation)
    refusal = judge(decision, operation, member, policy, wiring.home_team(), now)
    if refusal is None and decision.kind is DecisionKind.SKIP and not operation.skippable:
        return "This step cannot be skipped."
    return refusal
