"""Settings that are lent: what is allowed, the plan, and the moves of a lease."""

from datetime import timedelta

import pytest

from policies.acts import SetSetting
from policies.cluster import ClusterState, Role
from policies.deciding import decide
from policies.leasing import held, lost
from policies.operation import Decision, DecisionKind, Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.plan import Plan
from policies.playbooks import entry_for
from policies.request import OperationKind, Request
from policies.statements import statement_of
from policies.stepping import Advance, Finish, Perform, Wait, next_move, next_undo
from policies.tunable import TUNABLES, span_s, tunable
from tests.policies.clusters import ALICE, NOW, mission000, operation

SLOTS = "tablet_sched_slot_num_per_path"
PACING = Pacing()


def state(value: str = "8", others: str = "8", leads: str = "10.84.0.12") -> ClusterState:
    seen = mission000()
    hosts = [f.address.host for f in seen.frontends]
    frontends = tuple(f.with_(role=Role.LEADER if f.address.host == leads else Role.FOLLOWER) for f in seen.frontends)
    each = {host: {SLOTS: value if host == leads else others} for host in hosts}
    return seen.with_(settings={**seen.settings, SLOTS: value}, frontend_settings=each, frontends=frontends)


def planned(seen: ClusterState, **options: str) -> Plan:
    request = Request(
        id="sr-test", kind=OperationKind.TUNE, cluster="prod", targets=(), options=options, reason="", requester=ALICE,
        channel="C0OPS", asked_at=NOW,
    )  # fmt: skip
    return entry_for(OperationKind.TUNE).make_plan(request, seen, pacing=PACING, revision=1, now=NOW)


PLAN = planned(state(), slots="16", **{"for": "2h"})


def at_step(step: int, **memory: object) -> Operation:
    remembered = StepMemory(step=PLAN.steps[step].id, entered_at=NOW).with_(**memory)
    return operation(OperationState.RUNNING, step=step, memory=remembered)


def test_the_old_value_is_in_the_plan_before_anything_is_set() -> None:
    assert [statement_of(step.act) for step in PLAN.steps if step.act] == [
        f'ADMIN SET FRONTEND CONFIG ("{SLOTS}" = "16")',
        f'ADMIN SET FRONTEND CONFIG ("{SLOTS}" = "8")',
    ]
    assert [fact.value for fact in PLAN.facts] == ["8"]
    assert [(step.lent, step.undo) for step in PLAN.steps] == [(True, SetSetting(name=SLOTS, value="8")), (False, None), (False, None)]


@pytest.mark.parametrize(
    ("seen", "options", "words"),
    [
        (state(), {"slots": "65"}, "slots takes 2 to 64"),
        (state(), {"slots": "-1"}, "is not allowed"),
        (state(), {"slots": '16" ; DROP'}, "is not allowed"),
        (state("16"), {"slots": "16"}, "is 16 already"),
        (mission000(), {"slots": "16"}, "so nothing could be given back"),
        (state(), {}, "No setting is named"),
    ],
)
def test_what_is_refused(seen: ClusterState, options: dict[str, str], words: str) -> None:
    plan = planned(seen, **options)
    assert plan.blocked and plan.steps == ()
    assert words in " ".join(f"{f.sentence} {f.advice}" for f in plan.findings)


def test_frontends_that_disagree_are_named() -> None:
    assert "the leader has 8, 10.84.0.19 has 4" in " ".join(f.sentence for f in planned(state(others="4"), slots="16").findings)


@pytest.mark.parametrize(("typed", "seconds"), [("2h", 7200), ("30m", 1800), ("90min", 5400), ("7d", 604800), ("8d", None), ("10", None), ("0m", None), ("2 weeks", None)])
def test_a_span(typed: str, seconds: int | None) -> None:
    assert span_s(typed) == seconds


@pytest.mark.parametrize("one", TUNABLES, ids=lambda one: one.option)
def test_every_tunable_takes_its_bounds_and_nothing_else(one: object) -> None:
    assert tunable(one.option) is one  # type: ignore[attr-defined]
    good, bad = (("on", "off"), ("yes", "true", "")) if one.is_switch else ((str(one.least), str(one.most)), (str(one.least - 1), str(one.most + 1), "1e3", "٣"))  # type: ignore[attr-defined]
    assert all(one.value(typed) is not None for typed in good)  # type: ignore[attr-defined]
    assert all(one.value(typed) is None for typed in bad)  # type: ignore[attr-defined]


def test_on_means_that_it_is_not_disabled() -> None:
    balance = tunable("balance")
    assert balance is not None and (balance.value("on"), balance.value("off")) == ("false", "true")


def test_it_is_held_while_its_time_lasts() -> None:
    waits = next_move(PLAN, at_step(1), state("16"), PACING, NOW)
    assert isinstance(waits, Wait) and 0 < waits.after_s <= 120
    assert [bool(held(PLAN, step)) for step in range(3)] == [False, True, False]
    gone = lost(PLAN, at_step(1), state("8", leads="10.84.0.19"))
    assert [each.act for each in gone] == [SetSetting(name=SLOTS, value="16")]
    assert not lost(PLAN, at_step(1), state().with_(frontend_settings={}))


def test_it_is_given_back_when_the_time_is_over() -> None:
    assert isinstance(next_move(PLAN, at_step(1), state("16"), PACING, NOW + timedelta(minutes=119)), Wait)
    assert isinstance(next_move(PLAN, at_step(1), state("16"), PACING, NOW + timedelta(minutes=120)), Advance)
    back = next_move(PLAN, at_step(2), state("16"), PACING, NOW)
    assert isinstance(back, Perform) and back.act == SetSetting(name=SLOTS, value="8")


def test_an_undo_gives_it_back_from_every_step() -> None:
    for step in range(len(PLAN.steps)):
        undoing = operation(OperationState.UNDOING, step=step)
        move = next_undo(PLAN, undoing, state("16"), PACING, NOW)
        assert isinstance(move, Perform) and move.act == SetSetting(name=SLOTS, value="8")
        end = next_undo(PLAN, undoing, state("8"), PACING, NOW)
        assert isinstance(end, Finish) and f"Restored: `{SLOTS}` is 8 again." in end.sentence


def test_a_lease_cannot_be_closed_with_its_value_left_behind() -> None:
    halted = operation(OperationState.HALTED, leased=True, step=1, halted_because="told so")
    click = Decision(token="t", operation="sr-test", kind=DecisionKind.CLOSE, person=ALICE, channel="C0OPS", at=NOW)
    closing = decide(halted, click, NOW).operation
    assert (closing.state, closing.closing, closing.halted_because) == (OperationState.UNDOING, True, "told so")
    move = next_undo(PLAN, closing, state("16"), PACING, NOW)
    assert isinstance(move, Perform) and move.act == SetSetting(name=SLOTS, value="8")
    end = next_undo(PLAN, closing, state("8"), PACING, NOW)
    assert isinstance(end, Finish) and end.sentence.startswith(f"Closed: `{SLOTS}` is 8 again;")
    free = operation(OperationState.HALTED, step=1)
    assert decide(free, click, NOW).operation.state is OperationState.CLOSED


def test_two_settings_can_be_lent_at_once_but_not_one_twice() -> None:
    one, other = (operation().request.with_(kind=OperationKind.TUNE, options=options) for options in ({"slots": "16"}, {"for": "1h", "balance": "off"}))
    assert (one.lock, other.lock) == ("prod slots", "prod balance")
    assert operation().request.lock == "prod"
