"""One observer per cluster: a look is shared through Redis, so the frontends' load does not grow with the watchers."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from redis import Redis

from bot.keys import Keys
from policies.address import Address
from policies.cluster import ClusterState
from workers.starrocks.client import Cluster, connect
from workers.starrocks.look import Depth, look

READ_LEASE_MS = 20_000
POLL_S = 0.05


def look_live(cluster: Cluster, depth: Depth, targets: Sequence[Address] = ()) -> ClusterState:
    """A look of our own, now: what every act is decided on. Raises ClusterError."""
    taken_at = datetime.now(UTC)
    with connect(cluster) as connection:
        return look(connection, cluster.name, taken_at, depth, targets)


def observe(
    redis: Redis, keys: Keys, cluster: Cluster, depth: Depth, targets: Sequence[Address], max_age_s: float
) -> ClusterState:
    """The last shared look if it is young enough, else a new one that others will share. Raises ClusterError."""
    key = keys.observation(cluster.name, f"{depth.value}:{','.join(sorted(map(str, targets)))}")
    return _shared(redis, key, lambda: look_live(cluster, depth, targets), max_age_s)


def _shared(redis: Redis, key: str, read: Callable[[], ClusterState], max_age_s: float) -> ClusterState:
    deadline = time.monotonic() + READ_LEASE_MS / 1000
    while True:
        state = _young(redis, key, max_age_s)
        if state is not None:
            return state
        if redis.set(f"{key}:reading", "1", nx=True, px=READ_LEASE_MS) or time.monotonic() > deadline:
            break
        time.sleep(POLL_S)
    try:
        state = read()
        redis.set(key, state.model_dump_json(), ex=600)
        return state
    finally:
        redis.delete(f"{key}:reading")


def _young(redis: Redis, key: str, max_age_s: float) -> ClusterState | None:
    text = redis.get(key)
    if not text:
        return None
    state = ClusterState.model_validate_json(text)
    return state if (datetime.now(UTC) - state.taken_at).total_seconds() <= max_age_s else None
