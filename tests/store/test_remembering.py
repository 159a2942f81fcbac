"""A finished drain makes the next estimate better, unless its time says more about people than about the cluster."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.queue import Mailbox
from policies.deciding import tell
from policies.estimate import DrainRecord
from policies.operation import EventKind, OperationState
from policies.request import OperationKind
from tests.policies.clusters import NOW, changed, mission000, operation
from tests.policies.plans import plan_of
from workers.audit import AuditEntry
from workers.remembering import measured, note_members, remember, stopped_words, story, unread_words
from workers.store import Store
from workers.wiring import Wiring

TARGET = "10.84.0.18:9050"
PLAN = plan_of(TARGET)
DONE = operation(OperationState.DONE, started_at=NOW, ended_at=NOW + timedelta(hours=2))
SMOOTH = ("voted", "started", "acted", "stalled", "moving_again", "observed", "step_done", "done")


def test_a_drain_that_ran_through_is_measured() -> None:
    assert measured(PLAN, DONE, SMOOTH) == DrainRecord(tablets=PLAN.tablets_to_move, data_bytes=PLAN.bytes_to_move, seconds=7200)


def test_two_nodes_one_after_the_other_are_one_rate() -> None:
    both = plan_of(TARGET, "10.84.0.19:9050")
    record = measured(both, DONE, SMOOTH)
    assert record is not None and record.tablets == both.tablets_to_move > PLAN.tablets_to_move


@pytest.mark.parametrize("interruption", ["paused", "halted", "asked", "skipped"])
def test_what_waited_for_a_person_says_nothing_about_the_cluster(interruption: str) -> None:
    assert measured(PLAN, DONE, (*SMOOTH[:3], interruption, *SMOOTH[3:])) is None


@pytest.mark.parametrize(
    ("plan", "ended"),
    [
        (PLAN, DONE.with_(state=OperationState.UNDONE)),
        (PLAN, DONE.with_(state=OperationState.CLOSED)),
        (PLAN, DONE.with_(started_at=None)),
        (PLAN.with_(kind=OperationKind.ADD_BACKEND), DONE),
        (plan_of(TARGET, state=changed(mission000(), "10.84.0.18", tablets=0)), DONE),
    ],
    ids=["undone", "closed", "never started", "another kind", "an empty node"],
)
def test_what_is_no_measured_drain_is_not_kept(plan: Any, ended: Any) -> None:
    assert measured(plan, ended, SMOOTH) is None


def told(mailbox: Mailbox, name: str, *kinds: EventKind) -> None:
    """Events as a worker commits them to the audit."""
    for kind in kinds:
        at, event = tell(DONE.with_(id=name), NOW, kind, "…")
        mailbox.redis.xadd(mailbox.keys.audit, {"entry": AuditEntry.of(at, event).model_dump_json()})


def wired(mailbox: Mailbox, store: Store) -> Wiring:
    nobody: Any = SimpleNamespace()
    return Wiring(settings=nobody, mailbox=mailbox, store=store, directory=nobody, clusters={})


def test_the_story_is_that_of_one_operation(mailbox: Mailbox) -> None:
    told(mailbox, "sr-test", EventKind.STARTED)
    told(mailbox, "sr-test2", EventKind.PAUSED)
    told(mailbox, "sr-test", EventKind.DONE)
    assert [entry.what for entry in story(mailbox.redis, mailbox.keys.audit, "sr-test", NOW)] == ["started", "done"]


def test_the_next_estimate_knows_it(mailbox: Mailbox, store: Store) -> None:
    wiring = wired(mailbox, store)
    told(mailbox, "sr-test", EventKind.STARTED, EventKind.DONE)
    told(mailbox, "sr-other", EventKind.PAUSED)
    remember(wiring, PLAN, DONE)
    assert wiring.history(DONE.cluster) == (DrainRecord(tablets=PLAN.tablets_to_move, data_bytes=PLAN.bytes_to_move, seconds=7200),)
    assert wiring.history("elsewhere") == ()
    assert "from 1 earlier drain" in plan_of(TARGET, history=wiring.history(DONE.cluster)).estimate.reason


def test_one_that_was_paused_is_not_remembered(mailbox: Mailbox, store: Store) -> None:
    wiring = wired(mailbox, store)
    told(mailbox, "sr-test", EventKind.STARTED, EventKind.PAUSED, EventKind.RESUMED, EventKind.DONE)
    remember(wiring, PLAN, DONE)
    assert wiring.history(DONE.cluster) == ()


def test_a_cluster_that_was_stopped_is_told_as_such_until_it_is_seen_again(mailbox: Mailbox, store: Store) -> None:
    wiring, seen = wired(mailbox, store), mission000().with_(compute_nodes_read=True)
    assert "Nobody answers." in unread_words(wiring, "prod", "Nobody answers.") and "start all" not in unread_words(wiring, "prod", "")
    wiring.remember_members(seen)
    assert "`/sr start all` starts its 9 nodes" in unread_words(wiring, "prod", "Nobody answers.")
    note_members(wiring, PLAN.with_(kind=OperationKind.STOP_ALL), DONE)
    assert f"{DONE.id} stopped all its 9 nodes at 2025-06-19 14:50 UTC" in stopped_words(wiring, "prod")
    wiring.remember_members(seen)
    assert stopped_words(wiring, "prod") == ""


def test_members_of_another_version_of_us_count_as_unknown(mailbox: Mailbox, store: Store) -> None:
    wiring = wired(mailbox, store)
    mailbox.redis.set(mailbox.keys.members("prod"), '{"seen_at": "2025-06-19T12:50:29Z", "nodes": []}')
    assert wiring.members("prod") is None
