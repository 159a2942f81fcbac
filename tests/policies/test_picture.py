"""Which drains get a picture, what is kept of each look, and which lines it becomes."""

from datetime import timedelta

import pytest

from policies.address import Address
from policies.operation import Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.picture import LONG_DRAIN, MOST_FOLLOWED, Look, chart, gained, looked, wanted, worth_noting
from policies.plan import NodeRoom, Plan
from tests.policies.drains import FIRST, FOURTH, GB, IDS, PACING, SECOND, T0, THIRD, at, backend, look, operation_at, plan_for

PLAN = plan_for(FIRST)


def ended(seconds: float) -> Operation:
    return operation_at(3, state=OperationState.DONE).with_(started_at=T0, ended_at=T0 + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("plan", "operation", "pacing", "answer"),
    [
        (PLAN, ended(LONG_DRAIN), PACING, True),
        (PLAN, ended(LONG_DRAIN - 1), PACING, False),
        (PLAN, ended(LONG_DRAIN / 100), Pacing(speed=100), True),
        (PLAN.with_(steps=PLAN.steps[:1]), ended(LONG_DRAIN), PACING, False),
        (PLAN, ended(LONG_DRAIN).with_(started_at=None), PACING, False),
    ],
    ids=["long", "short", "a fast twin", "no drain", "never started"],
)
def test_a_long_drain_gets_a_picture(plan: Plan, operation: Operation, pacing: Pacing, answer: bool) -> None:
    assert wanted(plan, operation, pacing) is answer


def seen(moment: float, leaving: int | None, **others: int) -> Look:
    """`leaving` tablets on FIRST (None: gone), each other node as given; a hundredth of a GB each."""
    counts = dict(others)
    if leaving is not None:
        counts["first"] = leaving
    names = {"first": FIRST, "second": SECOND, "third": THIRD, "fourth": FOURTH}
    return Look(at=at(moment), nodes={str(names[name]): (n, n * GB // 100) for name, n in counts.items()})


LOOKS = (
    seen(0, 3_000, second=100, third=500, fourth=900),
    seen(600, 2_000, second=900, third=690, fourth=910),
    seen(1_200, 500, second=2_200, third=890, fourth=910),
    seen(1_800, None, second=2_600, third=980, fourth=920),
)


def test_the_lines_are_those_that_left_and_those_that_took_most() -> None:
    drawn = chart(PLAN, ended(1_800), LOOKS)
    assert drawn is not None
    assert [(line.node, line.leaves) for line in drawn.lines] == [(str(FIRST), True), (str(SECOND), False), (str(THIRD), False)]
    assert drawn.lines[0].tablets == (3_000, 2_000, 500, 0) and drawn.lines[0].seconds == (0, 600, 1_200, 1_800)
    assert [gained(line)[0] for line in drawn.lines] == [-3_000, 2_500, 480]
    assert drawn.title == f"{FIRST} drained in 30 min: 3,000 tablets, 30.0 GB"
    assert drawn.said == f"{SECOND} took 2,500 tablets, 25.0 GB; {THIRD} took 480 tablets, 4.8 GB."
    assert drawn.title in drawn.alt and drawn.said in drawn.alt
    assert str(FOURTH) not in drawn.alt, "a fiftieth is no line"


def test_two_that_leave_are_one_story() -> None:
    looks = tuple(each.with_(nodes={**each.nodes, str(SECOND): (max(0, 900 - n * 300), 0)}) for n, each in enumerate(LOOKS))
    drawn = chart(plan_for(FIRST, SECOND), ended(1_800), looks)
    assert drawn is not None and drawn.title.startswith("2 backends drained in 30 min: 3,900 tablets")
    assert [line.leaves for line in drawn.lines] == [True, True, False]


def test_without_bytes_tablets_tell_who_took_them() -> None:
    looks = tuple(each.with_(nodes={name: (tablets, 0) for name, (tablets, _) in each.nodes.items()}) for each in LOOKS)
    drawn = chart(PLAN, ended(1_800), looks)
    assert drawn is not None and [line.node for line in drawn.lines] == [str(FIRST), str(SECOND), str(THIRD)]


def test_a_node_that_joins_later_begins_later() -> None:
    late = tuple(each.with_(nodes={k: v for k, v in each.nodes.items() if n > 0 or k != str(SECOND)}) for n, each in enumerate(LOOKS))
    drawn = chart(PLAN, ended(1_800), late)
    assert drawn is not None and drawn.lines[1].seconds == (600, 1_200, 1_800)


@pytest.mark.parametrize("looks", [(), LOOKS[:3], tuple(each.with_(nodes={}) for each in LOOKS)], ids=["none", "few", "nobody"])
def test_too_little_is_no_picture(looks: tuple[Look, ...]) -> None:
    assert chart(PLAN, ended(1_800), looks) is None


@pytest.mark.parametrize(
    ("looked_at", "now", "answer"),
    [(None, 3, True), (3, 12, False), (3, 14.9, False), (3, 15, True), (29, 31, True), (31, 44, False), (31, 61, True)],
)
def test_looks_that_crowd_are_one_note(looked_at: float | None, now: float, answer: bool) -> None:
    memory = StepMemory(step="drain", entered_at=T0, looked_at=None if looked_at is None else at(looked_at))
    assert worth_noting(memory, PACING, at(now)) is answer
    fast = memory.with_(looked_at=None if looked_at is None else at(looked_at / 100))
    assert worth_noting(fast, Pacing(speed=100), at(now / 100)) is answer


def test_a_small_cluster_is_kept_whole() -> None:
    state = look(backend(FIRST, tablets=7), *(backend(each) for each in (SECOND, THIRD, FOURTH)))
    kept = looked(PLAN, state, at(5))
    assert kept.at == at(5) and kept.nodes.keys() == {str(address) for address in IDS}
    assert kept.nodes[str(FIRST)] == (7, 7 * GB // 100)


def test_of_a_large_cluster_those_are_kept_that_leave_or_take_most() -> None:
    others = [Address(host=f"10.9.{n // 250}.{n % 250}", port=9050) for n in range(1_000)]
    fill = [
        NodeRoom(address=a, total=9, used_before=n % 7, used_after=n % 7 + n, worst_disk_before=0.1, worst_disk_after=0.1)
        for n, a in enumerate(others)
    ]
    state = look(backend(FIRST), *(backend(SECOND).with_(address=address, id=n + 99) for n, address in enumerate(others)))
    kept = looked(PLAN.with_(room=tuple(fill)), state, at(0))
    assert kept.nodes.keys() == {str(FIRST), *(str(address) for address in others[-(MOST_FOLLOWED - 1) :])}
