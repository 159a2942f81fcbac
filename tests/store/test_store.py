"""The durable store on a real Valkey: claims, fences, commits that are applied once, and the cluster lock (P1, P4)."""

import threading
from pathlib import Path

import pytest
from redis import ConnectionError as RedisConnectionError

from bot.aliveness import mark
from bot.queue import AllowedJob, ForbiddenJob, Mailbox
from policies.deciding import tell
from policies.operation import Decision, DecisionKind, EventKind, Operation, OperationState
from policies.request import Request
from policies.signing import FollowUps
from tests.policies.clusters import ALICE, BOB, NOW, request
from workers.audit import AuditEntry, mirror, rows, verify
from workers.store import Claim, Fenced, Store
from workers.valkey import Valkey

S = OperationState


def asked(name: str) -> Request:
    return request("10.84.0.18:9050").with_(id=name)


def record(name: str, state: OperationState = S.RUNNING) -> Operation:
    return Operation(id=name, request=asked(name), state=state, created_at=NOW, changed_at=NOW, revision=1, title=f"op {name}")


def claimed(mailbox: Mailbox, store: Store, name: str = "sr-1") -> Claim:
    mailbox.submit(asked(name))
    claim = store.claim(name)
    assert claim is not None
    return claim


def decision(token: str, name: str = "sr-1") -> Decision:
    return Decision(token=token, operation=name, kind=DecisionKind.APPROVE, person=BOB, channel="C", at=NOW, digest="d")


def test_a_request_is_recorded_once(mailbox: Mailbox, store: Store) -> None:
    assert mailbox.submit(asked("sr-1")) is True
    assert mailbox.submit(asked("sr-1")) is False
    assert store.dispatch() == ["sr-1"]


def test_what_was_dispatched_is_not_dispatched_again_at_once_but_is_not_gone(mailbox: Mailbox, store: Store) -> None:
    mailbox.submit(asked("sr-1"))
    assert store.dispatch() == ["sr-1"] and store.dispatch() == []
    left = store.next_due_in()
    assert left is not None and 29 < left <= 30


def test_one_claim_at_a_time(mailbox: Mailbox, store: Store) -> None:
    first = claimed(mailbox, store)
    assert store.claim("sr-1") is None
    store.release(first)
    second = store.claim("sr-1")
    assert second is not None and second.fence == first.fence + 1


def test_a_claim_that_ran_out_is_taken_over_and_its_owner_cannot_write(mailbox: Mailbox) -> None:
    hasty, patient = Store(mailbox.redis, visibility_s=0.0), Store(mailbox.redis, visibility_s=30.0)
    overtaken = claimed(mailbox, hasty)
    owner = patient.claim("sr-1")
    assert owner is not None
    for attempt in (lambda: hasty.commit(overtaken, record("sr-1"), delay_s=0), lambda: hasty.renew(overtaken)):
        with pytest.raises(Fenced):
            attempt()
    with pytest.raises(Fenced):
        hasty.lock(overtaken, "prod", "t")
    assert patient.commit(owner, record("sr-1"), delay_s=0).seq == 1


def test_what_a_dead_process_held_is_due_at_once(mailbox: Mailbox, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    held, living = claimed(mailbox, store, "sr-1"), claimed(mailbox, store, "sr-2")
    assert store.free_the_dead() == [], "nobody is dead"
    store.release(held)
    monkeypatch.setattr("workers.store.mark", lambda: f"{mark()}1")
    dead = store.claim("sr-1")
    monkeypatch.undo()
    assert dead is not None and not store.due_now("sr-1")
    assert store.free_the_dead() == ["sr-1"] and store.free_the_dead() == []
    assert store.due_now("sr-1") and not store.due_now("sr-2")
    again = store.claim("sr-1")
    assert again is not None and again.fence == dead.fence + 1
    store.commit(living, record("sr-2"), delay_s=60)
    store.commit(again, record("sr-1", S.DONE), delay_s=None)
    assert not mailbox.redis.exists(mailbox.keys.claims), "who gives something back holds nothing"


def test_a_commit_is_applied_once_however_often_it_is_sent(mailbox: Mailbox, store: Store) -> None:
    claim = claimed(mailbox, store)
    operation, event = tell(record("sr-1"), NOW, EventKind.STARTED, "Started.")
    for _ in range(3):
        store.commit(claim, operation, delay_s=60, events=(event,), audit=(AuditEntry.of(operation, event),))
    assert mailbox.redis.xlen(mailbox.keys.outbox("op:sr-1")) == 1
    assert mailbox.redis.xlen(mailbox.keys.audit) == 1
    assert mailbox.redis.hget(mailbox.keys.operation("sr-1"), "seq") == "1"


def test_a_commit_whose_reply_was_lost_is_recognised(
    mailbox: Mailbox, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = claimed(mailbox, store)
    operation, event = tell(record("sr-1"), NOW, EventKind.STARTED, "Started.")
    send, lost = store._commit, []

    def lossy(**arguments: object) -> object:
        answer = send(**arguments)
        if not lost:
            lost.append(answer)
            raise RedisConnectionError("reply lost")
        return answer

    monkeypatch.setattr(store, "_commit", lossy)
    store.commit(claim, operation, delay_s=60, events=(event,))
    assert lost == ["COMMITTED"]
    assert mailbox.redis.xlen(mailbox.keys.outbox("op:sr-1")) == 1


def test_a_commit_in_the_middle_keeps_the_claim(mailbox: Mailbox, store: Store) -> None:
    claim = claimed(mailbox, store)
    claim = store.commit(claim, record("sr-1"), delay_s=0, keep=True)
    assert store.claim("sr-1") is None
    assert store.commit(claim, record("sr-1"), delay_s=0).seq == 2
    assert store.claim("sr-1") is not None


def test_decisions_wait_in_the_inbox_until_a_commit_takes_them(mailbox: Mailbox, store: Store) -> None:
    claim = claimed(mailbox, store)
    assert mailbox.decide(decision("a")) == "recorded"
    assert mailbox.decide(decision("a")) == "repeated"
    store.commit(claim, record("sr-1", S.AWAITING_APPROVAL), delay_s=600)
    assert store.due_now("sr-1"), "what came during the turn makes it due at once"
    again = store.claim("sr-1")
    assert again is not None and [d.token for _, d in again.inbox] == ["a"]
    store.commit(again, record("sr-1", S.AWAITING_APPROVAL), delay_s=600, taken=[again.inbox[0][0]])
    assert not store.due_now("sr-1")


def test_a_decision_for_what_is_over_or_never_was(mailbox: Mailbox, store: Store) -> None:
    assert mailbox.decide(decision("a", "sr-nobody")) == "unknown"
    store.commit(claimed(mailbox, store), record("sr-1", S.DONE), delay_s=None)
    assert mailbox.decide(decision("b")) == "ended"


def test_the_end_leaves_the_record_frees_the_cluster_and_wakes_the_next(mailbox: Mailbox, store: Store) -> None:
    first, second = claimed(mailbox, store, "sr-1"), claimed(mailbox, store, "sr-2")
    assert store.lock(first, "prod", "op 1").acquired
    waits = store.lock(second, "prod", "op 2")
    assert (waits.acquired, waits.holder) == (False, "sr-1")
    store.commit(second, record("sr-2", S.QUEUED), delay_s=600)
    store.commit(first, record("sr-1", S.DONE), delay_s=None)
    assert mailbox.holder("prod") is None
    assert store.due_now("sr-2") and store.claim("sr-1") is None
    assert [operation.id for operation in mailbox.recent()] == ["sr-1"]


def test_the_lock_is_first_come_first_served_and_idempotent(mailbox: Mailbox, store: Store) -> None:
    claims = [claimed(mailbox, store, f"sr-{number}") for number in range(4)]
    assert [store.lock(claim, "prod", "t").acquired for claim in claims] == [True, False, False, False]
    assert store.lock(claims[0], "prod", "t").acquired, "asking again changes nothing"
    store.commit(claims[0], record("sr-0", S.DONE), delay_s=None)
    assert not store.lock(claims[3], "prod", "t").acquired, "the last may not overtake"
    assert store.lock(claims[1], "prod", "t").acquired
    assert mailbox.waiting("prod") == ["sr-2", "sr-3"]


def test_the_end_frees_the_settings_that_were_lent_too(mailbox: Mailbox, store: Store) -> None:
    drain, tune = claimed(mailbox, store, "sr-1"), claimed(mailbox, store, "sr-2")
    running = record("sr-1", S.RUNNING)
    running = running.with_(lends=("slots",))
    assert running.locks == ("prod", "prod slots")
    assert all(store.lock(drain, name, "t").acquired for name in running.locks)
    assert store.lock(tune, "prod slots", "t").holder == "sr-1"
    store.commit(tune, record("sr-2", S.QUEUED), delay_s=600)
    store.commit(drain, running.with_(state=S.DONE), delay_s=None)
    assert (mailbox.holder("prod"), mailbox.holder("prod slots")) == (None, None)
    assert store.due_now("sr-2"), "who waits for the setting is woken"


def test_of_many_contenders_one_gets_the_cluster(mailbox: Mailbox, store: Store) -> None:
    claims = [claimed(mailbox, store, f"sr-{number}") for number in range(20)]
    won: list[str] = []

    def contend(claim: Claim) -> None:
        if store.lock(claim, "prod", "t").acquired:
            won.append(claim.id)

    threads = [threading.Thread(target=contend, args=(claim,)) for claim in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    holder = mailbox.holder("prod")
    assert holder is not None and won == [holder.operation]


def test_an_operation_of_a_newer_schema_is_left_to_newer_workers(mailbox: Mailbox, store: Store) -> None:
    store.commit(claimed(mailbox, store), record("sr-1").with_(schema_version=99), delay_s=0)
    assert store.claim("sr-1") is None
    assert not store.due_now("sr-1") and store.redis.zscore(mailbox.keys.due, "sr-1") is not None


def test_everything_survives_a_kill_of_the_server(tmp_path: Path) -> None:
    server = Valkey(tmp_path / "v", fsync="always")
    server.start()
    try:
        mailbox = Mailbox(server.url, timeout_s=5.0)
        store = Store(mailbox.redis)
        claim = claimed(mailbox, store)
        store.lock(claim, "prod", "t")
        store.commit(claim, record("sr-1"), delay_s=600)
        server.kill()
        server.start()
        holder, kept = mailbox.holder("prod"), mailbox.operation("sr-1")
        assert holder is not None and holder.operation == "sr-1"
        assert kept == record("sr-1")
    finally:
        server.stop()


def test_a_job_may_name_only_what_is_on_the_list(mailbox: Mailbox) -> None:
    job = AllowedJob.create("os.system", args=("true",), connection=mailbox._rq)
    with pytest.raises(ForbiddenJob, match=r"os\.system"):
        _ = job.func


def test_the_audit_is_chained_copied_and_verified(mailbox: Mailbox, store: Store, tmp_path: Path) -> None:
    claim, path = claimed(mailbox, store), tmp_path / "audit.sqlite3"
    for number in range(3):
        operation, event = tell(record("sr-1").with_(events=number), NOW, EventKind.VOTED, f"vote {number}", by=ALICE)
        claim = store.commit(claim, operation, delay_s=0, audit=(AuditEntry.of(operation, event),), keep=True)
    assert mirror(mailbox.redis, mailbox.keys.audit, path) == 3
    assert mirror(mailbox.redis, mailbox.keys.audit, path) == 0
    assert verify(path) == []
    assert [entry.sentence for entry in rows(path)] == ["vote 0", "vote 1", "vote 2"]
    assert {entry.actor for entry in rows(path)} == {"T0HOME/U0ALICE"}


@pytest.mark.parametrize(
    ("damage", "said"),
    [("UPDATE audit SET entry = replace(entry, 'vote 1', 'vote 9') WHERE position = 2", "was changed"),
     ("DELETE FROM audit WHERE position = 2", "missing")],
)  # fmt: skip
def test_a_touched_audit_is_noticed(mailbox: Mailbox, store: Store, tmp_path: Path, damage: str, said: str) -> None:
    import sqlite3

    test_the_audit_is_chained_copied_and_verified(mailbox, store, tmp_path)
    with sqlite3.connect(tmp_path / "audit.sqlite3") as file:
        file.execute(damage)
    assert any(said in problem for problem in verify(tmp_path / "audit.sqlite3"))


# A word that may come after the end: follow-ups are done.


def follow_up(token: str, name: str = "sr-1") -> Decision:
    return decision(token, name).with_(kind=DecisionKind.FOLLOW_UP)


def ended(mailbox: Mailbox, store: Store) -> Operation:
    done = record("sr-1", S.DONE).with_(follow_ups=FollowUps(event=1, snippets=()))
    store.commit(claimed(mailbox, store), done, delay_s=None)
    return done


def test_a_late_word_gives_an_ended_operation_one_turn_and_nothing_else(mailbox: Mailbox, store: Store) -> None:
    done = ended(mailbox, store)
    since = mailbox.redis.zscore(mailbox.keys.recent, "sr-1")
    assert mailbox.decide(decision("late")) == "ended" and store.claim("sr-1") is None
    assert mailbox.decide(follow_up("t1")) == "recorded" and mailbox.decide(follow_up("t1")) == "repeated"
    assert mailbox.live() == [] and store.dispatch() == ["sr-1"], "it is due, and it is not live"
    claim = store.claim("sr-1")
    assert claim is not None and [heard.token for _, heard in claim.inbox] == ["t1"]
    other = claimed(mailbox, store, "sr-2")
    assert store.lock(other, "prod", "t").acquired
    store.commit(claim, done, delay_s=None, taken=[claim.inbox[0][0]])
    assert store.claim("sr-1") is None and store.holder("prod") is not None, "the cluster stays with whoever has it"
    assert mailbox.redis.zscore(mailbox.keys.recent, "sr-1") == since and mailbox.decide(follow_up("t1")) == "repeated"


def test_a_late_word_that_comes_during_another_is_heard_next(mailbox: Mailbox, store: Store) -> None:
    done = ended(mailbox, store)
    mailbox.decide(follow_up("guest"))
    claim = store.claim("sr-1")
    assert claim is not None
    mailbox.decide(follow_up("member"))
    store.commit(claim, done, delay_s=None, taken=[claim.inbox[0][0]])
    again = store.claim("sr-1")
    assert again is not None and [heard.token for _, heard in again.inbox] == ["member"]
    store.commit(again, done, delay_s=None, taken=[again.inbox[0][0]])
    assert store.claim("sr-1") is None and not mailbox.redis.exists(mailbox.keys.inbox("sr-1"))


def test_a_worker_that_dies_with_a_late_word_costs_one_visibility_timeout(mailbox: Mailbox) -> None:
    hasty, patient = Store(mailbox.redis, visibility_s=0.0), Store(mailbox.redis, visibility_s=30.0)
    ended(mailbox, hasty)
    mailbox.decide(follow_up("t1"))
    assert hasty.claim("sr-1") is not None
    assert patient.dispatch() == ["sr-1"]
    again = patient.claim("sr-1")
    assert again is not None and [heard.token for _, heard in again.inbox] == ["t1"]


def test_what_was_decided_at_the_very_end_is_answered_before_what_follows(mailbox: Mailbox, store: Store) -> None:
    claim = claimed(mailbox, store)
    mailbox.decide(decision("too late"))
    store.commit(claim, record("sr-1", S.DONE), delay_s=None)
    assert mailbox.decide(follow_up("t1")) == "recorded"
    again = store.claim("sr-1")
    assert again is not None and [heard.token for _, heard in again.inbox] == ["too late", "t1"]


def test_follow_ups_of_what_never_was(mailbox: Mailbox) -> None:
    assert mailbox.decide(follow_up("t1", "sr-none")) == "unknown"
