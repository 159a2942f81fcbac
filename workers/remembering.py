"""What a finished operation leaves behind: a drain teaches the next estimate (tablets, bytes, the wall-clock seconds that the
cluster took), and a stop of the whole cluster says why no frontend answers.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.redis_connection import Client
from policies.acts import AddNode, DecommissionBackend, DropBackend, DropNode
from policies.estimate import DrainRecord
from policies.operation import EventKind, Operation, OperationState
from policies.plan import Plan
from policies.request import OperationKind
from workers.audit import AuditEntry
from workers.starrocks import ClusterError, Depth
from workers.wiring import Wiring

WAITED_FOR_PEOPLE = frozenset(kind.value for kind in (EventKind.PAUSED, EventKind.HALTED, EventKind.ASKED, EventKind.SKIPPED))
"""After one of these the time measures how soon a person came, not how fast the cluster is; a stall is the cluster's own."""
CLOCKS_APART = timedelta(minutes=10)
"""The audit is numbered by Redis' clock and an operation starts by a worker's: read from a little earlier."""


def remember(wiring: Wiring, plan: Plan, ended: Operation) -> None:
    """Keep a finished drain for later estimates, if it says anything; call it once the commit that ends it is through.

    Losing one to a crash right there is harmless. Raises RedisError.
    """
    if ended.started_at is None:
        return
    happened = story(wiring.mailbox.redis, wiring.mailbox.keys.audit, ended.id, ended.started_at)
    record = measured(plan, ended, (entry.what for entry in happened))
    if record is not None:
        wiring.remember_drain(ended.cluster, record)


def note_members(wiring: Wiring, plan: Plan, ended: Operation) -> None:
    """Who the members are now, or that all of them were stopped: kept for the time when nobody can be asked. Raises RedisError.

    Call it once the commit that ends a finished operation is through; losing one to a crash right there is harmless.
    """
    if plan.kind is OperationKind.STOP_ALL:
        members = wiring.members(ended.cluster)
        if members is not None:
            wiring.keep_members(ended.cluster, members.with_(stopped_by=ended.id, stopped_at=ended.ended_at))
    elif any(isinstance(step.act, AddNode | DropNode | DropBackend | DecommissionBackend) for step in plan.steps):
        with suppress(ClusterError):
            wiring.remember_members(wiring.watch(ended.cluster, Depth.NODES, younger_than=ended.changed_at))


def stopped_words(wiring: Wiring, cluster: str) -> str:
    """That the cluster is down by our own hand, as far as is known; empty when it is not."""
    members = wiring.members(cluster)
    if members is None or not members.stopped_by or members.stopped_at is None:
        return ""
    when = f"{members.stopped_at:%Y-%m-%d %H:%M} UTC"
    return f"{members.stopped_by} stopped all its {members.count} nodes at {when}. `/sr start all` starts them again."


def unread_words(wiring: Wiring, cluster: str, error: str) -> str:
    """What to say of a cluster that cannot be read: that it is stopped, or how it could be started."""
    stopped = stopped_words(wiring, cluster)
    if stopped:
        return f"Cluster {cluster} is stopped: {stopped}"
    members = wiring.members(cluster)
    known = f" If it is down, `/sr start all` starts its {members.count} nodes as last seen." if members is not None else ""
    return f"Cluster {cluster} could not be read: {error}{known}"


def measured(plan: Plan, ended: Operation, happened: Iterable[str]) -> DrainRecord | None:
    """The record of a drain that ran through by itself; None when it would mislead. `happened`: kinds of its events.

    Nodes of one request leave one after the other, so tablets and seconds of all of them are one rate.
    """
    if plan.kind is not OperationKind.DECOMMISSION_BACKEND or ended.state is not OperationState.DONE:
        return None
    if ended.started_at is None or ended.ended_at is None or not plan.tablets_to_move:
        return None
    if not WAITED_FOR_PEOPLE.isdisjoint(happened):
        return None
    seconds = (ended.ended_at - ended.started_at).total_seconds()
    return DrainRecord(tablets=plan.tablets_to_move, data_bytes=plan.bytes_to_move, seconds=seconds)


def story(redis: Client, stream: str, operation: str, since: datetime) -> list[AuditEntry]:
    """The audit of one operation, in order, from a moment on. Raises RedisError."""
    start = int((since - CLOCKS_APART).timestamp() * 1000)
    texts = (fields["entry"] for _, fields in redis.xrange(stream, min=start, max="+"))
    entries = (AuditEntry.model_validate_json(text) for text in texts if operation in text)
    return [entry for entry in entries if entry.operation == operation]
