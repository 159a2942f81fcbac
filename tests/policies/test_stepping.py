"""The moves of a drain: in peace, one look at a time, aborted, and interrupted at every point."""

import pytest

from policies.acts import CancelDecommission, DecommissionBackend, DropBackend
from policies.operation import OperationState, StepMemory
from policies.pacing import Pacing
from policies.stepping import Advance, Finish, Halt, Perform, Wait, effect_visible, next_move, next_undo
from policies.undoing import undo_steps
from tests.policies.drains import (
    FIRST,
    FOURTH,
    IDS,
    PACING,
    SECOND,
    THIRD,
    at,
    backend,
    draining,
    look,
    look_at,
    operation_at,
    plan_for,
)
from tests.policies.small_cluster import Crash, SmallCluster, SmallEngine

S = OperationState
DECOMMISSION, CANCEL, DROP = (
    act(address=FIRST, backend_id=IDS[FIRST]) for act in (DecommissionBackend, CancelDecommission, DropBackend)
)
PLAN = plan_for(FIRST)


def started(step: str = "start", **changes: object) -> StepMemory:
    return StepMemory(step=f"{step}-{FIRST}", entered_at=at(0)).with_(**changes)


# In peace


@pytest.mark.parametrize(("removes", "sent"), [(True, [DECOMMISSION]), (False, [DECOMMISSION, DROP])])
def test_a_drain_ends_both_ways(removes: bool, sent: list[object]) -> None:
    engine = SmallEngine(PLAN, SmallCluster(removes=removes))
    engine.run()
    assert engine.operation.state is S.DONE
    assert engine.sent == sent
    assert FIRST not in engine.cluster.rows


def test_nodes_leave_one_after_the_other() -> None:
    engine = SmallEngine(plan_for(FIRST, SECOND), SmallCluster())
    engine.run()
    assert [act.address for act in engine.sent] == [FIRST, SECOND]
    assert set(engine.cluster.rows) == {THIRD, FOURTH}


@pytest.mark.parametrize("tablets", [3_000, 30_000, 90_000])
@pytest.mark.parametrize("removes", [True, False])
def test_the_end_is_seen_soon_and_looks_are_few(tablets: int, removes: bool) -> None:
    cluster = SmallCluster(tablets=tablets, removes=removes)
    engine = SmallEngine(plan_for(FIRST, tablets=tablets), cluster)
    engine.run(limit_s=50_000)
    own_time = 150 + tablets / 20 + (10 if removes else 60)
    assert cluster.now <= own_time * 1.02 + 13
    assert engine.looks <= cluster.now / 12 + 10


def test_the_second_look_is_due_exactly_when_it_counts() -> None:
    memory = draining([(0, 100), (300, 0)]).with_(first_true_at=at(300))
    move = next_move(PLAN, operation_at(1, memory), look_at(0), PACING, at(355))
    assert isinstance(move, Wait) and move.after_s == pytest.approx(5)
    assert isinstance(next_move(PLAN, operation_at(1, memory), look_at(0), PACING, at(360)), Advance)


def test_waits_shrink_with_the_speed_of_a_twin() -> None:
    slow = next_move(PLAN, operation_at(1), look_at(3_000), PACING, at(0))
    fast = next_move(PLAN, operation_at(1), look_at(3_000), Pacing(speed=100), at(0))
    assert isinstance(slow, Wait) and isinstance(fast, Wait)
    assert fast.after_s == pytest.approx(slow.after_s / 100)


# One look at a time


def test_the_first_move_sends_the_statement_of_the_plan() -> None:
    move = next_move(PLAN, operation_at(0), look_at(3_000, leaving=False), PACING, at(0))
    assert isinstance(move, Perform)
    assert move.statement == 'ALTER SYSTEM DECOMMISSION BACKEND "10.84.0.18:9050"'
    assert move.memory.intended_at is None


def test_a_node_that_is_leaving_already_is_not_told_again() -> None:
    move = next_move(PLAN, operation_at(0), look_at(3_000), PACING, at(0))
    assert isinstance(move, Advance)
    assert "was already leaving" in move.sentence


def test_a_lost_reply_is_recognised_by_its_effect() -> None:
    move = next_move(PLAN, operation_at(0, started(intended_at=at(1))), look_at(3_000), PACING, at(5))
    assert isinstance(move, Advance)
    assert "its reply was lost" in move.sentence


def test_an_intent_without_effect_is_sent_again() -> None:
    move = next_move(PLAN, operation_at(0, started(intended_at=at(1))), look_at(3_000, leaving=False), PACING, at(5))
    assert isinstance(move, Perform)


@pytest.mark.parametrize(("after", "kind"), [(59, Wait), (60, Halt)])
def test_an_accepted_statement_without_effect_is_not_waited_for_for_ever(after: float, kind: type) -> None:
    memory = started(intended_at=at(0), acted_at=at(0))
    move = next_move(PLAN, operation_at(0, memory), look_at(3_000, leaving=False), PACING, at(after))
    assert isinstance(move, kind)
    if isinstance(move, Halt):
        assert "StarRocks accepted" in move.sentence


def test_a_retry_asks_anew() -> None:
    memory = started(entered_at=at(100), intended_at=at(0), acted_at=at(0))
    move = next_move(PLAN, operation_at(0, memory), look_at(3_000, leaving=False), PACING, at(101))
    assert isinstance(move, Perform)


def test_memory_of_another_step_says_nothing_about_this_one() -> None:
    memory = started("remove", intended_at=at(0), acted_at=at(0))
    assert isinstance(next_move(PLAN, operation_at(0, memory), look_at(9, leaving=False), PACING, at(999)), Perform)


def test_an_empty_node_list_is_not_believed() -> None:
    for step in range(3):
        assert isinstance(next_move(PLAN, operation_at(step), look(), PACING, at(0)), Wait)
    assert isinstance(next_undo(PLAN, operation_at(1, state=S.UNDOING), look(), PACING, at(0)), Wait)


def test_a_node_that_is_not_listed_cannot_be_told() -> None:
    move = next_move(PLAN, operation_at(0), look_at(None), PACING, at(0))
    assert isinstance(move, Halt) and "not listed" in move.sentence


def test_after_the_last_step_there_is_an_end() -> None:
    assert isinstance(next_move(PLAN, operation_at(3), look_at(None), PACING, at(0)), Finish)


@pytest.mark.parametrize(
    ("tablets", "leaving", "behind", "why"),
    [
        (1, True, True, "still holds 1 tablets"),
        (0, False, True, "no longer leaving"),
        (0, True, False, "no drain"),
    ],
)
def test_a_node_is_not_dropped_unless_it_is_drained(tablets: int, leaving: bool, behind: bool, why: str) -> None:
    plan = PLAN if behind else PLAN.with_(steps=PLAN.steps[2:])
    move = next_move(plan, operation_at(2 if behind else 0), look_at(tablets, leaving), PACING, at(0))
    assert isinstance(move, Halt)
    assert why in move.sentence


def test_an_empty_flagged_row_is_dropped_also_when_the_reply_was_lost() -> None:
    for memory in (None, started("remove", intended_at=at(0))):
        move = next_move(PLAN, operation_at(2, memory), look_at(0), PACING, at(5))
        assert isinstance(move, Perform) and move.act == DROP


@pytest.mark.parametrize(
    ("changes", "words"),
    [({}, "by itself"), ({"intended_at": at(1)}, "is gone"), ({"intended_at": at(1), "acted_at": at(1)}, "is gone")],
)
def test_who_removed_the_row(changes: dict[str, object], words: str) -> None:
    move = next_move(PLAN, operation_at(2, started("remove", **changes)), look_at(None), PACING, at(5))
    assert isinstance(move, Advance) and words in move.sentence


def test_effects() -> None:
    leaving, staying, gone = look_at(5), look_at(5, leaving=False), look_at(None)
    assert [effect_visible(DECOMMISSION, s) for s in (leaving, staying, gone)] == [True, False, False]
    assert [effect_visible(CANCEL, s) for s in (leaving, staying, gone)] == [False, True, True]
    assert [effect_visible(DROP, s) for s in (leaving, staying, gone, look())] == [False, False, True, False]


# Undo


def test_the_steps_to_undo_are_those_of_the_group_in_hand() -> None:
    plan = plan_for(FIRST, SECOND)
    ids = [[step.id for step in undo_steps(plan, index)] for index in range(len(plan.steps) + 1)]
    first, second = [f"start-{FIRST}"], [f"start-{SECOND}"]
    assert ids[0] == first and ids[3] == second
    # The undo of start and drain is one and the same, so it acts once.
    assert [len(found) for found in ids] == [1, 1, 1, 1, 1, 1, 0]
    assert ids[1] == ids[2] == [f"drain-{FIRST}"] and ids[5] == [f"drain-{SECOND}"]


def test_a_group_behind_its_point_of_no_return_has_no_undo() -> None:
    after = PLAN.steps[2].with_(id="after", act=None, point_of_no_return=False)
    assert undo_steps(PLAN.with_(steps=(*PLAN.steps, after)), 3) == ()


def test_an_abort_cancels_and_says_what_stays_moved() -> None:
    engine = SmallEngine(PLAN, SmallCluster())
    while engine.operation.step == 0 or engine.cluster.rows[FIRST].tablets == 3_000:
        engine.turn()
        engine.cluster.tick(30)
    engine.abort()
    engine.run()
    assert engine.operation.state is S.UNDONE
    assert engine.sent == [DECOMMISSION, CANCEL]
    assert "Undone: 10.84.0.18:9050 stays in the cluster." in engine.said[-1]
    assert "of 3,000 tablets had moved already" in engine.said[-1]


def test_an_abort_before_the_first_statement_sends_nothing() -> None:
    engine = SmallEngine(PLAN, SmallCluster())
    engine.abort()
    engine.run()
    assert (engine.operation.state, engine.sent) == (S.UNDONE, [])
    assert "nothing had to be undone" in engine.said[-1]


def test_an_abort_after_the_end_says_that_it_is_too_late() -> None:
    move = next_undo(PLAN, operation_at(1, state=S.UNDOING), look_at(None), PACING, at(0))
    assert isinstance(move, Finish) and "no longer in the cluster" in move.sentence


def test_an_abort_at_the_second_node_tells_that_the_first_is_gone_for_good() -> None:
    engine = SmallEngine(plan_for(FIRST, SECOND), SmallCluster())
    while engine.operation.step < 4:
        engine.turn()
        engine.cluster.tick(12)
    engine.abort()
    engine.run()
    assert [type(act) for act in engine.sent] == [DecommissionBackend, DecommissionBackend, CancelDecommission]
    assert f"{FIRST} has left the cluster for good" in engine.said[-1]
    assert not engine.cluster.rows[SECOND].decommissioned


def test_a_dead_node_can_still_be_kept() -> None:
    dead = look(backend(FIRST, alive=False, decommissioned=True), backend(SECOND), backend(THIRD), backend(FOURTH))
    assert isinstance(next_undo(PLAN, operation_at(1, state=S.UNDOING), dead, PACING, at(0)), Perform)
    kept = look(backend(FIRST, alive=False), backend(SECOND), backend(THIRD), backend(FOURTH))
    move = next_undo(PLAN, operation_at(1, state=S.UNDOING), kept, PACING, at(0))
    assert isinstance(move, Finish) and "is not alive" in move.sentence


def test_an_undo_without_effect_halts_and_a_retry_asks_anew() -> None:
    memory = StepMemory(step=f"undo-drain-{FIRST}", entered_at=at(0), intended_at=at(0), acted_at=at(0))
    undoing = operation_at(1, memory, S.UNDOING)
    assert isinstance(next_undo(PLAN, undoing, look_at(9), PACING, at(59)), Wait)
    assert isinstance(next_undo(PLAN, undoing, look_at(9), PACING, at(60)), Halt)
    again = operation_at(1, memory.with_(entered_at=at(61), intended_at=at(0)), S.UNDOING)
    assert isinstance(next_undo(PLAN, again, look_at(9), PACING, at(62)), Perform)


# Interrupted at every point, the end is the same


def run_with_crash(at_turn: int, crash: Crash, removes: bool, abort_at: int | None) -> SmallEngine:
    engine = SmallEngine(PLAN, SmallCluster(tablets=600, removes=removes))
    for number in range(200):
        if number == abort_at and engine.live:
            engine.abort()
        engine.turn(crash if number == at_turn else Crash.NEVER)
        if not engine.live:
            return engine
        # A crashed worker's operation comes back after a visibility timeout.
        engine.cluster.tick(30 if number == at_turn else max(0.0, engine.due - engine.cluster.now + 0.49))
    raise AssertionError("no end")


@pytest.mark.parametrize("abort_at", [None, 1, 6])
@pytest.mark.parametrize("removes", [True, False])
def test_a_crash_at_any_point_changes_neither_the_end_nor_what_is_sent(removes: bool, abort_at: int | None) -> None:
    calm = run_with_crash(-1, Crash.NEVER, removes, abort_at)
    for at_turn in range(calm.looks + 2):
        for crash in (Crash.AFTER_LOOK, Crash.AFTER_INTENT, Crash.AFTER_EFFECT):
            engine = run_with_crash(at_turn, crash, removes, abort_at)
            assert engine.operation.state is calm.operation.state, (at_turn, crash)
            if abort_at is None:
                assert engine.sent == calm.sent, (at_turn, crash)
                assert set(engine.cluster.rows) == set(calm.cluster.rows)
            else:
                assert not any(row.decommissioned for row in engine.cluster.rows.values())
