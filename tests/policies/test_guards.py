"""What others may do to a cluster, and what the operation says about it."""

import pytest

from policies.cluster import Backend
from policies.guards import interference
from policies.operation import OperationState, Stall, StepMemory
from policies.pacing import Pacing
from policies.plan import Plan
from policies.stepping import Advance, Halt, next_move
from tests.policies.drains import (
    FIRST,
    FOURTH,
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

S = OperationState
PLAN = plan_for(FIRST)
BOTH = plan_for(FIRST, SECOND)
TARGET = backend(FIRST, decommissioned=True)
REST = (backend(SECOND), backend(THIRD), backend(FOURTH))
START, DRAIN, REMOVE = 0, 1, 2


def judged(*rows: Backend, step: int = DRAIN, plan: Plan = PLAN, state: OperationState = S.RUNNING) -> str | None:
    return interference(plan, operation_at(step, state=state), look(*rows), PACING, at(0))


@pytest.mark.parametrize(
    ("step", "target"),
    [(START, backend(FIRST)), (DRAIN, TARGET), (REMOVE, backend(FIRST, decommissioned=True, tablets=0))],
)
def test_a_cluster_left_in_peace_gives_no_reason(step: int, target: Backend) -> None:
    assert judged(target, *REST, step=step) is None
    assert judged(target, *REST, step=step, state=S.UNDOING) is None


@pytest.mark.parametrize("step", [START, DRAIN, REMOVE])
@pytest.mark.parametrize("state", [S.RUNNING, S.UNDOING])
def test_a_node_added_again_is_another_node(step: int, state: OperationState) -> None:
    assert "is now listed with id 999" in str(judged(backend(FIRST, id=999, tablets=0), *REST, step=step, state=state))


def test_a_node_under_another_name_is_not_the_one_approved() -> None:
    renamed = TARGET.with_(address=FIRST.with_(host="be-18"))
    assert "is now listed as be-18:9050" in str(judged(renamed, *REST))


@pytest.mark.parametrize("step", [DRAIN, REMOVE])
def test_a_cancelled_decommission(step: int) -> None:
    assert "somebody cancelled the decommission" in str(judged(backend(FIRST), *REST, step=step))
    assert judged(backend(FIRST), *REST, step=step, state=S.UNDOING) is None


def test_a_target_that_died() -> None:
    assert "died with 3,000 tablets" in str(judged(TARGET.with_(alive=False), *REST))
    assert "is not alive" in str(judged(backend(FIRST, alive=False), *REST, step=START))
    assert judged(TARGET.with_(alive=False, tablets=0), *REST) is None
    assert judged(TARGET.with_(alive=False), *REST, state=S.UNDOING) is None


@pytest.mark.parametrize("changes", [{"alive": False}, {"status_code": "SHUTDOWN"}, {"error": "BE is shutting down"}])
@pytest.mark.parametrize("step", [START, DRAIN, REMOVE])
def test_another_node_goes_down(changes: dict[str, object], step: int) -> None:
    target = backend(FIRST) if step == START else TARGET
    down = backend(THIRD).with_(**changes)
    assert "10.84.0.12:9050 is not alive or shutting down" in str(judged(target, REST[0], down, REST[2], step=step))
    assert judged(target, REST[0], down, REST[2], step=step, state=S.UNDOING) is None


def test_several_nodes_go_down() -> None:
    down = [backend(address, alive=False) for address in (THIRD, FOURTH)]
    assert "10.84.0.12:9050 and 10.84.0.20:9050 are not alive" in str(judged(TARGET, REST[0], *down))


@pytest.mark.parametrize("step", [START, DRAIN])
def test_a_decommission_from_outside(step: int) -> None:
    target = backend(FIRST) if step == START else TARGET
    foreign = backend(THIRD, decommissioned=True)
    assert "10.84.0.12:9050 is leaving too" in str(judged(target, REST[0], foreign, REST[2], step=step))


def test_a_later_target_before_its_turn() -> None:
    early = backend(SECOND, decommissioned=True)
    assert "leaving before its turn" in str(judged(TARGET, early, *REST[1:], plan=BOTH))


def test_a_target_that_is_done_with_may_linger() -> None:
    """Its row was left listed by a person's decision; it may be flagged, stopped, or added again."""
    for lingering in (TARGET.with_(tablets=0), TARGET.with_(tablets=0, alive=False), backend(FIRST, id=999)):
        assert judged(lingering, *REST, step=3, plan=BOTH) is None


def test_a_node_that_the_plan_counts_on_is_dropped() -> None:
    assert "10.84.0.20:9050 is no longer listed" in str(judged(TARGET, *REST[:2]))


def test_an_empty_node_list_is_no_evidence() -> None:
    assert judged() is None


# Vanished


def vanished(memory: StepMemory | None, now: float, plan: Plan = PLAN, pacing: Pacing = PACING) -> str | None:
    return interference(plan, operation_at(DRAIN, memory), look_at(None), pacing, at(now))


TWENTY_A_SECOND = [(s, 90_000 - 20 * max(0, s - 150)) for s in range(0, 1_800, 30)]
"""Ends at 1,770 s with 57,600 tablets left."""


@pytest.mark.parametrize(
    ("series", "now", "dropped"),
    [
        (TWENTY_A_SECOND, 1_800, True),  # 30 s later at 20/s: 600 could have moved, 6,000 generously
        ([*TWENTY_A_SECOND, (4_400, 5_000)], 4_430, False),
        (TWENTY_A_SECOND, 1_770 + 600, False),  # the worker was away: 12,000, and 120,000 generously
        ([(0, 90_000), (30, 90_000)], 60, True),  # in the plateau nothing moves
        ([(0, 600), (30, 600)], 60, True),
        ([(0, 600), (120, 600), (150, 600)], 180, False),  # may have begun at 120 s and be done
        ([(0, 15), (30, 15)], 60, False),  # a handful
        ([(0, 630), (30, 530), (150, 530), (163, 350), (194, 350)], 225, False),  # in bursts: 34 would be the measured pace
        ([(0, 6_300), (30, 5_300), (150, 5_300), (163, 3_500), (194, 3_500)], 201, True),
        ([], 60, True),  # never seen in this step; the plan says 3,000
        ([], 600, False),
    ],
)
def test_vanished_too_early(series: list[tuple[float, int]], now: float, dropped: bool) -> None:
    sentence = vanished(draining(series, entered=1 if not series else 0), now)
    assert (sentence is not None) == dropped
    if sentence:
        assert "It looks dropped, not drained" in sentence


def test_vanished_reads_the_same_on_a_fast_twin() -> None:
    fast = Pacing(speed=100)
    plateau = draining([(0, 90_000), (0.3, 90_000)])
    near_the_end = draining([(s / 100, n) for s, n in [*TWENTY_A_SECOND, (4_400, 5_000)]])
    assert vanished(plateau, 0.6, pacing=fast) is not None
    assert vanished(near_the_end, 44.3, pacing=fast) is None
    assert vanished(draining([(0, 600), (1.2, 600), (1.5, 600)]), 1.8, pacing=fast) is None


def test_a_person_s_retry_accepts_what_vanished() -> None:
    memory = draining(TWENTY_A_SECOND)
    assert vanished(memory.with_(entered_at=at(1_900)), 1_901) is None
    assert vanished(draining([]).with_(retried_at=at(0)), 0) is None, "retried without any sample"


@pytest.mark.parametrize(("away", "dropped"), [(60, True), (600, False)], ids=["too soon", "long enough"])
def test_a_drain_that_ended_while_nobody_could_look(away: float, dropped: bool) -> None:
    """The worker died right after the statement; whoever goes on finds no row."""
    memory = StepMemory(step=PLAN.steps[START].id, entered_at=at(0), intended_at=at(0))
    sentence = interference(PLAN, operation_at(START, memory), look_at(None), PACING, at(away))
    assert (sentence is not None) == dropped
    move = next_move(PLAN, operation_at(START, memory), look_at(None), PACING, at(away))
    assert isinstance(move, Halt if dropped else Advance)
    if not dropped:
        assert "the drain is over already" in move.sentence


def test_a_node_that_went_before_anything_was_sent_is_no_drain() -> None:
    move = next_move(PLAN, operation_at(START), look_at(None), PACING, at(600))
    assert isinstance(move, Halt) and "nothing to decommission" in move.sentence


def test_the_recycle_bin_is_erased_all_at_once() -> None:
    held = Stall(cause="recycle_bin", sentence="", advice="")
    series = [(0.0, 90_000), (900.0, 90_000)]
    assert vanished(draining(series).with_(stall=held), 910) is None


def test_a_stall_that_ended_sets_free_what_it_held() -> None:
    crawl = draining([(s, 90_000 - s // 20) for s in range(0, 1_800, 30)])
    frozen = Stall(cause="scheduler_frozen", sentence="", advice="")
    assert vanished(crawl, 1_770 + 60) is not None
    assert vanished(crawl.with_(stall=frozen), 1_770 + 1_000) is None


def test_with_several_targets_the_plan_does_not_say_what_one_held() -> None:
    assert vanished(None, 0, plan=BOTH) is None
