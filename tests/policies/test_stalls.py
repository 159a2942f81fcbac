"""The stall doctor: when it speaks, which cause it names on which evidence, and what it advises."""

import re
from collections.abc import Callable

import pytest

from policies.address import Address
from policies.cluster import (
    AlterJob,
    Backend,
    ClusterState,
    ColocateGroup,
    Disk,
    PendingTablet,
    RecycleBin,
    ReplicationCount,
    RunningTransaction,
    Scheduler,
)
from policies.operation import Stall
from policies.pacing import Pacing
from policies.stalls import diagnose, needs_evidence
from policies.stalls.messages import MESSAGES, cause_of
from tests.policies.drains import FIRST, FOURTH, GB, IDS, PACING, SECOND, THIRD, at, backend, draining, look, look_at, steps_for

START, DRAIN, REMOVE = steps_for(FIRST)
STILL = draining([(0, 2_000), (180, 2_000), (240, 1_000), (540, 1_000)])
NOW = at(540)


def pending(*messages: str) -> Scheduler:
    rows = (PendingTablet(tablet_id=70_000 + n, status="x", state="PENDING", message=m) for n, m in enumerate(messages))
    return Scheduler(pending=len(messages), running=0, examples=tuple(rows))


def misplaced(message: str) -> Scheduler:
    found = pending(message)
    return found.with_(examples=tuple(tablet.with_(status="LOCATION_MISMATCH") for tablet in found.examples))


def transaction(prepared: float) -> RunningTransaction:
    return RunningTransaction(database="sales", id=4711, label="load-7", prepared=at(prepared))


def full(address: Address) -> Backend:
    """91 % full, 90 GB free: beyond the soft limit, and less than the reserve."""
    return backend(address).with_(data_used=910 * GB, avail=90 * GB)


def stayers(make: Callable[[Address], Backend]) -> ClusterState:
    return look(backend(FIRST, tablets=1_000, decommissioned=True), *(make(a) for a in (SECOND, THIRD, FOURTH)))


def diagnosed(**parts: object) -> Stall:
    stall = diagnose(DRAIN, STILL, look_at(1_000).with_(**parts), PACING, NOW)
    assert stall is not None
    return stall


DEST = "unable to find dest path for new replica"
GROUPS = (ColocateGroup(id="1.2", name="g_orders", stable=True),)
WAIT_TXN = "wait txn before 4712 to be finished"


# When


@pytest.mark.parametrize(
    ("series", "now", "speaks"),
    [
        ([(0, 9)], 239, False),
        ([(0, 9)], 539, False),
        ([(0, 9)], 540, True),
        ([(0, 9), (180, 9), (500, 8)], 700, False),
        ([(0, 9), (180, 9), (500, 8)], 800, True),
    ],
)
def test_only_a_standstill_is_a_stall(series: list[tuple[float, int]], now: float, speaks: bool) -> None:
    tablets = series[-1][1]
    assert (diagnose(DRAIN, draining(series), look_at(tablets), PACING, at(now)) is not None) == speaks


def test_other_steps_do_not_stall() -> None:
    for step in (START, REMOVE):
        assert diagnose(step, STILL, look_at(1_000), PACING, NOW) is None


def test_a_node_that_is_gone_or_empty_does_not_stall() -> None:
    assert diagnose(DRAIN, STILL, look_at(None), PACING, NOW) is None
    assert diagnose(DRAIN, STILL, look_at(0), PACING, NOW) is None


def test_busy_disks_are_back_pressure() -> None:
    busy = look_at(1_000, scheduler=pending("path busy, wait for next round"))
    assert diagnose(DRAIN, STILL, busy, PACING, NOW) is None


@pytest.mark.parametrize(
    ("series", "now", "needed"),
    [
        ([], 9_999, False),
        ([(0, 9)], 509, False),
        ([(0, 9)], 510, True),
        ([(0, 9), (500, 8)], 769, False),
        ([(0, 9), (500, 8)], 770, True),
        ([(0, 9), (500, 0)], 9_999, False),
    ],
)
def test_evidence_is_read_from_one_look_before(series: list[tuple[float, int]], now: float, needed: bool) -> None:
    assert needs_evidence(DRAIN, draining(series), PACING, at(now)) == needed


def test_evidence_is_read_as_long_as_a_stall_lasts_and_never_in_an_undo() -> None:
    stalled = draining([(0, 9)]).with_(stall=Stall(cause="unknown", sentence="", advice=""))
    assert needs_evidence(DRAIN, stalled, PACING, at(60))
    assert not needs_evidence(DRAIN, stalled.with_(step="undo"), PACING, at(60))


def test_a_twin_at_speed_stalls_as_soon_as_a_cluster() -> None:
    fast, memory = Pacing(speed=100), draining([(0, 9)])
    assert diagnose(DRAIN, memory, look_at(9), fast, at(5.39)) is None
    assert diagnose(DRAIN, memory, look_at(9), fast, at(5.41)) is not None


# Which


def test_the_node_itself_died() -> None:
    dead = look(backend(FIRST, alive=False, decommissioned=True, tablets=1_000), backend(SECOND))
    stall = diagnose(DRAIN, STILL, dead, PACING, NOW)
    assert stall is not None and stall.cause == "backend_died"


def test_no_room_by_message_and_by_the_disks_alone() -> None:
    said = diagnose(DRAIN, STILL, stayers(full).with_(scheduler=pending(DEST)), PACING, NOW)
    seen = diagnose(DRAIN, STILL, stayers(full), PACING, NOW)
    assert said is not None and seen is not None
    assert (said.cause, seen.cause) == ("no_room", "no_room")
    assert said.examples == (f"tablet 70000: {DEST}",)
    assert "0 B left below the soft limit of 90 %" in said.sentence


def test_the_room_of_a_dead_node_is_no_room() -> None:
    def one_is_dead(address: Address) -> Backend:
        return backend(address, alive=False) if address == FOURTH else full(address)

    stall = diagnose(DRAIN, STILL, stayers(one_is_dead).with_(scheduler=pending(DEST)), PACING, NOW)
    assert stall is not None and stall.cause == "no_room"


def test_no_room_counts_online_disks_only() -> None:
    def broken(address: Address) -> Backend:
        offline = Disk(path="/d", medium="HDD", state="OFFLINE", data_used=0, avail=500 * GB, total=500 * GB)
        return backend(address).with_(disks=(offline, offline.with_(state="ONLINE", avail=0, data_used=500 * GB)))

    stall = diagnose(DRAIN, STILL, stayers(broken).with_(scheduler=pending(DEST)), PACING, NOW)
    assert stall is not None and stall.cause == "no_room"


@pytest.mark.parametrize(
    ("cause", "parts", "words"),
    [
        ("source_unhealthy", {"scheduler": pending("unable to find source replica")}, "no healthy replica"),
        ("scheduler_frozen", {"settings": {"tablet_sched_max_scheduling_tablets": "0"}}, "1,000 tablets are left"),
        ("scheduler_frozen", {"settings": {"max_scheduling_tablets": "0"}}, "is 0"),
        ("recycle_bin", {"recycle_bin": RecycleBin(on_backend={IDS[FIRST]: 1_000}, source="")}, "All 1,000 tablets"),
        ("recycle_bin", {"recycle_bin": RecycleBin(on_backend={IDS[FIRST]: 600}, source="")}, "600 of the 1,000"),
        (
            "too_many_replicas",
            {"replication": (ReplicationCount(replication=4, partitions=7, tablets=70, example="sales.orders"),)},
            "7 partitions want up to 4 replicas, but only 3 nodes remain",
        ),
        ("long_transaction", {"scheduler": pending(WAIT_TXN)}, "wait for a load transaction"),
        ("long_transaction", {"scheduler": pending(WAIT_TXN), "transactions": (transaction(-3_600),)}, "label load-7"),
        ("long_transaction", {"transactions": (transaction(100),)}, "the oldest is 4711 in sales"),
        ("running_alter", {"scheduler": pending("table is in alter process, but tablet status is X")}, "schema change"),
        (
            "running_alter",
            {"alter_jobs": (AlterJob(database="sales", table="orders", kind="SCHEMA_CHANGE", state="RUNNING"),)},
            "SCHEMA_CHANGE of sales.orders (RUNNING)",
        ),
        (
            "colocate_wait",
            {"colocate_groups": GROUPS, "settings": {"tablet_sched_disable_colocate_balance": "true"}},
            "tablet_sched_disable_colocate_balance is true",
        ),
        ("colocate_wait", {"colocate_groups": (GROUPS[0].with_(stable=False),)}, "g_orders are being moved"),
        ("colocate_wait", {"colocate_groups": GROUPS, "scheduler": pending()}, "only colocated tables"),
        (
            "strict_medium",
            {"scheduler": pending(DEST), "settings": {"enable_strict_storage_medium_check": "true"}},
            "their own medium",
        ),
        ("no_destination", {"scheduler": pending(DEST)}, "although these have room"),
        ("location", {"scheduler": misplaced(DEST)}, "by `labels.location`"),
        ("unknown", {"scheduler": pending("something new")}, "the cause is unknown"),
        ("unknown", {"unread": {"scheduler": "access denied"}}, "Not readable: scheduler (access denied)"),
    ],
)
def test_a_cause_needs_its_evidence(cause: str, parts: dict[str, object], words: str) -> None:
    stall = diagnosed(**parts)
    assert stall.cause == cause
    assert words in stall.sentence
    assert stall.advice


@pytest.mark.parametrize(
    "parts",
    [
        {"recycle_bin": RecycleBin(on_backend={IDS[FIRST]: 499, IDS[SECOND]: 5_000}, source="")},
        {"replication": (ReplicationCount(replication=3, partitions=7, tablets=70),)},
        {"transactions": (transaction(300),)},  # began after the last tablet had moved
        {"settings": {"tablet_sched_max_scheduling_tablets": "10000", "enable_strict_storage_medium_check": "true"}},
        {"colocate_groups": GROUPS, "scheduler": Scheduler(pending=5, running=0)},
        {"settings": {"tablet_sched_disable_colocate_balance": "true"}, "colocate_groups": ()},
    ],
)
def test_circumstances_that_prove_nothing_are_not_named(parts: dict[str, object]) -> None:
    assert diagnosed(**parts).cause == "unknown"


@pytest.mark.parametrize(
    ("parts", "cause"),
    [
        ({"transactions": (transaction(-9),)}, "no_destination"),
        ({"alter_jobs": (AlterJob(database="d", table="t", kind="ROLLUP", state="RUNNING"),)}, "no_destination"),
        ({"colocate_groups": (GROUPS[0].with_(stable=False),)}, "no_destination"),
        ({"settings": {"tablet_sched_max_scheduling_tablets": "0"}}, "scheduler_frozen"),
    ],
)
def test_what_the_scheduler_says_counts_more_than_circumstances(parts: dict[str, object], cause: str) -> None:
    assert diagnosed(scheduler=pending(DEST), **parts).cause == cause


@pytest.mark.parametrize(
    ("leaving", "staying", "cause"),
    [
        ("rack:r1", ("rack:r2", "rack:r3", ""), "location"),
        ("rack:r1", ("", "", ""), "location"),
        ("rack:r1", ("rack:r1", "rack:r2", ""), "no_destination"),
        ("", ("rack:r1", "rack:r2", "rack:r3"), "no_destination"),
    ],
)
def test_the_last_node_of_a_label(leaving: str, staying: tuple[str, ...], cause: str) -> None:
    rows = zip((SECOND, THIRD, FOURTH), staying, strict=True)
    target = backend(FIRST, tablets=1_000, decommissioned=True, location=leaving)
    state = look(target, *(backend(address, location=label) for address, label in rows), scheduler=pending(DEST))
    stall = diagnose(DRAIN, STILL, state, PACING, NOW)
    assert stall is not None and stall.cause == cause
    if cause == "location":
        assert leaving in stall.sentence and leaving in stall.advice


def test_a_label_alone_explains_nothing() -> None:
    target = backend(FIRST, tablets=1_000, decommissioned=True, location="rack:r1")
    stall = diagnose(DRAIN, STILL, look(target, backend(SECOND), backend(THIRD), backend(FOURTH)), PACING, NOW)
    assert stall is not None and stall.cause == "unknown"


# What to do


def test_statements_to_copy_are_exact_and_tell_their_cost() -> None:
    frozen = diagnosed(settings={"tablet_sched_max_scheduling_tablets": "0"})
    assert '`ADMIN SET FRONTEND CONFIG ("tablet_sched_max_scheduling_tablets" = "10000")`' in frozen.advice
    held = RecycleBin(on_backend={IDS[FIRST]: 1_000}, source="")
    binned = diagnosed(recycle_bin=held, settings={"catalog_trash_expire_second": "7200"})
    assert "stay for 2 h" in binned.sentence
    assert "RECOVER" in binned.advice and 'Set it back to "7200"' in binned.advice
    job = AlterJob(database="sales", table="orders", kind="ROLLUP", state="RUNNING")
    assert "`CANCEL ALTER TABLE ROLLUP FROM sales.orders`" in diagnosed(alter_jobs=(job,)).advice


def test_the_unknown_says_where_to_look() -> None:
    stall = diagnosed(scheduler=pending("something new"))
    assert f"backend {IDS[FIRST]} lefts … replicas to decommission" in stall.advice
    assert stall.examples == ("tablet 70000: something new",)


def test_every_message_of_the_scheduler_is_known_by_its_source() -> None:
    for message in MESSAGES:
        row = PendingTablet(tablet_id=1, status="", state="", message=f"({message.fragment.upper()} ...)")
        assert cause_of(row) == message.cause
        assert re.match(r"fe: \w+/\w+\.java", message.source)
