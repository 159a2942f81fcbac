"""One observer per cluster: a look is shared through Redis, so the frontends' load does not grow with the watchers.

Ages are told by the Redis server's clock, which all workers share. A look is as old as the moment before its first
statement. Whoever asks for a live look (`max_age_s` 0) gets one that was begun after the question.
"""

import contextlib
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from pydantic import ValidationError
from redis import Redis

from bot.aliveness import mark, surely_dead
from bot.keys import Keys
from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.record import Record
from workers.starrocks.client import connect
from workers.starrocks.endpoints import Cluster, Endpoint
from workers.starrocks.errors import Refused
from workers.starrocks.look import Depth, look

BUDGET_S = {
    Depth.HOSTS: 0.0,
    Depth.GLANCE: 15.0, Depth.WATCH: 15.0, Depth.NODES: 15.0, Depth.SETTINGS: 25.0, Depth.BLACKLISTS: 25.0, Depth.VIEWS: 25.0,
    Depth.IMAGES: 25.0, Depth.VARIABLES: 15.0, Depth.FRONTENDS: 15.0,
    Depth.SETTLED: 25.0, Depth.ANSWERS: 25.0, Depth.ROUTINE_LOADS: 25.0, Depth.EVIDENCE: 25.0, Depth.STATUS: 25.0, Depth.FULL: 60.0,
}  # fmt: skip
"""All statements of a look together, connecting included; a worker's turn must be longer than this."""

KEPT_S = 600
"""An observation nobody renews is forgotten."""

EVIDENCE_KEPT_S = 300.0
"""While a drain stalls, its evidence is read this seldom and the rest of the look each time."""

_POLL_S = 0.05
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"

_ALSO_ANSWERED_BY = {Depth.GLANCE: (Depth.WATCH, Depth.NODES), Depth.FRONTENDS: (Depth.NODES,)}
"""Depths whose look holds everything of a shallower one and is usually at hand."""


class Observation(Record):
    """A look as it is shared; `begun` is the Redis server's time in seconds."""

    begun: float
    state: ClusterState


def look_live(
    cluster: Cluster, depth: Depth, targets: Sequence[Address] = (), alive: Callable[[], None] | None = None
) -> ClusterState:
    """A look of our own, now. `alive` is called before each part, so that a long look is not taken for a dead worker's.

    A frontend that lets us in may still be of no use: one that was dropped lives on (StarRocks issue 78195) and has no leader
    to ask. Then another is tried. Raises ClusterError, and whatever `alive` raises.
    """
    if depth is Depth.HOSTS:
        return unasked(cluster.name)
    ends_at, useless = time.monotonic() + BUDGET_S[depth], set[Endpoint]()
    while True:
        taken_at = datetime.now(UTC)
        with connect(cluster, max(0.1, ends_at - time.monotonic()), useless) as connection:
            try:
                return look(connection, cluster.name, taken_at, depth, targets, alive)
            except Refused as error:
                useless.add(connection.endpoint)
                if error.lacks_privilege or useless.issuperset(cluster.endpoints):
                    raise


def observe(
    redis: Redis,
    keys: Keys,
    cluster: Cluster,
    depth: Depth,
    targets: Sequence[Address],
    max_age_s: float,
    evidence_kept_s: float = EVIDENCE_KEPT_S,
) -> ClusterState:
    """The shared look if it is young enough, else a new one that others will share. Raises ClusterError.

    EVIDENCE younger than `evidence_kept_s` is kept, and only its quick parts are read again.
    """
    if depth is Depth.HOSTS:
        return unasked(cluster.name)
    shared = _Shared(redis, keys, cluster, tuple(sorted(targets)))
    asked, known = shared.glance(depth)
    if known is not None and known.begun >= asked - max_age_s:
        return known.state
    deadline = time.monotonic() + BUDGET_S[depth]
    token = ""
    try:
        # Whoever reads may have died: after the time a look may take we read ourselves, with or without the claim.
        while not token and time.monotonic() <= deadline:
            token = shared.claim(depth)
            # Asked for after the claim: the one before us may have finished between our question and our claim.
            found = shared.last(depth)
            if found is not None and found.begun >= asked - max_age_s:
                return found.state
            if not token:
                shared.free_the_dead(depth)
                time.sleep(_POLL_S)
        return shared.read(depth, asked, evidence_kept_s)
    finally:
        shared.release(depth, token)


def unasked(cluster: str, why: str = "") -> ClusterState:
    """A state of which no frontend told anything, and why not; hosts may add what they show."""
    unread = {"frontends": why} if why else {}
    return ClusterState(
        cluster=cluster, taken_at=datetime.now(UTC), version="", run_mode=RunMode.SHARED_NOTHING, unread=unread
    )


def look_and_share(
    redis: Redis,
    keys: Keys,
    cluster: Cluster,
    depth: Depth,
    targets: Sequence[Address] = (),
    alive: Callable[[], None] | None = None,
) -> ClusterState:
    """A live look of our own that is left for others, and for our own next turn: what it cost need not be paid twice.

    Raises ClusterError, and whatever `alive` raises.
    """
    return _Shared(redis, keys, cluster, tuple(sorted(targets))).look(depth, alive)


class _Shared:
    """The observations of one cluster in Redis."""

    def __init__(self, redis: Redis, keys: Keys, cluster: Cluster, targets: tuple[Address, ...]) -> None:
        self.redis = redis
        self.keys = keys
        self.cluster = cluster
        self.targets = targets

    def now(self) -> float:
        seconds, micros = self.redis.time()
        return float(seconds) + float(micros) / 1e6

    def glance(self, depth: Depth) -> tuple[float, Observation | None]:
        """The time and what is at hand, in one round trip: most looks end here."""
        pipeline = self.redis.pipeline(transaction=False)
        pipeline.time()
        depths = (depth, *_ALSO_ANSWERED_BY.get(depth, ()))
        for each in depths:
            pipeline.get(self.key(each))
        (seconds, micros), *texts = pipeline.execute()
        return float(seconds) + float(micros) / 1e6, _youngest(texts)

    def key(self, depth: Depth) -> str:
        """Only EVIDENCE and FULL depend on whom it is about."""
        about = ",".join(map(str, self.targets)) if depth in {Depth.EVIDENCE, Depth.FULL} else ""
        return self.keys.observation(self.cluster.name, f"{depth.value}:{about}" if about else depth.value)

    def last(self, depth: Depth) -> Observation | None:
        """The youngest observation that answers this depth; one that another version of us wrote counts as none."""
        return _youngest([self.redis.get(self.key(each)) for each in (depth, *_ALSO_ANSWERED_BY.get(depth, ()))])

    def claim(self, depth: Depth) -> str:
        """The right to read, for as long as a look may take; empty when another has it."""
        token = f"{secrets.token_hex(8)} {mark()}"
        held_ms = int(BUDGET_S[depth] * 1000) + 2_000
        return token if self.redis.set(f"{self.key(depth)}:reading", token, nx=True, px=held_ms) else ""

    def free_the_dead(self, depth: Depth) -> None:
        """The claim of a process that died in the middle of a look is worth nothing."""
        holder = self.redis.get(f"{self.key(depth)}:reading")
        token = holder if isinstance(holder, str) else ""
        if surely_dead(token.partition(" ")[2]):
            self.release(depth, token)

    def release(self, depth: Depth, token: str) -> None:
        if token:
            self.redis.eval(_RELEASE, 1, f"{self.key(depth)}:reading", token)

    def read(self, depth: Depth, asked: float, evidence_kept_s: float) -> ClusterState:
        kept = self.last(depth) if depth is Depth.EVIDENCE else None
        if kept is not None and kept.begun >= asked - evidence_kept_s:
            return with_evidence(self.look(Depth.WATCH), kept.state)
        return self.look(depth)

    def look(self, depth: Depth, alive: Callable[[], None] | None = None) -> ClusterState:
        begun = self.now()
        state = look_live(self.cluster, depth, self.targets, alive)
        observation = Observation(begun=begun, state=state)
        self.redis.set(self.key(depth), observation.model_dump_json(), ex=KEPT_S)
        return state


def _youngest(texts: Sequence[str | bytes | None]) -> Observation | None:
    """One that another version of us wrote counts as none."""
    found = []
    for text in texts:
        with contextlib.suppress(ValidationError):
            found.append(_observation(text or ""))
    return max(found, key=lambda each: each.begun, default=None)


@lru_cache(maxsize=8)
def _observation(text: str | bytes) -> Observation:
    """Several operations, and the looks of one, read the same observation."""
    return Observation.model_validate_json(text)


def with_evidence(fresh: ClusterState, evidence: ClusterState) -> ClusterState:
    """A fresh WATCH with the slow parts of an earlier EVIDENCE; what is fresh stays fresh."""
    disks = {backend.id: backend.disks for backend in evidence.backends}
    scheduler = fresh.scheduler
    if scheduler is not None and evidence.scheduler is not None:
        scheduler = scheduler.with_(examples=evidence.scheduler.examples)
    return fresh.with_(
        backends=tuple(backend.with_(disks=disks.get(backend.id)) for backend in fresh.backends),
        scheduler=scheduler,
        settings=evidence.settings,
        run_mode=evidence.run_mode,
        replication=evidence.replication,
        colocate_groups=evidence.colocate_groups,
        transactions=evidence.transactions,
        alter_jobs=evidence.alter_jobs,
        recycle_bin=evidence.recycle_bin,
        unread={**evidence.unread, **fresh.unread},
    )
