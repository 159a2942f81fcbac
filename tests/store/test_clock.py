"""The clock rests until something is wanted, and is woken by who wants something; without a bell it looks (P4)."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis import RedisError

from bot.queue import Mailbox
from policies.operation import OperationState
from tests.store.test_store import claimed, decision, record
from workers import clock as clocks
from workers.clock import Clock
from workers.settings import WorkerSettings
from workers.store import Store
from workers.valkey import Valkey

LONG_S = 30.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Valkey]:
    made = Valkey(tmp_path)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def clock(server: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(clocks, "TICK_S", 0.01)
    made = Clock(WorkerSettings(redis_url=server.url, audit_path=tmp_path / "audit.sqlite3", clusters={}))
    made._rest()  # subscribes
    monkeypatch.setattr(clocks, "TICK_S", LONG_S)
    return made


@pytest.fixture
def mailbox(clock: Clock) -> Mailbox:
    return clock.mailbox


@pytest.fixture
def store(clock: Clock) -> Store:
    return clock.store


def rested(clock: Clock) -> float:
    began = time.monotonic()
    clock._rest()
    return time.monotonic() - began


def test_a_commit_wakes_it(clock: Clock, mailbox: Mailbox, store: Store) -> None:
    store.commit(claimed(mailbox, store), record("sr-1"), delay_s=600)
    mailbox.redis.delete(mailbox.keys.outbox_ready)
    assert rested(clock) < LONG_S / 2


def test_it_rests_until_the_next_thing_is_due(clock: Clock, mailbox: Mailbox, store: Store) -> None:
    store.release(claimed(mailbox, store), 0.3)
    assert 0.2 < rested(clock) < LONG_S / 2
    assert store.due_now("sr-1")


def test_it_hears_again_after_a_restart_of_redis(clock: Clock, server: Valkey, mailbox: Mailbox, store: Store) -> None:
    server.kill()
    server.start()
    for _ in range(3):
        with suppress(RedisError):
            mailbox.redis.zadd(mailbox.keys.due, {"sr-soon": time.time() + 0.05})
            clock._rest()
    mailbox.redis.delete(mailbox.keys.due)
    store.commit(claimed(mailbox, store), record("sr-1"), delay_s=600)
    mailbox.redis.delete(mailbox.keys.outbox_ready)
    assert rested(clock) < LONG_S / 2


def test_without_the_right_to_ring_and_to_hear_it_looks(server: Valkey, tmp_path: Path) -> None:
    made = Clock(WorkerSettings(redis_url=server.url, audit_path=tmp_path / "audit.sqlite3", clusters={}))
    made.mailbox.redis.execute_command("ACL", "SETUSER", "default", "resetchannels")
    made._rest()
    made.store.commit(claimed(made.mailbox, made.store), record("sr-1", OperationState.AWAITING_APPROVAL), delay_s=600)
    assert made.mailbox.decide(decision("a")) == "recorded"
    assert rested(made) < LONG_S and made.tick() == 2, "the operation and its conversation"
