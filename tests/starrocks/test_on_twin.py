"""The client and the looks on the simulated cluster, which knows StarRocks from its source and not from us."""

from collections.abc import Iterator

import pytest

from policies.acts import CancelDecommission, DecommissionBackend, SetBlacklist, SetVariable
from policies.address import Address
from policies.cluster import NodeKind, RunMode
from policies.releases.set_first import NAMES, VARIABLES
from tests.starrocks.printed_rows import rows
from tests.starrocks.twin_frontends import listening
from workers.starrocks import Depth, OutcomeUnknown, Refused, Unreachable, look_live, nodes, parts, perform, queries
from workers.starrocks.client import forget_preferences
from workers.twin import Twin

LEADER, FOLLOWER = "10.84.0.12", "10.84.0.19"
TARGET = Address(host="10.84.0.18", port=9050)
LEAVING = 18320972
DECOMMISSION = DecommissionBackend(address=TARGET, backend_id=LEAVING)


@pytest.fixture(autouse=True)
def start_anew() -> None:
    forget_preferences()


@pytest.fixture
def twin() -> Iterator[Twin]:
    """Every statement we send must be one that the twin was taught."""
    running = Twin.from_scenario("mission000")
    yield running
    assert [entry.sql for entry in running.log if entry.unknown] == []


def heard(twin: Twin) -> list[str]:
    return [entry.sql for entry in twin.log if entry.user == "sr_bot"]


def test_a_full_look_equals_the_printed_rows(twin: Twin) -> None:
    with listening(twin) as cluster:
        state = look_live(cluster, Depth.FULL, (TARGET,))
    assert state.unread == {}
    printed = {b.id: b for b in map(nodes.backend, rows("backends"))}
    for backend in state.backends:
        as_printed = printed.pop(backend.id)
        # The print shows another zone's clock; all else is compared.
        same_clock = {"last_start": None, "last_heartbeat": None, "disks": None}
        assert backend.with_(**same_clock) == as_printed.with_(**same_clock)
        assert backend.disks
        assert sum(disk.data_used for disk in backend.disks) == backend.data_used
    assert printed == {}
    assert [str(f.address) for f in state.frontends] == [str(nodes.frontend(row).address) for row in rows("frontends")]
    assert state.health is not None
    assert state.health.replicas == sum(b.tablets for b in state.backends) == 288_414
    assert sum(r.partitions for r in state.replication or ()) == state.health.partitions
    assert max(r.replication for r in state.replication or ()) == 3
    assert state.one_replica
    assert state.recycle_bin is not None
    assert state.recycle_bin.on_backend == {LEAVING: 0}
    assert state.privileges is not None
    assert state.privileges.missing == ()


@pytest.mark.parametrize(
    ("depth", "most"), [(Depth.GLANCE, 1), (Depth.WATCH, 2), (Depth.VARIABLES, 3), (Depth.STATUS, 4)], ids=lambda value: str(value)
)
def test_cost_of_a_look_connecting_included(twin: Twin, depth: Depth, most: int) -> None:
    with listening(twin) as cluster:
        look_live(cluster, depth)
    assert len(heard(twin)) == 1 + most


@pytest.mark.parametrize("depth", [Depth.BLACKLISTS, Depth.SETTINGS, Depth.ANSWERS], ids=str)
def test_each_frontend_is_asked_one_thing_and_told_nothing(twin: Twin, depth: Depth) -> None:
    """Two for the lists, one for each frontend; only the session that began it says what time zone it wants."""
    with listening(twin) as cluster:
        state = look_live(cluster, depth)
    said = heard(twin)
    assert len(said) == 1 + 2 + len(state.frontends) and [sql for sql in said if sql.startswith("SET")] == [queries.SESSION]
    assert state.answered_by == f"{LEADER}:9030"


def test_a_blacklist_costs_a_statement_for_each_frontend(twin: Twin) -> None:
    act = SetBlacklist(role=NodeKind.BACKEND, address=TARGET, node_id=LEAVING, listed=True)
    with listening(twin) as cluster:
        perform(cluster, act)
        lists = look_live(cluster, Depth.BLACKLISTS).blacklists
    assert lists is not None and set(lists.values()) == {frozenset({LEAVING})}
    assert heard(twin)[:2] == [queries.SESSION, queries.FRONTENDS.sql]
    assert heard(twin)[2 : 2 + len(lists)] == [f"ADD BACKEND BLACKLIST {LEAVING}"] * len(lists)


def test_what_hops_want_is_read_and_nothing_beside_it(twin: Twin) -> None:
    with listening(twin) as cluster:
        variables = look_live(cluster, Depth.VARIABLES).variables
        settings = look_live(cluster, Depth.FULL, (TARGET,)).settings
        each = look_live(cluster, Depth.SETTINGS).frontend_settings
    assert variables is not None and set(variables) == set(VARIABLES)
    assert set(settings) >= NAMES and "qe_max_connection" not in settings
    assert each is not None and all(set(found) >= NAMES for found in each.values())


def test_a_global_variable_is_set_from_any_frontend_and_seen_on_the_leader(twin: Twin) -> None:
    act = SetVariable(name="cbo_enable_low_cardinality_optimize", value="false")
    with listening(twin, FOLLOWER) as cluster:
        perform(cluster, act)
        forget_preferences()
        state = look_live(cluster, Depth.VARIABLES)
    assert state.variables is not None and state.variables[act.name] == "false"


def test_twelve_statements_a_minute_allow_a_watch_every_15_seconds(twin: Twin) -> None:
    with listening(twin) as cluster:
        for _ in range(4):
            look_live(cluster, Depth.WATCH)
    assert len(heard(twin)) <= 12


@pytest.mark.parametrize("columns", ["2.5", "3.2", "3.3.3", "4.0"])
def test_every_version_can_be_read(columns: str) -> None:
    twin = Twin.from_scenario("mission000", columns=columns)
    with listening(twin) as cluster:
        state = look_live(cluster, Depth.FULL, (TARGET,))
        evidence = look_live(cluster, Depth.EVIDENCE, (TARGET,))
    expected = {parts.NO_PARTITIONS_META} if columns == "2.5" else set()
    assert state.unread.keys() == expected
    assert state.version.startswith(columns[:3])
    assert state.one_replica
    assert state.replication
    assert evidence.recycle_bin is not None or columns == "2.5"
    assert [entry.sql for entry in twin.log if entry.unknown] == []


def test_cluster_admin_alone_is_not_enough(twin: Twin) -> None:
    with listening(twin, user="sr_limited") as cluster:
        state = look_live(cluster, Depth.FULL, (TARGET,))
    assert state.replication == ()
    assert {"health", "settings", "scheduler", "disks"} <= state.unread.keys()
    assert state.privileges is not None
    assert [("OPERATE" in words) for words in state.privileges.missing] == [True]


def test_a_follower_alone_can_be_read_but_not_for_its_settings(twin: Twin) -> None:
    with listening(twin, FOLLOWER) as cluster:
        state = look_live(cluster, Depth.FULL, (TARGET,))
    assert list(state.unread) == ["settings of the leader"]
    assert state.answered_by == f"{FOLLOWER}:9030"


def test_a_follower_passes_on_what_its_own_memory_has_wrong(twin: Twin) -> None:
    with listening(twin, LEADER) as leading, listening(twin, FOLLOWER) as following:
        perform(leading, DECOMMISSION)
        twin.advance(1800)
        true, passed_on = look_live(leading, Depth.FULL, (TARGET,)), look_live(following, Depth.FULL, (TARGET,))
    assert true.backends[1].data_used < nodes.backend(rows("backends")[1]).data_used
    assert passed_on.backends == true.backends
    assert passed_on.health == true.health


def test_through_a_change_of_leader(twin: Twin) -> None:
    with listening(twin) as cluster:
        assert look_live(cluster, Depth.FULL).answered_by == f"{LEADER}:9030"
        twin.inject("leader_lost", returns_after_s=600)
        twin.advance(1)
        with pytest.raises((Refused, Unreachable)):
            look_live(cluster, Depth.WATCH)
        twin.advance(60)
        state = look_live(cluster, Depth.FULL, (TARGET,))
    assert state.leader is not None
    assert state.leader.address.host != LEADER
    assert state.answered_by == f"{state.leader.address.host}:9030"
    assert state.unread == {}


def decommissioned(twin: Twin) -> bool:
    with listening(twin) as cluster:
        backend = look_live(cluster, Depth.GLANCE).backend_by_id(LEAVING)
    assert backend is not None
    return backend.decommissioned


def test_an_act_and_its_undo(twin: Twin) -> None:
    with listening(twin) as cluster:
        perform(cluster, DECOMMISSION)
        assert decommissioned(twin)
        perform(cluster, CancelDecommission(address=TARGET, backend_id=LEAVING))
        assert not decommissioned(twin)


@pytest.mark.parametrize(("fault", "took_effect"), [("cut_before", False), ("statement_timeout", True)])
def test_a_lost_reply_is_unknown_and_a_look_tells(twin: Twin, fault: str, took_effect: bool) -> None:
    twin.inject(fault, matching="DECOMMISSION")
    with listening(twin) as cluster, pytest.raises(OutcomeUnknown):
        perform(cluster, DECOMMISSION)
    assert decommissioned(twin) is took_effect


def test_a_refusal_changes_nothing_and_keeps_its_words() -> None:
    twin = Twin.from_scenario("before-join")
    with listening(twin) as cluster, pytest.raises(Refused, match="insufficient"):
        perform(cluster, DECOMMISSION)
    assert twin.effects == []


def test_an_act_sent_to_a_follower_reaches_the_leader(twin: Twin) -> None:
    with listening(twin, FOLLOWER) as cluster:
        perform(cluster, DECOMMISSION)
    assert decommissioned(twin)


def test_what_the_recycle_bin_holds_on_the_node(twin: Twin) -> None:
    twin.inject("recycle_bin", at="10.84.0.18", tablets=40, seconds=3600)
    with listening(twin) as cluster:
        planned = look_live(cluster, Depth.FULL, (TARGET,))
        stalled = look_live(cluster, Depth.EVIDENCE, (TARGET,)).recycle_bin
    assert planned.health is not None
    assert planned.recycle_bin is not None
    assert stalled is not None
    assert planned.recycle_bin.on_backend == stalled.on_backend
    in_all = sum(b.tablets for b in planned.backends) - planned.health.replicas
    assert 40 <= planned.recycle_bin.on_backend[LEAVING] <= in_all


@pytest.mark.parametrize("columns", ["2.5", "3.2", "3.3.3", "4.0"])
def test_what_the_scheduler_gave_up_explains_a_stall(columns: str) -> None:
    twin = Twin.from_scenario("small", columns=columns)
    twin.inject("source_unhealthy", at="10.84.0.18:9050", tablets=3)
    twin.as_somebody('ALTER SYSTEM DECOMMISSION BACKEND "10.84.0.18:9050"')
    twin.advance(910)
    with listening(twin) as cluster:
        scheduler = look_live(cluster, Depth.EVIDENCE, (TARGET,)).scheduler
    assert scheduler is not None
    assert scheduler.pending == 0, "in the queue there is nothing to see"
    assert {tablet.message for tablet in scheduler.examples} == {"unable to find source replica"}


def test_a_load_and_a_schema_change_are_seen(twin: Twin) -> None:
    twin.inject("long_transaction", age_s=7200)
    twin.inject("alter_job")
    with listening(twin) as cluster:
        state = look_live(cluster, Depth.FULL, (TARGET,))
    assert state.transactions
    prepared = state.transactions[0].prepared
    assert prepared is not None
    assert twin.epoch + twin.now - prepared.timestamp() == pytest.approx(7200, abs=60)
    assert [job.state for job in state.alter_jobs or ()] != []


def test_routine_loads_are_seen_with_their_state_but_not_those_that_ended(twin: Twin) -> None:
    for job, state in (("orders", "RUNNING"), ("clicks", "PAUSED"), ("old", "STOPPED"), ("it's", "RUNNING")):
        twin.inject("routine_load", job=job, database="ods", state=state, reason="why")
    with listening(twin) as cluster:
        state = look_live(cluster, Depth.ROUTINE_LOADS, (TARGET,))
    assert [(load.database, load.name, load.state, load.paused_at is None) for load in state.routine_loads or ()] == [
        ("ods", "clicks", "PAUSED", False), ("ods", "orders", "RUNNING", True),
    ]  # fmt: skip
    assert state.unread == {"a routine load": "not a routine load's name: \"it's\""}


def test_shared_data() -> None:
    twin = Twin.from_scenario("shared-data")
    with listening(twin) as cluster:
        glance = look_live(cluster, Depth.GLANCE)
        state = look_live(cluster, Depth.FULL, (glance.backends[0].address,))
    assert glance.run_mode is state.run_mode is RunMode.SHARED_DATA
    assert state.compute_nodes
    assert (state.replication, state.recycle_bin) == (None, None)
    assert state.unread == {}
    assert not any(queries.REPLICATION.sql == sql for sql in heard(twin))


@pytest.mark.parametrize("depth", [Depth.GLANCE, Depth.WATCH, Depth.NODES])
def test_a_dropped_frontend_that_lives_on_is_not_held_to(twin: Twin, depth: Depth) -> None:
    """It lets people log in for ever, so whoever tried it once, while the leader was away, would ask it for ever."""
    with listening(twin, FOLLOWER, LEADER) as cluster:
        twin.as_somebody(f'ALTER SYSTEM DROP FOLLOWER "{FOLLOWER}:9010"')
        state = look_live(cluster, depth)
        assert state.answered_by.startswith(LEADER) and len(state.backends) == 5
        assert look_live(cluster, depth).answered_by.startswith(LEADER)


def test_when_no_frontend_is_of_use_the_refusal_is_told(twin: Twin) -> None:
    with listening(twin, FOLLOWER) as cluster:
        twin.as_somebody(f'ALTER SYSTEM DROP FOLLOWER "{FOLLOWER}:9010"')
        with pytest.raises(Refused, match="not a member any more"):
            look_live(cluster, Depth.GLANCE)
