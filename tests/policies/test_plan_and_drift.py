"""The plan of a decommission, its digest, what drift voids it, and the room it promises."""

import pytest

from policies.drift import compare
from policies.estimate import DrainRecord
from policies.pacing import Pacing
from policies.plan import BackendDrained, DecommissionBackend, DropBackend, Plan
from policies.playbooks import MENU, entry_for
from policies.request import OperationKind
from policies.room import measure, spread, usable_bytes
from policies.statements import quoted, statement_of
from policies.units import GIB
from tests.policies.clusters import NOW, address, changed, free, mission000, one_replica, request, with_settings


def plan_of(*targets: str, state: object = None, revision: int = 1, history: tuple[DrainRecord, ...] = ()) -> Plan:
    entry = entry_for(OperationKind.DECOMMISSION_BACKEND)
    look = state or mission000()
    return entry.make_plan(request(*targets), look, pacing=Pacing(), revision=revision, now=NOW, history=history)  # type: ignore[arg-type]


def test_three_steps_for_each_node_in_the_order_typed() -> None:
    plan = plan_of("10.84.0.19:9050", "10.84.0.18:9050")
    assert [step.id for step in plan.steps] == [
        "start-10.84.0.19:9050", "drain-10.84.0.19:9050", "remove-10.84.0.19:9050",
        "start-10.84.0.18:9050", "drain-10.84.0.18:9050", "remove-10.84.0.18:9050",
    ]  # fmt: skip
    start, drain, remove = plan.steps[:3]
    assert isinstance(start.act, DecommissionBackend) and start.act.backend_id == 10004
    assert drain.act is None and isinstance(drain.until, BackendDrained)
    assert isinstance(remove.act, DropBackend) and remove.undo is None and remove.point_of_no_return


def test_the_statements_are_exact() -> None:
    acts = [step.act for step in plan_of("10.84.0.18:9050").steps if step.act]
    assert [statement_of(act) for act in acts] == [
        'ALTER SYSTEM DECOMMISSION BACKEND "10.84.0.18:9050"',
        'ALTER SYSTEM DROP BACKEND "10.84.0.18:9050"',
    ]


@pytest.mark.parametrize("host", ['a"b', "a'b", "a;b", "a b", "a\\b", "a\nb"])
def test_nothing_but_an_address_reaches_a_statement(host: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        quoted(address("h:9050").with_(host=host))


def test_a_wrong_target_has_no_steps() -> None:
    plan = plan_of("10.84.0.81:9050")
    assert plan.blocked and not plan.steps


def test_the_digest_binds_what_runs() -> None:
    plan = plan_of("10.84.0.18:9050")
    same = plan_of("10.84.0.18:9050")
    assert plan.digest == same.digest
    assert plan.digest != plan.with_(targets=(address("10.84.0.19:9050"),)).digest
    assert plan.digest != plan.with_(steps=plan.steps[:2]).digest
    assert plan.digest != plan.with_(revision=2).digest
    assert plan.digest != plan.with_(facts=plan.facts[1:]).digest
    assert plan.digest == plan.with_(estimate=plan.estimate.with_(low_s=1.0)).digest


FINE = mission000()
DRIFTS = [
    ("nothing", FINE, 0, 0),
    ("a little more data", changed(FINE, "10.84.0.18", data_used=int(380 * GIB)), 0, 1),
    ("twice the data", changed(FINE, "10.84.0.18", data_used=int(750 * GIB)), 1, 0),
    ("some tablets more", changed(FINE, "10.84.0.18", tablets=89_500), 0, 1),
    ("another is down", changed(FINE, "10.84.91.16", alive=False), 1, 1),
    ("another leaves", changed(FINE, "10.84.91.16", decommissioned=True), 1, 1),
    ("the node was added again", changed(FINE, "10.84.0.18", id=99), 1, 0),
    ("somebody froze the scheduler", with_settings(FINE, tablet_sched_max_scheduling_tablets="0"), 1, 0),
    ("room went", free(FINE, "10.84.91.16", 300), 1, 0),
    ("only the leader moved", FINE.with_(frontends=FINE.frontends[::-1]), 0, 0),
]


@pytest.mark.parametrize(("state", "material", "at_least_harmless"), [d[1:] for d in DRIFTS], ids=[d[0] for d in DRIFTS])
def test_drift(state: object, material: int, at_least_harmless: int) -> None:
    drift = compare(plan_of("10.84.0.18:9050").facts, plan_of("10.84.0.18:9050", state=state).facts)
    assert bool(drift.material) == bool(material), drift
    if not material:
        assert len(drift.harmless) == at_least_harmless, drift


def test_a_fact_that_appears_or_goes_is_material() -> None:
    facts = plan_of("10.84.0.18:9050").facts
    assert compare(facts, facts[1:]).material == ("BE 10.84.0.12:9050: was id 17766290, alive, staying, now it is gone.",)
    assert "was not there when the plan was made" in compare(facts[1:], facts).material[0]


def test_room_after_the_drain_is_where_there_was_room() -> None:
    state, target = mission000(), (address("10.84.0.18:9050"),)
    rooms = {str(room.address): room for room in spread(target, state)}
    assert rooms["10.84.0.18:9050"].used_after is None
    assert rooms["10.84.0.12:9050"].used_after == rooms["10.84.0.12:9050"].used_before
    added = sum((room.used_after or 0) - room.used_before for room in rooms.values() if room.used_after is not None)
    assert abs(added - measure(target, state).need) < GIB


def test_a_disk_keeps_the_smaller_reserve_free() -> None:
    state = mission000()
    disks = {b.address.host: (b.disks or ())[0] for b in state.backends}
    assert usable_bytes(disks["10.84.0.12"], state) == 0
    expected = disks["10.84.91.16"].avail - disks["10.84.91.16"].data_total * 10 // 100
    assert usable_bytes(disks["10.84.91.16"], state) == expected
    loose = with_settings(state, storage_usage_soft_limit_percent="99")
    assert usable_bytes(disks["10.84.0.12"], loose) > 0


def test_the_estimate_learns_from_measured_drains() -> None:
    unmeasured = plan_of("10.84.0.18:9050").estimate
    measured = plan_of("10.84.0.18:9050", history=(DrainRecord(tablets=9000, data_bytes=1, seconds=900),)).estimate
    assert "no drain was measured" in unmeasured.reason and "1 earlier" in measured.reason
    assert measured.low_s is not None and measured.high_s is not None
    assert measured.low_s < 8897 < measured.high_s


def test_one_replica_tables_are_on_the_card_but_allowed() -> None:
    plan = plan_of("10.84.0.18:9050", state=one_replica(mission000()))
    assert not plan.blocked and any(finding.check == "one_replica" for finding in plan.findings)


def test_the_menu_names_each_kind_once() -> None:
    assert [entry.kind for entry in MENU] == list(dict.fromkeys(entry.kind for entry in MENU)) == list(OperationKind)
