"""A person's decision applied to an operation: pure, one decision at a time.

Whether the person may decide is judged before (policies.approval.judge); here is what follows from it.
"""

from datetime import datetime

from policies import staging
from policies.operation import Decision, DecisionKind, Event, EventKind, Operation, OperationState, Vote
from policies.record import Record
from policies.request import Person
from policies.signing import Signature

S = OperationState
D = DecisionKind
_GOING_ON: dict[str, object] = {"halted_because": "", "halted_from": "", "skippable": False}


class Decided(Record):
    """The operation after a decision, and what to tell."""

    operation: Operation
    events: tuple[Event, ...]


def tell(
    operation: Operation,
    at: datetime,
    kind: EventKind,
    sentence: str,
    by: Person | None = None,
    details: tuple[str, ...] = (),
) -> tuple[Operation, Event]:
    """Number the next event of an operation."""
    event = Event(n=operation.events + 1, at=at, kind=kind, sentence=sentence, by=by, details=details)
    return operation.with_(events=event.n, changed_at=at), event


def decide(operation: Operation, decision: Decision, now: datetime) -> Decided:
    """Apply a decision that `operation.choices()` offers and that policy allows."""
    moved, kind, sentence = _outcome(operation, decision, now)
    told, event = tell(moved, now, kind, sentence, by=decision.person, details=_details(operation, decision))
    return Decided(operation=told, events=(event,))


def _details(operation: Operation, decision: Decision) -> tuple[str, ...]:
    if decision.kind is D.SIGN:
        note = (f"Note: {decision.reason}",) if decision.reason else ()
        return (*(item.words for item in operation.checklist), *note)
    return (f"Reason: {decision.reason}",) if decision.reason else ()


def _outcome(operation: Operation, decision: Decision, now: datetime) -> tuple[Operation, EventKind, str]:
    match decision.kind:
        case D.APPROVE:
            vote = Vote(person=decision.person, digest=decision.digest, at=now)
            votes = (*operation.votes, vote)
            count = len({v.person.id for v in votes if v.digest == operation.digest})
            state = operation.moved(operation.state, now, votes=votes)
            return state, EventKind.VOTED, f"Approved ({count} of {operation.quorum})."
        case D.REJECT:
            rejected = operation.moved(_rejected_as(operation), now, **_ended(decision))
            return rejected, EventKind.REJECTED, "Rejected. Nothing was changed."
        case D.CANCEL:
            taken_back = operation.moved(S.CANCELLED, now, **_ended(decision))
            return taken_back, EventKind.CANCELLED, "Taken back. Nothing was changed."
        case D.PAUSE:
            words = "Paused: no further statement is sent. A drain that StarRocks has accepted goes on by itself."
            lent = " What is lent is held meanwhile." if operation.leased else ""
            return operation.moved(S.PAUSED, now), EventKind.PAUSED, f"{words}{lent}"
        case D.RESUME:
            memory = operation.memory.with_(resumed_at=now) if operation.memory is not None else None
            return operation.moved(S.RUNNING, now, memory=memory), EventKind.RESUMED, "Resumed."
        case D.ABORT:
            undoing = operation.moved(S.UNDOING, now, memory=None, closing=False, **_GOING_ON)
            return undoing, EventKind.UNDOING, "Aborted: undoing the step in hand."
        case D.RETRY:
            return _retried(operation, now), EventKind.RETRIED, "Trying again: the cluster is looked at first."
        case D.SKIP:
            skipped = operation.moved(
                S.RUNNING, now, step=operation.step + 1, memory=None, **_GOING_ON
            )
            return skipped, EventKind.SKIPPED, f"Step {operation.step + 1} skipped."
        case D.SIGN:
            ids = tuple(item.id for item in operation.checklist)
            signature = Signature(person=decision.person, digest=decision.digest, at=now, items=ids, note=decision.reason)
            return operation.with_(signature=signature), EventKind.SIGNED, f"Checklist signed ({len(ids)} of {len(ids)})."
        case D.FOLLOW_UP:
            assert operation.follow_ups is not None  # operation.choices() offers it only then
            done = operation.follow_ups.with_(done_by=decision.person, done_at=now)
            return operation.with_(follow_ups=done), EventKind.FOLLOWED_UP, "Follow-ups done."
        case D.CLOSE:
            if operation.leased:
                # Why it had stopped stays on the card of a closed operation.
                closing = operation.moved(
                    S.UNDOING, now, memory=None, closing=True, halted_from="", skippable=False, **_ended(decision)
                )
                return closing, EventKind.UNDOING, "Closing: what was lent is given back first; the rest stays as it is now."
            words = "Closed: the cluster stays as it is now, and it is free for other operations."
            return operation.moved(S.CLOSED, now, **_ended(decision)), EventKind.CLOSED, words


def _ended(decision: Decision) -> dict[str, object]:
    """Who ended it and why, for the card: that line stays for ever."""
    return {"ended_by": decision.person, "ended_because": decision.reason}


def _rejected_as(operation: Operation) -> OperationState:
    return S.CANCELLED if operation.state is S.QUEUED else S.REJECTED


def _retried(operation: Operation, now: datetime) -> Operation:
    """Back to what halted: the step, or the undo. The patience of the step starts anew; what was sent stays known."""
    memory = operation.memory
    if memory is not None:
        memory = memory.with_(
            entered_at=now, retried_at=now, first_true_at=None, stall=None, stall_since=None, intended_at=memory.acted_at, tries=0,
            staging=staging.again(memory.staging),
        )  # fmt: skip
    to = S.UNDOING if operation.halted_from == "undoing" else S.RUNNING
    return operation.moved(to, now, memory=memory, **_GOING_ON)
