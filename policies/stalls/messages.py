"""What the tablet scheduler says about a tablet, and which cause that is evidence of.

The texts are StarRocks' own. Those it throws as UNRECOVERABLE leave the pending list within a second and come back with
the checker's next round (20 s): the examples of a look therefore include recent rows of `history_tablets`.
"""

from collections import Counter

from policies.cluster import ClusterState, PendingTablet
from policies.record import Record

BUSY = "busy"
SOURCE = "source_unhealthy"
NO_DESTINATION = "no_destination"
TRANSACTION = "long_transaction"
ALTER = "running_alter"


class Message(Record):
    """A fragment of a scheduler message; `source` is where StarRocks writes it."""

    fragment: str
    cause: str
    source: str


MESSAGES = (
    Message(fragment="unable to find source replica", cause=SOURCE, source="fe: clone/TabletSchedCtx.java chooseSrcReplica"),
    Message(
        fragment="unable to find dest path",
        cause=NO_DESTINATION,
        source="fe: clone/TabletScheduler.java chooseAvailableDestPath",
    ),
    Message(
        fragment="wait txn before",
        cause=TRANSACTION,
        source="fe: clone/TabletScheduler.java deleteReplicaInternal",
    ),
    Message(
        fragment="table is in alter process",
        cause=ALTER,
        source="fe: clone/TabletScheduler.java scheduleTablet",
    ),
    Message(fragment="path busy", cause=BUSY, source="fe: clone/TabletSchedCtx.java chooseSrcReplica"),
)


def cause_of(tablet: PendingTablet) -> str | None:
    """The cause a tablet's message is evidence of, or None when the message is not known."""
    text = tablet.message.lower()
    return next((message.cause for message in MESSAGES if message.fragment in text), None)


def examples_of(cause: str, state: ClusterState, limit: int = 5) -> tuple[str, ...]:
    """Tablets whose message names this cause, as lines to show."""
    pending = state.scheduler.examples if state.scheduler else ()
    saying = [tablet for tablet in pending if cause_of(tablet) == cause]
    return tuple(f"tablet {tablet.tablet_id}: {tablet.message}" for tablet in saying[:limit])


def causes_named(state: ClusterState) -> Counter[str]:
    """How many of the tablets that were read name which cause."""
    pending = state.scheduler.examples if state.scheduler else ()
    return Counter(cause for tablet in pending if (cause := cause_of(tablet)) is not None)


def nothing_named(state: ClusterState) -> bool:
    """No message explains anything: only then may a cause rest on circumstances alone."""
    return not causes_named(state)
