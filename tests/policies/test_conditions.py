"""What a look shows of each condition."""

import pytest

from policies.awaited import BackendDrained, BackendGone, BackendLeaving, BackendStaying, Condition
from policies.cluster import ClusterState
from policies.conditions import holds, read
from policies.operation import StepMemory
from tests.policies.drains import FIRST, IDS, PACING, SECOND, at, backend, draining, look, look_at

WHO = {"address": FIRST, "backend_id": IDS[FIRST]}
LEAVING, STAYING, GONE, DRAINED = (condition(**WHO) for condition in (BackendLeaving, BackendStaying, BackendGone, BackendDrained))
READDED = look(backend(FIRST, id=999), backend(SECOND))


@pytest.mark.parametrize(
    ("state", "leaving", "staying", "gone", "drained"),
    [
        (look_at(7), True, False, False, False),
        (look_at(7, leaving=False), False, True, False, False),
        (look_at(0), True, False, False, True),
        (look_at(None), False, False, True, True),
        (READDED, False, False, True, True),
        (look(), False, False, False, False),
    ],
    ids=["leaving", "staying", "empty", "gone", "added again", "empty list"],
)
def test_one_look(state: ClusterState, leaving: bool, staying: bool, gone: bool, drained: bool) -> None:
    assert [holds(c, state) for c in (LEAVING, STAYING, GONE, DRAINED)] == [leaving, staying, gone, drained]


def test_a_drain_is_told_in_numbers() -> None:
    seen = read(DRAINED, look_at(41_230), draining([(0, 88_969), (60, 41_230)]), PACING, at(60))
    assert not seen.done
    assert seen.sentence == "41,230 of 88,969 tablets left, 412.3 GB."
    assert seen.share == pytest.approx(1 - 41_230 / 88_969)


def test_tablets_that_were_added_raise_the_peak() -> None:
    seen = read(DRAINED, look_at(120), draining([(0, 100)]), PACING, at(60))
    assert seen.sentence.startswith("120 of 120") and seen.share == 0


@pytest.mark.parametrize(("after", "done"), [(0, False), (59.9, False), (60, True), (600, True)])
def test_no_tablet_counts_when_seen_twice(after: float, done: bool) -> None:
    memory = draining([(0, 100)]).with_(first_true_at=at(0))
    seen = read(DRAINED, look_at(0), memory, PACING, at(after))
    assert (seen.done, seen.share) == (done, 1.0)


def test_the_first_look_without_a_tablet_is_not_the_second() -> None:
    seen = read(DRAINED, look_at(0), draining([]), PACING, at(500))
    assert not seen.done and "second time in 1 min" in seen.sentence


@pytest.mark.parametrize(
    ("condition", "state", "done", "sentence"),
    [
        (LEAVING, look_at(100), True, "10.84.0.18:9050 is leaving (100 tablets, 1.0 GB)."),
        (LEAVING, look_at(100, leaving=False), False, "10.84.0.18:9050 is not leaving (100 tablets, 1.0 GB)."),
        (LEAVING, READDED, False, "10.84.0.18:9050 (id 18) is not listed."),
        (STAYING, look_at(100, leaving=False), True, "10.84.0.18:9050 is not leaving (100 tablets, 1.0 GB)."),
        (GONE, look_at(None), True, "10.84.0.18:9050 (id 18) is not listed."),
        (GONE, look(), False, "The node list came back empty, which is not believed; looking again."),
        (DRAINED, look_at(None), True, "10.84.0.18:9050 is no longer listed."),
    ],
)
def test_sentences(condition: Condition, state: ClusterState, done: bool, sentence: str) -> None:
    seen = read(condition, state, StepMemory(step="s", entered_at=at(0)), PACING, at(0))
    assert (seen.done, seen.sentence) == (done, sentence)
