"""What differs between versions: graceful stops, Java, names in fe.conf; the order of nodes and the frozen balancer."""

import pytest

from policies.address import Address
from policies.cluster import ClusterState, ComputeNode, NodeKind, Role
from policies.plan import Verdict
from policies.releases.freeze import judge_freeze, to_freeze
from policies.releases.graceful import frontend_refuses, stops_gracefully, why_plain
from policies.releases.java import (
    ELEVEN,
    NINE,
    NINE_AND_LATER,
    PLAIN,
    forbidden_flags,
    heap,
    heap_bytes,
    jdk,
    needed_jdk,
    winning_variable,
    with_heap,
)
from policies.releases.metadata_flags import ignore_unknown_names, reset_flag
from policies.releases.order import Stage, downgrade_order, explained, upgrade_order
from tests.policies.clusters import changed, mission000

BE, CN, FE = NodeKind.BACKEND, NodeKind.COMPUTE_NODE, NodeKind.FOLLOWER
LIVE = {
    "tablet_sched_max_scheduling_tablets": "10000",
    "tablet_sched_max_balancing_tablets": "500",
    "tablet_sched_disable_balance": "false",
    "tablet_sched_disable_colocate_balance": "false",
}


@pytest.mark.parametrize(
    ("kind", "version", "good"),
    [
        (BE, "3.3.18", False), (BE, "3.3.19", True), (BE, "3.4.7", False), (BE, "3.4.8", True), (BE, "3.5.5", False), (BE, "3.5.6", True),
        (BE, "4.0.0", True), (BE, "3.2.99", False), (BE, "2.5.22", False), (BE, "3.3.19-312ed45", True), (BE, "main-0ab2adc", False),
        (CN, "3.3.16", False), (CN, "3.3.17", True), (CN, "3.4.6", True), (CN, "3.5.1", False), (CN, "3.5.2", True), (CN, "4.1.1", True),
        (FE, "3.4.1", False), (FE, "3.4.2", True), (FE, "3.3.19", False), (FE, "3.5.0", True), (NodeKind.OBSERVER, "3.4.2", True),
        (FE, "3.5.0-rc01", False),
    ],
)  # fmt: skip
def test_who_stops_gracefully(kind: NodeKind, version: str, good: bool) -> None:
    assert stops_gracefully(kind, version) is good
    if not good:
        assert version in why_plain(kind, version)


@pytest.mark.parametrize(
    ("total", "alive", "stops"), [(1, 1, False), (2, 2, False), (3, 3, True), (3, 2, False), (4, 4, True), (4, 3, False), (5, 5, True), (5, 4, True), (5, 3, False)]
)
def test_when_a_frontend_refuses_to_stop_gracefully(total: int, alive: int, stops: bool) -> None:
    one = mission000().frontends[0]
    frontends = tuple(
        one.with_(address=Address(host=f"10.0.0.{n}", port=9010), role=Role.LEADER if n == 0 else Role.FOLLOWER, alive=n < alive) for n in range(total)
    )
    observer = one.with_(address=Address(host="10.0.0.99", port=9010), role=Role.OBSERVER)
    said = frontend_refuses(mission000().with_(frontends=(*frontends, observer)))
    assert (said is None) is stops
    assert said is None or f"{alive} of {total} are alive" in said


@pytest.mark.parametrize(("version", "oldest"), [("2.5.22", 8), ("3.2.15", 8), ("3.3.0", 11), ("3.4.9", 11), ("3.5.0", 17), ("4.1.0", 17), ("main", None)])
def test_the_oldest_jdk(version: str, oldest: int | None) -> None:
    assert needed_jdk(version) == oldest


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17), ('java version "1.8.0_392"', 8), ("11", 11), ("1.8", 8), ("17.0.9", 17), ("21-ea", 21), ("", None),
        ("no java", None), ('openjdk version "11.0.22" 2024-01-16 LTS', 11),
    ],
)  # fmt: skip
def test_a_jdk_from_what_it_says(text: str, number: int | None) -> None:
    assert jdk(text) == number


ALL = (PLAIN, NINE, ELEVEN, NINE_AND_LATER)


@pytest.mark.parametrize(
    ("kind", "version", "running", "present", "wins"),
    [
        (FE, "2.5.22", 8, ALL, PLAIN), (FE, "2.5.22", 11, ALL, NINE), (FE, "3.0.9", 17, (PLAIN,), None),
        (FE, "3.1.13", 8, ALL, PLAIN), (FE, "3.1.13", 17, ALL, ELEVEN), (FE, "3.1.13", 11, (PLAIN, NINE), NINE), (FE, "3.1.13", 11, (PLAIN,), None),
        (FE, "3.2.8", 17, ALL, ELEVEN), (FE, "3.2.9", 17, ALL, PLAIN), (FE, "3.1.14", 17, ALL, PLAIN), (FE, "3.1.14", 11, ALL, ELEVEN),
        (FE, "3.2.9", 9, ALL, PLAIN), (FE, "3.3.3", 9, ALL, NINE), (FE, "3.3.3", 11, ALL, ELEVEN), (FE, "3.3.3", 11, (PLAIN, NINE), NINE),
        (FE, "3.3.3", 11, (PLAIN,), PLAIN), (FE, "3.3.3", 17, ALL, PLAIN), (FE, "3.4.9", 21, ALL, PLAIN), (FE, "3.3.3", 17, (ELEVEN,), None),
        (FE, "3.5.6", 17, ALL, ELEVEN), (FE, "3.5.6", 17, (PLAIN, NINE), PLAIN), (FE, "4.0.1", 17, (PLAIN,), PLAIN), (FE, "main", 17, ALL, None),
        (BE, "2.5.22", 11, ALL, PLAIN), (BE, "3.2.9", 8, ALL, PLAIN), (BE, "3.2.9", 11, ALL, NINE_AND_LATER), (CN, "3.3.3", 17, (PLAIN,), PLAIN),
        (BE, "3.5.0", 17, (PLAIN, NINE_AND_LATER), PLAIN), (BE, "3.5.0", 17, ALL, ELEVEN),
    ],
)  # fmt: skip
def test_which_variable_the_script_reads(kind: NodeKind, version: str, running: int, present: tuple[str, ...], wins: str | None) -> None:
    assert winning_variable(kind, version, running, present) == wins


OLD = '"-Xmx8192m -XX:+UseMembar -XX:+PrintGCDateStamps -XX:+PrintGCDetails -XX:+UseConcMarkSweepGC -XX:CMSInitiatingOccupancyFraction=80 -Xloggc:/x"'


@pytest.mark.parametrize(
    ("running", "found"),
    [
        (8, ()),
        (11, ("-XX:+PrintGCDateStamps",)),
        (17, ("-XX:+UseMembar", "-XX:+PrintGCDateStamps", "-XX:+UseConcMarkSweepGC", "-XX:CMSInitiatingOccupancyFraction=80")),
    ],
)
def test_flags_with_which_a_jdk_does_not_start(running: int, found: tuple[str, ...]) -> None:
    assert forbidden_flags(OLD, running) == found


@pytest.mark.parametrize(
    ("value", "size", "after"),
    [
        ('"-Dx=y -Xmx8192m -XX:+UseG1GC"', "8192m", '"-Dx=y -Xmx16g -XX:+UseG1GC"'),
        ('"-Xmx8g"', "8g", '"-Xmx16g"'),
        ("-Xmx8g -Xmx9g", "9g", "-Xmx16g -Xmx16g"),
        ("-Xmx1073741824", "1073741824", "-Xmx16g"),
        ('"-XX:+UseG1GC"', None, '"-XX:+UseG1GC -Xmx16g"'),
        ('""', None, '"-Xmx16g"'),
        ("", None, "-Xmx16g"),
        ("-Dnote=-Xmx8g", None, "-Dnote=-Xmx8g -Xmx16g"),
        ('"-Xms20g -Xmx20g"', "20g", '"-Xms16g -Xmx16g"'),
        ('"-Xms8g -Xmx20g"', "20g", '"-Xms8g -Xmx16g"'),
    ],
)
def test_the_heap_in_a_value(value: str, size: str | None, after: str) -> None:
    assert heap(value) == size
    assert with_heap(value, "16g") == after
    assert heap(after) == "16g"


@pytest.mark.parametrize("size", ["16", "0g", "16t", "$(id)", "16g -XX:x", "１g", "", "-1g", "16gb"])
def test_a_heap_that_a_shell_might_read_otherwise_is_refused(size: str) -> None:
    with pytest.raises(ValueError, match="no heap size"):
        with_heap("-Xmx8g", size)


def test_a_heap_in_bytes() -> None:
    assert [heap_bytes(size) for size in ("8192m", "8g", "8G", "1073741824", "64k")] == [8 * 1024**3] * 3 + [1024**3, 65536]


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("2.5.22", "metadata_failure_recovery"), ("3.0.9", "metadata_failure_recovery"), ("3.1.9", "metadata_failure_recovery"),
        ("3.1.10", "bdbje_reset_election_group"), ("3.2.4", "metadata_failure_recovery"), ("3.2.5", "bdbje_reset_election_group"),
        ("3.3.0", "bdbje_reset_election_group"), ("4.1.1", "bdbje_reset_election_group"), ("main-0ab2adc", None),
    ],
)  # fmt: skip
def test_the_reset_flag(version: str, name: str | None) -> None:
    assert reset_flag(version) == name


def test_names_under_which_unknown_records_are_skipped() -> None:
    assert [len(ignore_unknown_names(version)) for version in ("3.3.4", "3.3.5", "UNKNOWN")] == [1, 2, 2]
    assert ignore_unknown_names("3.3.5")[0] == "ignore_unknown_log_id"


def full() -> ClusterState:
    seen = changed(mission000(), "10.84.91.16", tablets=7)
    follower = seen.frontends[1]
    observer = follower.with_(name="o", address=Address(host="10.84.91.30", port=9010), role=Role.OBSERVER)
    cn = ComputeNode(id=9, address=Address(host="10.84.91.40", port=9050), alive=True, version=seen.version)
    return seen.with_(frontends=(*seen.frontends, observer), compute_nodes=(cn,))


def test_the_order_going_up() -> None:
    seen = full()
    order = upgrade_order(seen)
    stages = list(dict.fromkeys(turn.stage for turn in order))
    assert stages == [Stage.CANARY, Stage.BACKENDS, Stage.COMPUTE_NODES, Stage.FOLLOWERS, Stage.OBSERVERS, Stage.LEADER]
    assert str(order[0].address) == "10.84.91.16:9050"
    assert order[-1].address == seen.leader.address
    assert len({turn.address for turn in order}) == len(order) == len(seen.nodes)
    assert "BE 10.84.91.16:9050 as the canary, then backends" in explained(order) and "one election" in explained(order)


def test_the_order_going_down() -> None:
    seen = full()
    order = downgrade_order(seen)
    stages = list(dict.fromkeys(turn.stage for turn in order))
    assert stages == [Stage.CANARY, Stage.FOLLOWERS, Stage.OBSERVERS, Stage.LEADER, Stage.BACKENDS, Stage.COMPUTE_NODES]
    assert order[0].kind is NodeKind.FOLLOWER and order[0].address != seen.leader.address
    assert {turn.address for turn in order} == {turn.address for turn in upgrade_order(seen)}


def test_a_cluster_of_compute_nodes_has_a_canary_too() -> None:
    seen = full().with_(backends=())
    assert (upgrade_order(seen)[0].stage, upgrade_order(seen)[0].kind) == (Stage.CANARY, CN)
    alone = seen.with_(compute_nodes=(), frontends=(seen.leader,))
    assert [turn.stage for turn in upgrade_order(alone)] == [turn.stage for turn in downgrade_order(alone)] == [Stage.LEADER]
    assert explained(()) == "There is no node to change."


def test_the_balancer_is_frozen_under_the_names_that_are_shown() -> None:
    seen = mission000().with_(settings=LIVE)
    assert [(each.name, each.new, each.old) for each in to_freeze(seen)] == [
        ("tablet_sched_max_scheduling_tablets", "0", "10000"),
        ("tablet_sched_max_balancing_tablets", "0", "500"),
        ("tablet_sched_disable_balance", "true", "false"),
        ("tablet_sched_disable_colocate_balance", "true", "false"),
    ]
    assert [(f.verdict, f.told) for f in judge_freeze(seen)] == [(Verdict.OK, True)] * 2
    assert "`tablet_sched_max_scheduling_tablets` is 10000 until they are repaired" in judge_freeze(seen)[1].sentence
    old = mission000().with_(settings={"max_scheduling_tablets": "2000", "max_balancing_tablets": "100", "disable_balance": "false", "disable_colocate_balance": "false"})
    assert [each.name for each in to_freeze(old)] == ["max_scheduling_tablets", "max_balancing_tablets", "disable_balance", "disable_colocate_balance"]
    assert [each.old for each in to_freeze(old)][:2] == ["2000", "100"]


def test_it_is_never_frozen_while_a_node_is_leaving() -> None:
    seen = changed(mission000().with_(settings=LIVE), "10.84.0.18", decommissioned=True)
    (found,) = judge_freeze(seen)
    assert found.verdict is Verdict.BLOCK and "10.84.0.18:9050 is being drained" in found.sentence


def test_what_was_frozen_before_stays_so_and_is_told() -> None:
    seen = mission000().with_(settings={**LIVE, "tablet_sched_disable_balance": "TRUE"})
    assert "tablet_sched_disable_balance" not in [each.name for each in to_freeze(seen)]
    warned = judge_freeze(seen)[-1]
    assert warned.verdict is Verdict.WARN and "`tablet_sched_disable_balance` is frozen already" in warned.sentence


def test_what_cannot_be_given_back_is_not_frozen() -> None:
    (found,) = judge_freeze(mission000().with_(settings={**{k: v for k, v in LIVE.items() if "colocate" not in k}}))
    assert found.verdict is Verdict.BLOCK and "tablet_sched_disable_colocate_balance" in found.sentence
