"""One look for all who watch: how often the cluster is really read, and how old the answer may be."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis

from bot.aliveness import mark
from bot.keys import Keys
from bot.redis_connection import connect
from policies.address import Address
from tests.starrocks.scripted_cluster import LEADER, LEAVING, cluster, mission000
from tests.starrocks.scripted_frontend import Error, Rows, ScriptedFrontend, Slow
from workers.starrocks import ClusterError, Depth, look_and_share, observe, queries
from workers.starrocks.client import forget_preferences
from workers.valkey import Valkey

KEYS = Keys("{sr}:")
TARGETS = (Address(host="10.84.0.18", port=9050),)
LONG = 3600.0


@pytest.fixture
def leader() -> Iterator[ScriptedFrontend]:
    forget_preferences()
    script = mission000()
    script[queries.recycled_replicas([LEAVING]).sql] = Rows(["BE_ID", "REPLICAS"])
    with ScriptedFrontend(script) as running:
        yield running


def reads(frontend: ScriptedFrontend) -> int:
    return frontend.heard.count(queries.BACKENDS.sql)


def test_a_young_look_is_shared(redis: Redis, leader: ScriptedFrontend) -> None:
    where = cluster((LEADER, leader))
    first = observe(redis, KEYS, where, Depth.WATCH, (), LONG)
    second = observe(redis, KEYS, where, Depth.WATCH, (), LONG)
    assert first == second
    assert reads(leader) == 1


def test_a_live_look_is_never_an_old_one(redis: Redis, leader: ScriptedFrontend) -> None:
    where = cluster((LEADER, leader))
    for _ in range(3):
        observe(redis, KEYS, where, Depth.WATCH, (), 0)
    assert reads(leader) == 3


def test_a_glance_is_answered_by_a_watch(redis: Redis, leader: ScriptedFrontend) -> None:
    where = cluster((LEADER, leader))
    observe(redis, KEYS, where, Depth.WATCH, (), LONG)
    observe(redis, KEYS, where, Depth.GLANCE, (), LONG)
    assert reads(leader) == 1


def test_a_watch_is_not_answered_by_a_glance(redis: Redis, leader: ScriptedFrontend) -> None:
    where = cluster((LEADER, leader))
    observe(redis, KEYS, where, Depth.GLANCE, (), LONG)
    assert observe(redis, KEYS, where, Depth.WATCH, (), LONG).scheduler is not None


def test_clusters_do_not_share(redis: Redis, leader: ScriptedFrontend) -> None:
    one = cluster((LEADER, leader))
    other = one.with_(name="other")
    assert observe(redis, KEYS, one, Depth.WATCH, (), LONG).cluster == "prod"
    assert observe(redis, KEYS, other, Depth.WATCH, (), LONG).cluster == "other"


def test_many_at_once_cost_one_look(redis: Redis, leader: ScriptedFrontend) -> None:
    leader.script[queries.BACKENDS.sql] = Slow(0.3, leader.script[queries.BACKENDS.sql])
    where = cluster((LEADER, leader))
    tablets: list[int] = []

    def watch() -> None:
        state = observe(redis, KEYS, where, Depth.WATCH, (), LONG)
        tablets.append(sum(backend.tablets for backend in state.backends))

    threads = [threading.Thread(target=watch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert tablets == [288_414] * 8
    assert reads(leader) == 1


class Overtaken(Redis):
    """A connection whose first claim comes just after somebody else has finished the same look."""

    def set(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("nx") and self.first is not None:
            first, self.first = self.first, None
            first()
        return super().set(*args, **kwargs)

    first: Callable[[], object] | None = None


def test_nobody_waits_for_a_look_whose_reader_is_dead(redis: Redis, observation_server: Valkey, leader: ScriptedFrontend) -> None:
    where, reading = cluster((LEADER, leader)), f"{KEYS.observation('prod', Depth.WATCH.value)}:reading"
    with connect(observation_server.url) as ours:
        ours.set(reading, f"token {mark()}1", px=60_000)
        began = time.monotonic()
        observe(ours, KEYS, where, Depth.WATCH, (), LONG)
        assert time.monotonic() - began < 5 and reads(leader) == 1
        assert not ours.exists(reading)


def test_a_look_that_ended_between_question_and_claim_is_used(redis: Redis, leader: ScriptedFrontend) -> None:
    where = cluster((LEADER, leader))
    with Overtaken(connection_pool=redis.connection_pool) as late:
        late.first = lambda: observe(redis, KEYS, where, Depth.WATCH, (), LONG)
        observe(late, KEYS, where, Depth.WATCH, (), LONG)
    assert late.first is None
    assert reads(leader) == 1


def test_a_failed_look_frees_the_next_one(redis: Redis, leader: ScriptedFrontend) -> None:
    where = cluster((LEADER, leader))
    good = leader.script[queries.BACKENDS.sql]
    leader.script[queries.BACKENDS.sql] = Error(1064, "not now")
    with pytest.raises(ClusterError):
        observe(redis, KEYS, where, Depth.WATCH, (), LONG)
    leader.script[queries.BACKENDS.sql] = good
    begun = time.monotonic()
    observe(redis, KEYS, where, Depth.WATCH, (), LONG)
    assert time.monotonic() - begun < 5


def test_a_live_look_is_left_for_the_next_turn_but_is_itself_never_an_old_one(redis: Redis, leader: ScriptedFrontend) -> None:
    where = cluster((LEADER, leader))
    for expected in (1, 2):
        look_and_share(redis, KEYS, where, Depth.WATCH)
        assert reads(leader) == expected
    observe(redis, KEYS, where, Depth.WATCH, (), LONG)
    assert reads(leader) == 2
    observe(redis, KEYS, where, Depth.WATCH, (), 0)
    assert reads(leader) == 3, "who wants one that is begun now gets it"


def test_what_another_version_wrote_counts_as_nothing(redis: Redis, leader: ScriptedFrontend) -> None:
    redis.set(KEYS.observation("prod", "watch"), '{"begun": 99999999999, "state": {"shape": "of tomorrow"}}')
    observe(redis, KEYS, cluster((LEADER, leader)), Depth.WATCH, (), LONG)
    assert reads(leader) == 1


def test_evidence_is_kept_while_the_quick_parts_are_read_again(redis: Redis, leader: ScriptedFrontend) -> None:
    where = cluster((LEADER, leader))
    observe(redis, KEYS, where, Depth.EVIDENCE, TARGETS, 0)
    leader.heard.clear()
    again = observe(redis, KEYS, where, Depth.EVIDENCE, TARGETS, 0)
    assert leader.heard == [queries.SESSION, queries.BACKENDS.sql, queries.SCHEDULER.sql]
    assert again.settings
    assert again.recycle_bin is not None
    assert all(backend.disks for backend in again.backends)
    fresh = observe(redis, KEYS, where, Depth.EVIDENCE, TARGETS, 0, evidence_kept_s=0)
    assert queries.SETTINGS.sql in leader.heard
    assert fresh.settings == again.settings


def test_evidence_is_about_its_targets(redis: Redis, leader: ScriptedFrontend) -> None:
    where = cluster((LEADER, leader))
    other = (Address(host="10.84.0.19", port=9050),)
    leader.script[queries.recycled_replicas([10004]).sql] = Rows(["BE_ID", "REPLICAS"], [[10004, 5]])
    mine = observe(redis, KEYS, where, Depth.EVIDENCE, TARGETS, LONG)
    theirs = observe(redis, KEYS, where, Depth.EVIDENCE, other, LONG)
    assert mine.recycle_bin is not None
    assert theirs.recycle_bin is not None
    assert (mine.recycle_bin.on_backend, theirs.recycle_bin.on_backend) == ({LEAVING: 0}, {10004: 5})


def test_no_secret_reaches_redis(redis: Redis, leader: ScriptedFrontend) -> None:
    where = cluster((LEADER, leader))
    observe(redis, KEYS, where, Depth.FULL, TARGETS, LONG)
    stored = " ".join(str(redis.get(key)) for key in redis.keys("*observation*"))
    assert "10.84.0.18" in stored
    assert where.password.get_secret_value() not in stored
