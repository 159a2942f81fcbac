"""A load transaction that never ends keeps replicas from being removed."""

from policies.cluster import Backend, ClusterState, RunningTransaction
from policies.operation import Stall, StepMemory
from policies.progress import last_moved
from policies.stalls.messages import TRANSACTION, examples_of, nothing_named
from policies.units import in_count, in_time

CAUSE = TRANSACTION


def long_transaction(backend: Backend, memory: StepMemory, state: ClusterState) -> Stall | None:
    """A replica goes only when every transaction of its table that is older than a watermark has ended.

    Source: fe: clone/TabletScheduler.java deleteReplicaInternal. Without its message, a transaction that has been open
    since before the last tablet moved is taken for the cause.
    """
    examples = examples_of(TRANSACTION, state)
    oldest = _oldest(state)
    if not examples and not (oldest and _older_than_the_stall(oldest, memory) and nothing_named(state)):
        return None
    return Stall(
        cause=CAUSE,
        sentence=f"{in_count(backend.tablets)} tablets wait for a load transaction to end{_which(oldest, state)}.",
        advice=(
            "Let the load finish, or end it where it was started (stop the stream load, PAUSE ROUTINE LOAD, cancel the "
            "broker load): what it had loaded is then loaded again. "
            "tablet_sched_always_force_decommission_replica skips the wait and may fail running loads."
        ),
        examples=examples,
    )


def _oldest(state: ClusterState) -> RunningTransaction | None:
    dated = [t for t in state.transactions or () if t.prepared is not None]
    return min(dated, key=lambda t: (t.prepared is None, t.prepared), default=None)


def _older_than_the_stall(transaction: RunningTransaction, memory: StepMemory) -> bool:
    began = last_moved(memory.samples) or memory.entered_at
    return transaction.prepared is not None and transaction.prepared <= began


def _which(transaction: RunningTransaction | None, state: ClusterState) -> str:
    if transaction is None or transaction.prepared is None:
        return ""
    age = in_time(state.taken_at - transaction.prepared)
    return f": the oldest is {transaction.id} in {transaction.database} (label {transaction.label}), open for {age}"
