"""The operation: the durable record of one plan's life, and the table of moves it may make.

    DRAFTING -> REFUSED | AWAITING_APPROVAL
    AWAITING_APPROVAL -> REJECTED | EXPIRED | CANCELLED | QUEUED | RUNNING     (QUEUED: the cluster belongs to another)
    QUEUED -> RUNNING | AWAITING_APPROVAL | CANCELLED | EXPIRED
    RUNNING <-> PAUSED          a person
    RUNNING -> HALTED -> RUNNING          a step failed or stalled, or facts drifted; a person decides
    RUNNING | PAUSED | HALTED -> UNDOING -> UNDONE | HALTED
    RUNNING -> DONE             HALTED -> CLOSED
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

from policies.address import Address
from policies.cluster import NodeKind
from policies.packages import Staging
from policies.plan import ChecklistItem, Plan
from policies.record import Record
from policies.request import Person, Request
from policies.signing import FollowUps, Signature

SCHEMA = 1
DEFECT = "A defect in the bot"
"""How the trouble begins that we make ourselves."""


class OperationState(StrEnum):
    """Where an operation stands."""

    DRAFTING = "drafting"
    REFUSED = "refused"
    AWAITING_APPROVAL = "awaiting_approval"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    HALTED = "halted"
    UNDOING = "undoing"
    UNDONE = "undone"
    CLOSED = "closed"
    DONE = "done"

    @property
    def terminal(self) -> bool:
        return self in TERMINAL

    @property
    def holds_lock(self) -> bool:
        """The cluster belongs to an operation in this state."""
        return self in HOLDING


S = OperationState
TERMINAL = frozenset({S.REFUSED, S.REJECTED, S.EXPIRED, S.CANCELLED, S.UNDONE, S.CLOSED, S.DONE})
HOLDING = frozenset({S.RUNNING, S.PAUSED, S.HALTED, S.UNDOING})

MOVES: dict[tuple[OperationState, OperationState], str] = {
    (S.DRAFTING, S.AWAITING_APPROVAL): "the plan is made and no check blocks it",
    (S.DRAFTING, S.REFUSED): "a check blocks the plan, or the cluster could not be read",
    (S.DRAFTING, S.CANCELLED): "the requester took it back before there was a plan",
    (S.AWAITING_APPROVAL, S.AWAITING_APPROVAL): "a vote short of the quorum, or the plan was made again after drift",
    (S.AWAITING_APPROVAL, S.REFUSED): "looked at again before the start, a check now blocks it",
    (S.AWAITING_APPROVAL, S.REJECTED): "an approver said no",
    (S.AWAITING_APPROVAL, S.EXPIRED): "nobody decided in time",
    (S.AWAITING_APPROVAL, S.CANCELLED): "the requester took it back",
    (S.AWAITING_APPROVAL, S.QUEUED): "approved, but the cluster belongs to another operation",
    (S.AWAITING_APPROVAL, S.RUNNING): "approved, the lock is ours and the facts hold",
    (S.QUEUED, S.RUNNING): "the holder ended, the lock is ours and the facts hold",
    (S.QUEUED, S.AWAITING_APPROVAL): "the facts drifted while waiting: the plan was made again and needs new votes",
    (S.QUEUED, S.REFUSED): "looked at again before the start, a check now blocks it",
    (S.QUEUED, S.CANCELLED): "the requester took it back, or an approver rejected it while it waited",
    (S.QUEUED, S.EXPIRED): "the approval ran out while waiting",
    (S.RUNNING, S.PAUSED): "a person asked to stop before the next act, or the plan has people look before it goes on",
    (S.PAUSED, S.RUNNING): "a person resumed it",
    (S.RUNNING, S.HALTED): "a step failed, or the cluster is not as the plan says",
    (S.HALTED, S.RUNNING): "a person decided to try again, or to skip the step",
    (S.HALTED, S.UNDOING): "a person aborted it, wants the undo tried again, or closed it while something is lent",
    (S.RUNNING, S.UNDOING): "a person aborted it, or what was added must not stand",
    (S.PAUSED, S.UNDOING): "a person aborted it",
    (S.UNDOING, S.UNDONE): "everything that can be undone was undone",
    (S.UNDOING, S.CLOSED): "a person closed it, and what was lent is given back",
    (S.UNDOING, S.HALTED): "an undo failed, or the cluster is not as the undo expects",
    (S.HALTED, S.CLOSED): "a person left the cluster as it is and ended the operation",
    (S.RUNNING, S.DONE): "the last step was seen done",
}


class IllegalMove(Exception):
    """The table of moves has no such arrow: a bug, never a person's mistake."""


class DecisionKind(StrEnum):
    """What a person can tell an operation to do."""

    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    ABORT = "abort"
    RETRY = "retry"
    SKIP = "skip"
    CLOSE = "close"
    SIGN = "sign"
    FOLLOW_UP = "follow_up"


D = DecisionKind
CHOICES: dict[OperationState, tuple[DecisionKind, ...]] = {
    S.DRAFTING: (D.CANCEL,),
    S.AWAITING_APPROVAL: (D.SIGN, D.APPROVE, D.REJECT, D.CANCEL),
    S.QUEUED: (D.REJECT, D.CANCEL),
    S.RUNNING: (D.PAUSE, D.ABORT),
    S.PAUSED: (D.RESUME, D.ABORT),
    S.HALTED: (D.RETRY, D.SKIP, D.ABORT, D.CLOSE),
    S.DONE: (D.FOLLOW_UP,),
}
"""Which decisions an operation takes in each state, in the order of the buttons; SKIP only where the step allows it, SIGN
and FOLLOW_UP only while something is to be signed."""


class Decision(Record):
    """A person's click. `token` makes repeats recognisable; `digest` is the plan that was on the card.

    `reason` is what they wrote beside it; `items` is what they ticked on a checklist.
    """

    token: str
    operation: str
    kind: DecisionKind
    person: Person
    channel: str
    at: datetime
    digest: str = ""
    reason: str = ""
    items: tuple[str, ...] = ()


class Vote(Record):
    """A person's yes to one digest."""

    person: Person
    digest: str
    at: datetime


class Sample(Record):
    """Progress at one look: tablets and bytes still on the node."""

    at: datetime
    tablets: int
    data_bytes: int


class Reading(Record):
    """What a condition sees: done or not, the share done (None when unknown), and a sentence."""

    done: bool
    sentence: str
    share: float | None = None


class Stall(Record):
    """Why nothing moves: a cause from `policies.stalls`, in words, and what to do about it."""

    cause: str
    sentence: str
    advice: str
    examples: tuple[str, ...] = ()


class StepMemory(Record):
    """What is kept about the step in hand, so that any worker can go on with it.

    intended_at: the intent to act was written down; acted_at: the act was seen to have been accepted.
    A crash between the two is recognised by looking at the cluster (see workers.engine). `tries` counts how often the
    statement was about to be sent; `job` is the id of the job that was to be begun on a host; `looked_at` is the time of the
    last look, `retried_at` of a person's retry: what was seen before it counts as judged, `resumed_at` of a person's resume.
    `mark` is the leader's journal when a step that waits for an image began; the copy after it is measured by it. `back_after`:
    cluster seconds that the node before this one took to come back from its restart. `staging` is about many jobs at once, whose
    ids begin with `job`.
    """

    step: str
    entered_at: datetime
    looked_at: datetime | None = None
    retried_at: datetime | None = None
    intended_at: datetime | None = None
    tries: int = 0
    acted_at: datetime | None = None
    job: str = ""
    mark: int | None = None
    back_after: float | None = None
    staging: Staging = Staging()
    resumed_at: datetime | None = None
    first_true_at: datetime | None = None
    samples: tuple[Sample, ...] = ()
    peak: Sample | None = None
    reading: Reading | None = None
    forecast: str = ""
    stall: Stall | None = None
    stall_since: datetime | None = None


class HostJobRef(Record):
    """A job that this operation was about to begin on the host of a node: until it has ended, nothing else is begun there."""

    id: str
    role: NodeKind
    address: Address


class LeaseSeen(Record):
    """The last look at what was lent. `deaf` names settings on frontends that were told and keep another value; `repairing`: the
    step for which the tablet scheduler was let run (policies.leasing).
    """

    at: datetime
    deaf: tuple[str, ...] = ()
    repairing: str = ""


class Objects(Record):
    """How many tables and partitions there were at one look (policies.mixed)."""

    at: datetime
    tables: int
    partitions: int


class Operation(Record):
    """The record. `step` indexes the plan's steps; while UNDOING it walks back and `memory` is about the undo.

    `changed_at` is the last event or decision: what follows from it must rest on a look that is younger.
    `trouble` says what keeps us from looking or acting right now (a frontend that does not answer); it is not a halt.
    `lends`: the settings that its plan lends, as `/sr tune` calls them. `leased`: something is lent, so even a close gives
    it back first; `closing`: that is going on. `checklist` is what must be signed before its plan is approved; a `signature`
    counts for the plan whose digest it has. `came_back`: cluster seconds that the last restart of a node of each kind took.
    `objects`: what there was at the last look while frontends of two versions run.
    """

    id: str
    request: Request
    state: OperationState
    created_at: datetime
    changed_at: datetime
    schema_version: int = SCHEMA
    revision: int = 0
    digest: str = ""
    title: str = ""
    checklist: tuple[ChecklistItem, ...] = ()
    signature: Signature | None = None
    votes: tuple[Vote, ...] = ()
    quorum: int = 1
    expires_at: datetime | None = None
    queued_behind: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    step: int = 0
    memory: StepMemory | None = None
    halted_because: str = ""
    halted_from: Literal["", "running", "undoing"] = ""
    skippable: bool = False
    lends: tuple[str, ...] = ()
    leased: bool = False
    last_job: HostJobRef | None = None
    lease_seen: LeaseSeen | None = None
    objects: Objects | None = None
    closing: bool = False
    ended_by: Person | None = None
    ended_because: str = ""
    follow_ups: FollowUps | None = None
    came_back: Mapping[NodeKind, float] = {}
    trouble: str = ""
    trouble_since: datetime | None = None
    events: int = 0

    @property
    def cluster(self) -> str:
        return self.request.cluster

    @property
    def defective(self) -> bool:
        """The trouble is our own: no cluster has to answer for it."""
        return self.trouble.startswith(DEFECT)

    @property
    def locks(self) -> tuple[str, ...]:
        """All that it must have for itself: the cluster, and each setting that it lends, since two must not lend the same one.

        Taken in this order, so that nobody waits in a circle: who lends only a setting has nothing else.
        """
        return tuple(dict.fromkeys((self.request.lock, *(f"{self.cluster} {name}" for name in self.lends))))

    def moved(self, to: OperationState, at: datetime, **changes: object) -> "Operation":
        """This operation after one allowed move; raises IllegalMove when the table has no such arrow."""
        if to is not self.state and (self.state, to) not in MOVES:
            raise IllegalMove(f"{self.id}: {self.state} -> {to}")
        if to.terminal:
            changes.setdefault("ended_at", at)
        return self.with_(state=to, changed_at=at, **changes)

    def choices(self) -> tuple[DecisionKind, ...]:
        """What a person can decide now."""
        open_now = {D.SKIP: self.skippable, D.SIGN: self.unsigned, D.FOLLOW_UP: self.follow_ups_open}
        return tuple(kind for kind in CHOICES.get(self.state, ()) if open_now.get(kind, True))

    @property
    def signed(self) -> Signature | None:
        """The signature under the checklist of the plan as it is now."""
        return self.signature if self.signature is not None and self.signature.digest == self.digest else None

    @property
    def unsigned(self) -> bool:
        """Its plan has a checklist, and nobody has signed it."""
        return bool(self.checklist) and self.signed is None

    @property
    def follow_ups_open(self) -> bool:
        """There are follow-ups, and nobody has said that they are done."""
        return self.follow_ups is not None and self.follow_ups.done_by is None


class EventKind(StrEnum):
    """What happened; the thread has one reply for each event that is told."""

    REQUESTED = "requested"
    PLANNED = "planned"
    SIGNED = "signed"
    REFUSED = "refused"
    VOTED = "voted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REPLANNED = "replanned"
    QUEUED = "queued"
    STARTED = "started"
    ACTED = "acted"
    ASKED = "asked"
    STEP_DONE = "step_done"
    STALLED = "stalled"
    MOVING_AGAIN = "moving_again"
    OBSERVED = "observed"
    PAUSED = "paused"
    RESUMED = "resumed"
    HALTED = "halted"
    RETRIED = "retried"
    SKIPPED = "skipped"
    UNDOING = "undoing"
    UNDONE = "undone"
    CLOSED = "closed"
    DONE = "done"
    FOLLOW_UPS = "follow_ups"
    FOLLOWED_UP = "followed_up"


class Event(Record):
    """One thing that happened, with the sentence that tells it; `n` counts from 1 within the operation."""

    n: int
    at: datetime
    kind: EventKind
    sentence: str
    by: Person | None = None
    details: tuple[str, ...] = ()


class Snapshot(Record):
    """What a reader (card, list, page) needs: the operation and its current plan."""

    operation: Operation
    plan: Plan | None = None
