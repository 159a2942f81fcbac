"""What a plan lends for its own time: begun, held while other steps go on, given back by the last step, an abort, a close."""

from datetime import timedelta

import pytest

from policies.acts import CancelDecommission, DecommissionBackend, EditConf, RestartProcess, SetSetting
from policies.address import Address
from policies.awaited import BackendDrained, ClusterSettled
from policies.cluster import ClusterState, NodeKind, Role
from policies.leasing import due, forgotten, held, leases, lends, lost, repairing, seen
from policies.operation import LeaseSeen, Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.plan import Plan, Step, Verdict
from policies.playbooks import entry_for
from policies.releases.freeze import to_freeze
from policies.request import OperationKind
from policies.stepping import Finish, Halt, Perform, next_undo
from policies.steps.lend import lend
from policies.undoing import undo_in_hand, undo_steps
from tests.policies.clusters import NOW, changed, mission000, operation, request
from tests.policies.test_releases import LIVE
from tests.policies.test_upgrade_plans import plan as upgrade_plan

SLOTS = "tablet_sched_slot_num_per_path"
LEND, BACK = SetSetting(name=SLOTS, value="16"), SetSetting(name=SLOTS, value="8")
PACING = Pacing()
TARGET, OTHER = "10.84.0.18:9050", "10.84.0.19:9050"


def state(leader: str = "16", others: str = "16", leads: str = "10.84.0.12") -> ClusterState:
    seen_now = mission000()
    frontends = tuple(f.with_(role=Role.LEADER if f.address.host == leads else Role.FOLLOWER) for f in seen_now.frontends)
    each = {f.address.host: {SLOTS: leader if f.address.host == leads else others} for f in frontends}
    return seen_now.with_(settings={**seen_now.settings, SLOTS: "8"}, frontend_settings=each, frontends=frontends)


def planned(*targets: str, seen_now: ClusterState | None = None, **options: str) -> Plan:
    asked = request(*(targets or (TARGET,))).with_(options=options)
    entry = entry_for(OperationKind.DECOMMISSION_BACKEND)
    return entry.make_plan(asked, seen_now or state(), pacing=PACING, revision=1, now=NOW)


PLAN = planned(slots="16")
IDS = [step.id for step in PLAN.steps]


def at(step: int, run: OperationState = OperationState.RUNNING, **more: object) -> Operation:
    return operation(run, step=step, leased=True, **more)


def test_the_drain_lies_between_lending_and_giving_back() -> None:
    assert [f"set-{SLOTS}", f"start-{TARGET}", f"drain-{TARGET}", f"remove-{TARGET}", f"restore-{SLOTS}"] == IDS
    assert (PLAN.steps[0].act, PLAN.steps[-1].act) == (LEND, BACK)
    assert (f"setting {SLOTS}", "8") in [(fact.key, fact.value) for fact in PLAN.facts]
    assert PLAN.nodes_in_hand == (TARGET,)
    assert "it is 16 for the time of this operation, then 8 again" in " ".join(f.sentence for f in PLAN.findings)
    faster, usual = PLAN.estimate, planned().estimate
    assert faster.high_s is not None and usual.high_s is not None and faster.high_s < usual.high_s


@pytest.mark.parametrize(
    ("options", "seen_now", "verdict", "words"),
    [
        ({"slots": "65"}, state(), Verdict.BLOCK, "slots=65 is not allowed"),
        ({"slots": "16"}, mission000(), Verdict.BLOCK, "so nothing could be given back"),
        ({"slots": "8"}, state(), Verdict.OK, "nothing is lent"),
    ],
)
def test_what_is_not_lent(options: dict[str, str], seen_now: ClusterState, verdict: Verdict, words: str) -> None:
    plan = planned(seen_now=seen_now, **options)
    found = next(f for f in plan.findings if words in f.sentence)
    assert found.verdict is verdict and not any(step.lent for step in plan.steps)
    assert (plan.steps == ()) is (verdict is Verdict.BLOCK)


@pytest.mark.parametrize(("step", "begun", "looked_after"), [(0, True, False), (1, True, True), (3, True, True), (4, True, False), (5, False, False)])
def test_from_when_to_when(step: int, begun: bool, looked_after: bool) -> None:
    assert bool(leases(PLAN, step)) is begun
    assert bool(held(PLAN, step)) is looked_after


@pytest.mark.parametrize(
    ("step", "acts"),
    [
        (0, [BACK]),
        (1, [CancelDecommission(address=Address.parse(TARGET), backend_id=18320972), BACK]),
        (2, [CancelDecommission(address=Address.parse(TARGET), backend_id=18320972), BACK]),
        (4, [BACK]),
    ],
)
def test_an_abort_gives_back_after_the_group_in_hand(step: int, acts: list[object]) -> None:
    assert [each.undo for each in undo_steps(PLAN, step)] == acts
    assert all(not each.lent for each in undo_in_hand(PLAN, step)) or step == 0


def test_an_abort_at_the_second_node_leaves_the_first_alone_and_gives_back() -> None:
    plan = planned(TARGET, OTHER, slots="16")
    at_second = next(n for n, step in enumerate(plan.steps) if step.id == f"drain-{OTHER}")
    assert [type(each.undo).__name__ for each in undo_steps(plan, at_second)] == ["CancelDecommission", "SetSetting"]


def test_the_undo_walks_through_both_and_says_both() -> None:
    undoing = at(2, OperationState.UNDOING)
    leaving = changed(state(), "10.84.0.18", decommissioned=True)
    first = next_undo(PLAN, undoing, leaving, PACING, NOW)
    assert isinstance(first, Perform) and isinstance(first.act, CancelDecommission)
    second = next_undo(PLAN, undoing.with_(memory=first.memory), state(), PACING, NOW)
    assert isinstance(second, Perform) and second.act == BACK
    end = next_undo(PLAN, undoing.with_(memory=second.memory.with_(acted_at=NOW)), state("8", "8"), PACING, NOW)
    assert isinstance(end, Finish) and f"Restored: `{SLOTS}` is 8 again." in end.sentence and "stays in the cluster" in end.sentence


def test_a_close_gives_back_even_where_the_undo_is_in_the_way() -> None:
    """Somebody dropped the target and added it again: the undo of the drain halts, so a person closes."""
    stranger = changed(state(), "10.84.0.18", id=99)
    assert isinstance(next_undo(PLAN, at(2, OperationState.UNDOING), stranger, PACING, NOW), Halt)
    closing = at(2, OperationState.UNDOING, closing=True)
    move = next_undo(PLAN, closing, stranger, PACING, NOW)
    assert isinstance(move, Perform) and move.act == BACK
    end = next_undo(PLAN, closing, changed(state("8", "8"), "10.84.0.18", id=99, decommissioned=True), PACING, NOW)
    assert isinstance(end, Finish) and "is 8 again" in end.sentence


@pytest.mark.parametrize(
    ("seen_now", "again"),
    [
        (state("16", "16"), False),
        (state("8", "16"), True),
        (state("16", "8"), True),
        (state("8", "16", leads="10.84.0.19"), True),
        (state().with_(frontend_settings={}), False),
        (state().with_(frontend_settings=None), False),
    ],
)
def test_where_it_got_lost_it_is_set_again(seen_now: ClusterState, again: bool) -> None:
    gone = lost(PLAN, at(2), seen_now)
    assert bool(gone) is again
    for one in gone:
        assert one.act == LEND and "was 8 on 10.84.0.1" in one.sentence


def test_a_follower_that_is_told_in_vain_is_told_no_more_until_it_leads() -> None:
    deaf = state("16", "8")
    gone = lost(PLAN, at(2), deaf)
    told = at(2, lease_seen=seen(PLAN, at(2), deaf, NOW, told=gone))
    assert not lost(PLAN, told, deaf)
    assert told.lease_seen is not None and f"{SLOTS} on 10.84.0.19" in told.lease_seen.deaf
    elected = state("8", "16", leads="10.84.0.19")
    assert lost(PLAN, told, elected)
    listens = told.with_(lease_seen=seen(PLAN, told, state(), NOW))
    assert lost(PLAN, listens, deaf), "it listened meanwhile, and was restarted"


@pytest.mark.parametrize(
    ("run", "step", "looked_s_ago", "wanted"),
    [
        (OperationState.RUNNING, 2, None, True),
        (OperationState.RUNNING, 2, 119, False),
        (OperationState.RUNNING, 2, 120, True),
        (OperationState.RUNNING, 0, None, False),
        (OperationState.RUNNING, 4, None, False),
        (OperationState.PAUSED, 2, None, True),
        (OperationState.HALTED, 2, None, True),
        (OperationState.UNDOING, 2, None, False),
        (OperationState.CLOSED, 2, None, False),
    ],
)
def test_when_the_frontends_are_asked(run: OperationState, step: int, looked_s_ago: float | None, wanted: bool) -> None:
    last = None if looked_s_ago is None else LeaseSeen(at=NOW - timedelta(seconds=looked_s_ago))
    assert due(PLAN, at(step, run, lease_seen=last), PACING, NOW) is wanted
    assert not due(PLAN, at(step, run, lease_seen=last, halted_from="undoing"), PACING, NOW)


def test_a_restarted_frontend_forgets() -> None:
    def doing(act: object) -> Step:
        until = BackendDrained(address=Address.parse(TARGET), backend_id=1)
        return Step(id="x", group="x", title="x", act=act, until=until)  # type: ignore[arg-type]

    there = Address.parse(TARGET)
    assert forgotten(doing(RestartProcess(role=NodeKind.FOLLOWER, address=there)))
    assert not forgotten(doing(RestartProcess(role=NodeKind.BACKEND, address=there)))
    assert not forgotten(doing(EditConf(role=NodeKind.BACKEND, address=there, key="a", value="b", old=None)))
    assert not forgotten(doing(DecommissionBackend(address=there, backend_id=1))) and not forgotten(doing(None))


def test_several_settings_are_given_back_in_the_reverse_order() -> None:
    first, *drain, last = PLAN.steps
    other = first.with_(
        id="set-b", group="b", act=SetSetting(name="b", value="1"), undo=SetSetting(name="b", value="0")
    )
    plan = PLAN.with_(steps=(first, other, *drain, last))
    in_drain = next(n for n, step in enumerate(plan.steps) if step.id == f"drain-{TARGET}")
    assert [each.id for each in leases(plan, in_drain)] == [first.id, "set-b"]
    assert [each.id for each in undo_steps(plan, in_drain)][-2:] == ["set-b", first.id]
    beyond = plan.with_(steps=(*plan.steps, drain[0]))
    assert [each.id for each in leases(beyond, len(beyond.steps) - 1)] == ["set-b"], "the first was given back"


def test_a_drain_with_a_speed_needs_the_setting_for_itself_too() -> None:
    assert (lends(PLAN), lends(planned())) == (("slots",), ())
    assert operation(lends=lends(PLAN)).locks == ("prod", "prod slots")
    tuning = operation(request=request(TARGET).with_(kind=OperationKind.TUNE, options={"slots": "16"}), lends=("slots",))
    assert tuning.locks == ("prod slots",)
    frozen = [lend(one) for one in to_freeze(mission000().with_(settings=LIVE))]
    assert lends(PLAN.with_(steps=tuple(frozen))) == ("balance", "colocate-balance", "max-balancing", "max-scheduling")


@pytest.mark.parametrize(
    ("kind", "targets", "into", "lends"),
    [
        (OperationKind.REPLACE_BACKEND, (TARGET,), ("10.84.91.20:9050",), True),
        (OperationKind.REBUILD_BACKEND, (TARGET,), (), True),
        (OperationKind.MIGRATE, (TARGET, "10.84.0.19:9010"), ("10.84.91.20:9050", "10.84.91.20:9010"), True),
        (OperationKind.MIGRATE, ("10.84.0.19:9010",), ("10.84.91.20:9010",), False),
    ],
)
def test_whatever_drains_can_bring_its_speed(kind: OperationKind, targets: tuple[str, ...], into: tuple[str, ...], lends: bool) -> None:
    asked = request(*targets).with_(kind=kind, into=tuple(map(Address.parse, into)), options={"slots": "16"})
    plan = entry_for(kind).make_plan(asked, state(), pacing=PACING, revision=1, now=NOW)
    assert plan.steps and [step.lent for step in plan.steps].count(True) == lends
    assert ((plan.steps[0].act, plan.steps[-1].act) == (LEND, BACK)) is lends


def test_the_memory_of_the_step_in_hand_is_not_touched_by_holding() -> None:
    memory = StepMemory(step=IDS[2], entered_at=NOW, acted_at=NOW)
    kept = at(2, memory=memory)
    assert kept.with_(lease_seen=seen(PLAN, kept, state(), NOW)).memory == memory


FREEZE = "tablet_sched_max_scheduling_tablets"
"""As an upgrade lends it: 0, with 10000 before."""


ROLL = upgrade_plan()
RESTS = [number for number, step in enumerate(ROLL.steps) if isinstance(step.until, ClusterSettled)]


def rolling(step: int, entered_s_ago: float, **more: object) -> Operation:
    entered = NOW - timedelta(seconds=entered_s_ago)
    memory = StepMemory(step=ROLL.steps[min(step, len(ROLL.steps) - 1)].id, entered_at=entered)
    return operation(OperationState.RUNNING, step=step, leased=True, memory=memory, **{"changed_at": entered, **more})


def frozen(value: str) -> ClusterState:
    lent = {s.act.name: s.act.value for s in ROLL.steps if isinstance(s.act, SetSetting) and s.lent}
    each = {frontend.address.host: {**lent, FREEZE: value} for frontend in mission000().frontends}
    return mission000().with_(frontend_settings=each)


@pytest.mark.parametrize(
    ("step", "waited_s", "changed_s_ago", "seen_for", "wanted"),
    [
        (RESTS[0], 119, 119, "", False),
        (RESTS[0], 120, 120, "", True),
        (RESTS[0], 1200, 30, "", False),
        (RESTS[0], 1200, 30, "here", True),
        (RESTS[1], 30, 30, "before", False),
        (RESTS[0] - 1, 1200, 1200, "", False),
        (RESTS[0] + 1, 1200, 1200, "before", False),
        (len(ROLL.steps), 1200, 1200, "", False),
    ],
)
def test_when_repair_is_let_run(step: int, waited_s: float, changed_s_ago: float, seen_for: str, wanted: bool) -> None:
    """It waits for the cluster to come to rest by itself, counted from this step; what was begun goes on until the step is over."""
    here = ROLL.steps[min(step, len(ROLL.steps) - 1)].id
    last = {"": None, "here": LeaseSeen(at=NOW, repairing=here), "before": LeaseSeen(at=NOW, repairing=ROLL.steps[RESTS[0]].id)}
    then = rolling(step, waited_s, changed_at=NOW - timedelta(seconds=changed_s_ago), lease_seen=last[seen_for])
    assert repairing(ROLL, then, PACING, NOW) == (here if wanted else "")
    if last[seen_for] is not None and step < len(ROLL.steps):
        assert due(ROLL, then, PACING, NOW) is not wanted, "a change of mind is carried out at once"


def test_repair_thaws_the_scheduler_and_nothing_else_and_it_freezes_again() -> None:
    waits = rolling(RESTS[0], 300)
    here = repairing(ROLL, waits, PACING, NOW)
    (thaw,) = lost(ROLL, waits, frozen("0"), repair=here)
    assert thaw.act == SetSetting(name=FREEZE, value="10000") and "until it has" in thaw.why
    thawed = waits.with_(lease_seen=seen(ROLL, waits, frozen("10000"), NOW, told=(thaw,), repair=here))
    assert thawed.lease_seen is not None and thawed.lease_seen.repairing == here and not thawed.lease_seen.deaf
    assert not lost(ROLL, thawed, frozen("10000"), repair=here)
    goes_on = rolling(RESTS[0] + 1, 0, lease_seen=thawed.lease_seen)
    (freeze,) = lost(ROLL, goes_on, frozen("10000"))
    assert freeze.act == SetSetting(name=FREEZE, value="0") and "Frozen again" in freeze.why
    assert FREEZE in [step.act.name for step in leases(ROLL, RESTS[0]) if isinstance(step.act, SetSetting)], "an abort gives it back"


def test_where_no_freeze_is_lent_nothing_is_thawed() -> None:
    bare = ROLL.with_(steps=tuple(step.with_(lent=False) for step in ROLL.steps))
    assert repairing(bare, rolling(RESTS[0], 3_600), PACING, NOW) == ""
